"""How long a certificate takes, beside the air time that it needs and what other drivers take.

Imported by `cli` and tests alone.
"""
