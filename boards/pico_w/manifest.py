"""What MicroPython freezes, for FROZEN_MANIFEST: its own modules, the firmware, and board.py."""

freeze("$(PORT_DIR)/modules")
freeze("../../firmware")
freeze(".", "board.py")
