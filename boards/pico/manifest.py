"""What MicroPython freezes, for FROZEN_MANIFEST: its own, the firmware, and where the pins are."""

freeze("$(PORT_DIR)/modules")
freeze("../../firmware")
freeze(".", "board.py")
