"""The recorder of a chip's bus traffic, shown on the emulated Pico."""

from recorder import record
from vectors import load

LONGEST_WITHOUT_CERTIFICATE = 60  # bytes of a frame


def test_an_emulated_pico_says_the_same_each_time(image):
    _about, *transfers, outcome = record(f"pico:{image}?tap=0", emulated=True)
    _about, *before, outcome_before = load("bus/emulated-pico.jsonl")
    assert list(map(lasting, transfers)) == list(map(lasting, before))
    assert outcome.keys() == outcome_before.keys()
    assert outcome["answer"] == outcome_before["answer"]
    assert list(map(len, outcome["responses"])) == list(map(len, outcome_before["responses"]))


def lasting(transfer):
    """Without its time, and of a certificate, which is made anew for each run, the size alone."""
    frame = transfer.get("read", "")
    if len(frame) > 2 * LONGEST_WITHOUT_CERTIFICATE:
        frame = len(frame)
    return transfer | {"read": frame, "ready_us": 0}
