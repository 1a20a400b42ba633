"""Stand-in for MicroPython's `micropython` on CPython: what the firmware uses of it."""


def const(value):
    return value


def viper(function):
    return function


def kbd_intr(_octet):
    """Nothing interrupts a pipe."""
