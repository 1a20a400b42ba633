"""Runs before the firmware's main.py: the chip's own ISO-DEP takes the place of the firmware's."""

import micropython

micropython.kbd_intr(-1)  # as in main.py: a host may speak already

from engine import Engine

import isodep

isodep.IsoDep = Engine
