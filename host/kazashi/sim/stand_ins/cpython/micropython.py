"""Stand-in for MicroPython's `micropython` on CPython: what the firmware uses of it."""

from functools import update_wrapper

import machine_code


def const(value):
    return value


def viper(function):
    """`function`, or what CPython has in C instead; then `function` is its __wrapped__."""
    fast = vars(machine_code).get(function.__name__)
    return update_wrapper(fast, function) if fast else function


def opt_level(_level):
    """CPython has its own."""


def kbd_intr(_octet):
    """Nothing interrupts a pipe."""
