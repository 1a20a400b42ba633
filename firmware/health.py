"""What went wrong and was mended, counted since the board started: the steps of recovery.

Each step is tried before the next: ask again, look for the card again, field off, chip reset. The
last one, to start the board again, is counted by device.py, since this does not survive it.
"""


class Health:
    """The counters of wire.HEALTH, which says what each means."""

    def __init__(self) -> None:
        self.retries = 0
        self.repolls = 0
        self.field_offs = 0
        self.chip_resets = 0
