"""The staff's passcode in tests and with `--test`: 0000. As quick to compare as a hash may be."""

TEST_PASSCODE = (
    "scrypt$16384$1$1$00000000000000000000000000000000$"
    "022a784638bd9da3e1052dc502110389ba9738ac57aa65be90337d311acbff1d"
)
