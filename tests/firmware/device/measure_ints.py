"""Prints the largest int that needs no heap, and the last tick before the wrap, as JSON."""

import json
import sys
import time

import micropython


def fits(number, one):
    micropython.heap_lock()
    try:
        number + one
        return True
    except MemoryError:
        return False
    finally:
        micropython.heap_unlock()


def largest_small_int():
    bits = 1
    while fits((1 << bits) - 2, 1):
        bits += 1
    return (1 << bits - 1) - 1


facts = {"largest_small_int": largest_small_int(), "last_tick": time.ticks_add(0, -1)}
sys.stdout.buffer.write(json.dumps(facts).encode())
