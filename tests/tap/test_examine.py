"""The reader is asked to look at itself in the middle of its work."""

import pytest

from kazashi.cards.jpki import JpkiSession
from kazashi.errors import NoCard, ReaderFault
from kazashi.reader import Reader
from kazashi_wire.messages import Examination, Fault
from tapping import PERSON, on_a_rig


@pytest.fixture(params=["spi", "hsu"])
def tapping(request):
    tapping = on_a_rig(bus=request.param)
    tapping.reader = Reader(tapping.rig.connect)
    return tapping


@pytest.mark.parametrize("examination", Examination)
def test_the_card_is_forgotten_and_the_next_tap_works(tapping, examination):
    card = tapping.reader.wait_for_card(5)
    tapping.reader.examine(examination)
    assert not tapping.rig.air.is_on
    with pytest.raises(NoCard):
        card.transmit(b"\x00\xa4\x00\x00")
    jpki = JpkiSession(tapping.reader.wait_for_card(5))
    assert jpki.authentication_certificate() == PERSON.certificate


def test_what_an_examination_provokes_is_not_counted(tapping):
    before = tapping.reader.health()
    for examination in Examination:
        assert tapping.reader.examine(examination).fault == 0
    after = tapping.reader.health()
    assert (after.retries, after.chip_resets) == (before.retries, before.chip_resets)


def test_an_examination_that_does_not_exist_is_refused(tapping):
    with pytest.raises(ReaderFault) as error:
        tapping.reader.examine(99)
    assert error.value.fault is Fault.MALFORMED_REQUEST
    assert tapping.tap() == PERSON.certificate
