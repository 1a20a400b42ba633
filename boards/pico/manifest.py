"""What MicroPython holds, frozen, in the one file of `kazashi flash pico --uf2`."""

freeze("$(PORT_DIR)/modules")  # what MicroPython itself starts with
freeze("../../firmware")
module("board.py")
