"""The firmware onto a board: compiled, copied, checked, started."""
