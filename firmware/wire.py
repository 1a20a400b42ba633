# Generated from protocol/kazashi_wire by `python -m kazashi_wire.generate`. Do not edit.
"""What host and reader agree on: numbers and `struct` formats of protocol/kazashi_wire.

A FORMAT holds the fixed fields; a message marked … goes on with bytes to the end of its frame.
"""

from micropython import const

REVISION = const(7)
FINGERPRINT = b"\x3d\x03\x4a\xa4"
SYNC = b"\xca\x5a"
HEADER_SIZE = const(7)
CRC_SIZE = const(4)
MAX_PAYLOAD = const(512)
MAX_PAUSE_MS = const(250)

READ_BINARY = const(0xB0)
READ_BY_SHORT_IDENTIFIER = const(0x80)
READ_LONGEST_FILE = const(0x7FFF)
READ_MOST_IN_FRAME = const(0xFB)
READ_OK = const(0x9000)
READ_AT_END = const(0x6282)
READ_NOT_VERIFIED = const(0x6982)
READ_NO_DIAGNOSIS_SW1 = const(0x6F)

TECHNOLOGY_TYPE_A = const(1)
TECHNOLOGY_TYPE_B = const(2)
TECHNOLOGY_APPLE_ECP = const(4)

BIT_RATE_KBIT_106 = const(0)
BIT_RATE_KBIT_424 = const(2)

REFUSAL_NOT_ISO_DEP = const(1)
REFUSAL_SEVERAL_CARDS = const(2)

FAULT_UNKNOWN_REQUEST = const(1)
FAULT_MALFORMED_REQUEST = const(2)
FAULT_NO_CARD = const(3)
FAULT_CARD_GONE = const(4)
FAULT_CARD_PROTOCOL = const(5)
FAULT_CHIP_SILENT = const(6)
FAULT_CHIP_REFUSED = const(7)
FAULT_COMMAND_CUT = const(8)
FAULT_NO_SESSION = const(9)
FAULT_INTERNAL = const(10)
FAULT_CHIP_RESTARTED = const(11)
FAULT_COOL_DOWN = const(12)
FAULT_CARD_GARBLED = const(13)
FAULT_CARD_IN_USE = const(14)

RESET_CAUSE_POWER_ON = const(1)
RESET_CAUSE_WATCHDOG = const(2)
RESET_CAUSE_RECOVERY = const(3)
RESET_CAUSE_REQUEST = const(4)

SIGNAL_READY = const(1)
SIGNAL_CARD_FOUND = const(2)
SIGNAL_READING = const(3)
SIGNAL_DONE = const(4)
SIGNAL_FAILED = const(5)
SIGNAL_TRY_AGAIN = const(6)

HELLO = const(0x01)  # revision, fingerprint
WATCH = const(0x02)  # fastest, period_ms, lease_s, order …
WATCH_FORMAT = ">BHB"
WATCH_SIZE = const(4)
REST = const(0x03)
TRANSMIT = const(0x04)  # is_last, card, data …
TRANSMIT_SIZE = const(5)
HANDSHAKE = const(0x05)  # step, data …
ASK_HEALTH = const(0x06)
ARM = const(0x07)  # certificate, label, label_size, is_closing, guess, select …
ARM_SIZE = const(6)
MAINTAIN = const(0x08)
EXAMINE = const(0x09)  # examination
EXAMINE_SIZE = const(1)
SHOW = const(0x0A)  # signal
SHOW_SIZE = const(1)
KEEP = const(0x0B)  # card
KEEP_SIZE = const(4)
WELCOME = const(0x41)  # revision, fingerprint, firmware, chip, serial, names …
WELCOME_FORMAT = ">H4s3s4s8s"
WELCOME_SIZE = const(21)
DONE = const(0x42)
PART = const(0x43)  # offset, data …
PART_FORMAT = ">L"
PART_SIZE = const(4)
END = const(0x44)  # size, mac …
END_FORMAT = ">L"
END_SIZE = const(4)
HEALTH = const(0x46)  # reset_cause, reboots, uptime_s, heap_used, heap_free, retries, repolls, field_offs, chip_resets
HEALTH_FORMAT = ">BHLLLLLLL"
HEALTH_SIZE = const(31)
RESTED = const(0x47)  # searches, has_found
RESTED_FORMAT = ">LB"
RESTED_SIZE = const(5)
EXAMINED = const(0x49)  # fault, seen …
EXAMINED_SIZE = const(1)
FAILED = const(0x4F)  # fault, detail
FAILED_FORMAT = ">BB"
FAILED_SIZE = const(2)
CARD_FOUND = const(0x81)  # technology, to_card, from_card, card, answer …
CARD_FOUND_FORMAT = ">BBB4s"
CARD_FOUND_SIZE = const(7)
CARD_LOST = const(0x82)
CARD_REFUSED = const(0x83)  # refusal
CARD_REFUSED_SIZE = const(1)
LOG = const(0x84)  # text …
AHEAD = const(0x85)  # command …
