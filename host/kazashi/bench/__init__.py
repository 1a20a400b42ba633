"""Benchmarks: reads of a certificate and whole check-ins, by our driver and by others.

Only `cli` and tests import this package.
"""
