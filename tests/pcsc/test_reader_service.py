"""A PC/SC service that is not there, that stops, and that comes back."""

from importlib.util import find_spec

import pytest

import kazashi
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import PcscMissing
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from pcscd import VPCD, VPCD_READERS, Pcscd, needs
from program import command
from vpcd_card import CardInSlot

pytestmark = [
    needs("ip", drivers=[VPCD]),
    pytest.mark.skipif(not find_spec("smartcard"), reason="missing: uv sync --extra pcsc"),
]
URL = "pcsc:PCD 00 00"


def test_a_service_that_is_not_there_is_missing_and_the_list_is_empty():
    with pytest.raises(PcscMissing):
        kazashi.open(URL)
    assert "pcsc:" not in command("list").stdout
    done = command("read", "--reader", URL)
    assert done.returncode == 1
    assert "apt install pcscd" in done.stderr


def test_a_service_that_stops_is_missing_and_used_again_when_it_is_back(tmp_path):
    (tmp_path / "again").mkdir()
    with Pcscd(tmp_path, VPCD_READERS, own_network=True) as first:
        reader = kazashi.open(URL)
        with CardInSlot(first, MyNumberCard(Person())):
            jpki = JpkiSession(reader.wait_for_card(5))
            first.close()
        with pytest.raises(PcscMissing):
            jpki.token_label()
        with pytest.raises(PcscMissing):
            reader.wait_for_card(1)
    with Pcscd(tmp_path / "again", VPCD_READERS, own_network=True) as second:
        reader.reconnect()
        with reader, CardInSlot(second, MyNumberCard(Person())):
            assert JpkiSession(reader.wait_for_card(5)).token_label() == "JPKIAPICCTOKEN2"
