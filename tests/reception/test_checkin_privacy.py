"""After a patient nothing of them is left: on the card, in the journal, in logs, in errors."""

import logging

import pytest

from digits import stands_in
from kazashi.reception.centre import CentreUnreachable
from kazashi.reception.people import AskCodeB, AskFrame, AskItemsPin, AskPin, AskStaff, StaffCheck
from kazashi.reception.rules import Token, Way
from kazashi.reception.visit import Outcome
from kazashi.sim.person import MY_NUMBER
from kazashi.traffic import TRAFFIC
from reception_desk import Listening, frame, in_turn, pins_of

OWN_PIN, OTHER_PIN = "7351", "8462"
OTHER_CODE = "01010120301111"
WAYS = [
    (Way.FACE, "mynumber", "desk"),
    (Way.PIN, "mynumber", "desk"),
    (Way.VISUAL, "mynumber", "desk"),
    (Token.ANDROID, "android", "phone"),
    (Token.IPHONE, "iphone", "phone"),
]
each_way = pytest.mark.parametrize(("way", "kind", "profile"), WAYS)


@pytest.fixture
def visit_by(counter, own_faces):
    """A visit in which things are mistyped, too."""

    def check_in(way, kind, profile, **setting):
        card = counter.lay(kind, pin=OWN_PIN)
        answers = {
            AskFrame: frame(),
            AskPin: in_turn(OTHER_PIN, OWN_PIN),
            AskItemsPin: OWN_PIN,
            AskCodeB: in_turn(OTHER_CODE, card.person.code_b, card.person.code_b),
        }
        return counter.check_in(way, answers, profile=profile, faces=own_faces, **setting)

    return check_in


def secrets_of(counter):
    """What nobody may find later, as text."""
    person = counter.card.person
    return (OTHER_CODE, person.code_b, person.name, person.address, MY_NUMBER)


def pin_in(text):
    return stands_in(OWN_PIN, text) or stands_in(OTHER_PIN, text)


@each_way
def test_the_card_forgets_the_pin_and_must_be_shown_anew(counter, visit_by, way, kind, profile):
    visit_by(way, kind, profile)
    assert pins_of(counter.card)
    assert not any(pin.is_open for pin in pins_of(counter.card))
    first = counter.people
    counter.check_in(way, {AskPin: OWN_PIN, AskFrame: frame()}, profile=profile)
    for question in (AskPin, AskCodeB):
        if first.questions(question) and way is not Way.FACE:
            assert counter.people.questions(question)


def test_another_card_that_lies_there_next_is_another_patient(counter):
    counter.lay()
    first = counter.check_in(Way.PIN)
    counter.lay("pinless")
    second = counter.check_in(Way.VISUAL)
    assert second.certificate_sha256 == counter.certificate().sha256 != first.certificate_sha256


@each_way
def test_no_file_of_the_journal_has_a_secret(counter, visit_by, way, kind, profile):
    visit = visit_by(way, kind, profile)
    assert visit.outcome is Outcome.CHECKED_IN
    names = {file.name for file in counter.path.parent.iterdir()}
    assert {"journal.db", "journal.db-wal"} <= names
    pupi = getattr(counter.simulated.cards[0], "atqb", b"")[1:5]
    photo = counter.card.person.photo
    for file in counter.path.parent.iterdir():
        content = file.read_bytes()
        for secret in secrets_of(counter):
            assert secret.encode() not in content
            assert secret.encode("utf-16-le") not in content
        assert not pin_in(content.decode("latin-1"))
        assert photo[:64] not in content
        assert photo[:64].hex().encode() not in content
        assert not pupi or pupi not in content
        assert frame()[:64] not in content
    assert (
        visit.certificate_sha256.encode() in counter.path.with_name("journal.db-wal").read_bytes()
    )


@each_way
def test_what_a_program_may_print_has_no_secret(counter, visit_by, way, kind, profile):
    centre = Listening()
    visit = visit_by(way, kind, profile, centre=centre)
    asked, told = counter.people.asked, counter.people.told
    for printed in map(repr, (visit, visit.to_json(), asked, told, centre.completions)):
        assert not any(secret in printed for secret in secrets_of(counter))
        assert not pin_in(printed)
        assert repr(counter.card.person.photo[:16])[2:-1] not in printed


def test_a_person_held_is_in_nothing_that_a_program_may_print(counter, visit_by):
    visit = visit_by(*WAYS[1], centre=Listening(fails=[CentreUnreachable()]))
    assert visit.outcome is Outcome.HELD
    told = (visit, visit.to_json(), counter.people.told, counter.journal.held())
    for printed in map(repr, told):
        assert not any(secret in printed for secret in secrets_of(counter))


@each_way
def test_if_traffic_is_logged_what_opens_a_card_is_masked(
    counter, visit_by, caplog, way, kind, profile
):
    with caplog.at_level(1):
        visit = visit_by(way, kind, profile, component=None)
    assert visit.outcome is not Outcome.NOT_IDENTIFIED
    assert any(record.levelno == TRAFFIC for record in caplog.records)
    assert ("bytes masked" in caplog.text) == (way not in (Token.IPHONE, Way.VISUAL))
    entered = (OWN_PIN, OTHER_PIN, counter.card.person.code_b, OTHER_CODE)
    for secret in entered:
        assert secret.encode().hex() not in caplog.text
    pupi = getattr(counter.simulated.cards[0], "atqb", b"")[1:5]
    assert not pupi or pupi.hex() not in caplog.text
    assert MY_NUMBER not in caplog.text
    assert MY_NUMBER.encode().hex() not in caplog.text


@each_way
def test_without_traffic_nothing_at_all_is_logged(counter, visit_by, caplog, way, kind, profile):
    with caplog.at_level(logging.DEBUG):
        visit_by(way, kind, profile)
    assert [each for each in caplog.records if each.name.startswith("kazashi")] == []
    assert not any(secret in caplog.text for secret in secrets_of(counter))


def test_a_my_number_typed_as_a_reason_is_not_kept(counter):
    counter.lay()
    check = StaffCheck("鈴木", "123456789012 のため", is_same=True)
    visit = counter.check_in(Way.VISUAL, {AskStaff: check})
    assert visit.outcome is Outcome.NOT_IDENTIFIED
    assert visit.reason == ""
    assert "123456789012" not in str([*counter.journal.visits()])
