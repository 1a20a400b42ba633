"""The staff's passcode in tests and with `--test`: 0000."""

TEST_PASSCODE = (
    "scrypt$32768$8$1$57abd8babe815da284e4b7626048fba1$ad5d02e1ec"
    "45a06c3aa9fbc6519211b6a74c7f3263bd3bfda22bbb500059a148"
)
