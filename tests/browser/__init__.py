"""The screens in Debian's Chromium.

A package, so that its fixtures end with its tests: while Playwright runs, no other test of the same
process could run a loop of asyncio.
"""
