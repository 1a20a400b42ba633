"""Stand-in for the RP2040's `rp2`: what the firmware uses of it."""


def bootsel_button():
    return 0
