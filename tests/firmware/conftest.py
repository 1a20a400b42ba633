"""The firmware's own files, imported here, on CPython made to look like MicroPython."""

import desk  # noqa: F401  # makes them importable
