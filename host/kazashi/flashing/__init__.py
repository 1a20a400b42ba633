"""Put the firmware on a board: compile, copy, check and start it."""
