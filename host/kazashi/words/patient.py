"""What patients read: the keys that the catalogue of each of their languages has, and no others.

Japanese and English have all keys, those of staff and engineers as well. Staff hear their part
beside the patient: its texts begin with 職員.
"""

_BEGINS = (
    "screen.",
    "ask.",
    "token.",
    "way.",
    "group.",
    "item.",
    "prescription.",
    "share.",
    "place.",
    "not-sensed.",
    "lies-there.",
    "not-here.",
    "validity-card.",
    "validity-phone.",
    "face.",
    "outcome.",
    "reason.",
)
_ALSO = {
    "test",
    "test-centre",
    "wait-for-turn",
    "reading",
    "reader-back",
    "take-card",
    "held-for-later",
    "centre-says",
    "subsidy",
    "standing.valid",
    "standing.several",
    "mistyped.not-a-pin.screen",
    "mistyped.not-code-b.screen",
}
_OF_STAFF = {
    "ask.passcode",
    "ask.staff",
    "ask.four-items",
    "ask.certificate",
    "reason.no-key",
}
_ERROR = ".screen"
_ERRORS_OF_STAFF = ("journal-", "bad-", "passcode-", "mistyped.", "oqs-", "numbers-")


def is_for_patient(key: str) -> bool:
    """Whether patients read the text of `key`; else it is for staff or engineers."""
    if key in _OF_STAFF:
        return False
    if key in _ALSO or key.startswith(_BEGINS):
        return True
    return key.endswith(_ERROR) and not key.startswith(_ERRORS_OF_STAFF)
