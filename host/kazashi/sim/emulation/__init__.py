"""A real RP2040 image in an emulator (rp2040py), its pins and its USB, in emulated time."""
