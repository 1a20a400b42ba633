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


@pytest.fixture
def on(reserve, tmp_path):
    """What is known of a day in October once something is asked on another."""

    def known(day):
        reserve(day)
        return sorted(each.name for each in tmp_path.glob("asked/*20261029*"))

    return known


def asked(ledger, reserve):
    """On that day: one that was answered, and one that was not."""
    answered, unanswered = [reserve("20261029") for _ in range(2)]
    ledger.keep(Kind.ELIGIBILITY, unanswered, REQUEST)
    ledger.close(Kind.ELIGIBILITY, answered)
    return ["OQSsiquc01-202610290000.answered", "OQSsiquc01-202610290001.asked"]


def test_what_was_answered_is_forgotten_after_two_days_with_requests_and_what_was_not_a_month_later(
    ledger, reserve, on
):
    answered, unanswered = asked(ledger, reserve)
    assert on("20261030") == on("20261031") == [answered, unanswered]
    assert on("20261101") == [unanswered]
    assert on("20261129") == on("20261130") == on("20261201") == [unanswered]
    assert on("20261202") == []


def test_a_clock_that_is_ahead_for_two_days_makes_nothing_forgotten(ledger, reserve, on):
    both = asked(ledger, reserve)
    assert on("20270301") == on("20270302") == both
    assert on("20261029")[:2] == both
    assert on("20261030")[:2] == on("20261031")[:2] == both  # days to come confirm nothing
    assert reserve("20261029") == "202610290003"
