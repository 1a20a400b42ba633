"""What was asked by file: names that are used once, and for how long they are known."""

from functools import partial

import pytest

from kazashi.oqs.encoding import Encoding
from kazashi.oqs.ledger import Ledger
from kazashi.oqs.message import MessageHeader, XmlMsg, write
from kazashi.oqs.names import Kind

REQUEST = write(XmlMsg(message_header=MessageHeader()), Encoding.UTF_8).data


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "asked")


@pytest.fixture
def reserve(ledger, monkeypatch):
    """Each name of a day in its order."""
    monkeypatch.setattr("kazashi.oqs.ledger.secrets.randbelow", lambda _: 0)
    return partial(ledger.reserve, Kind.ELIGIBILITY, is_taken=lambda _: False)


def test_a_name_is_reserved_once_also_after_its_answer(ledger, reserve):
    names = [reserve("20261129") for _ in range(2)]
    for each in names:
        ledger.close(Kind.ELIGIBILITY, each)
    assert [*names, reserve("20261129")] == ["202611290000", "202611290001", "202611290002"]


def test_what_was_answered_is_forgotten_the_next_day_and_what_was_not_after_a_month(
    ledger, reserve, tmp_path
):
    answered, unanswered = [reserve("20261029") for _ in range(2)]
    ledger.keep(Kind.ELIGIBILITY, unanswered, REQUEST)
    ledger.close(Kind.ELIGIBILITY, answered)

    def on(day):
        reserve(day)
        return sorted(each.name for each in tmp_path.glob("asked/*20261029*"))

    assert len(on("20261029")) == 3
    open_ones = ["OQSsiquc01-202610290001.asked", "OQSsiquc01-202610290002.asked"]
    assert on("20261030") == open_ones
    assert on("20261129") == open_ones
    assert on("20261130") == []
