"""Runs before the firmware's main.py: the chip's own ISO-DEP takes the place of the firmware's."""

import micropython

micropython.kbd_intr(-1)  # as in main.py: a host may speak already

from engine import Engine

import field
import isodep

isodep.IsoDep = Engine
activate = field.Field._activate_b


def activate_again(self, rates):
    found = activate(self, rates)
    if found == field.FOUND:
        self._isodep.list()
    return found


field.Field._activate_b = activate_again
