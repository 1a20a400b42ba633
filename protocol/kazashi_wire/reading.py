"""Constants for reading a card's file, shared so that host and firmware send the same commands.

Ref: ISO/IEC 7816-4 §7.2 (READ BINARY), §5.3 (status words).
"""

READ_BINARY = 0xB0  # instruction
BY_SHORT_IDENTIFIER = 0x80  # in P1: the file's short identifier follows in b4 to b0, §7.2.2
LONGEST_FILE = 0x7FFF  # offsets have 15 bits in P1 and P2, §7.2.3
MOST_SHORT = 256  # Le of one byte, §5.1
MOST_IN_FRAME = 251  # bytes with their status in a frame of 256: 256 - PCB - CRC - SW

OK = 0x9000
AT_END = 0x6282  # fewer bytes than asked for, with what there was
NOT_VERIFIED = 0x6982
NO_DIAGNOSIS_SW1 = 0x6F  # real cards refuse the first command after power-up with it
