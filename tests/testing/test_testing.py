"""kazashi.testing, as other people's tests use it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import NotGenuine, WrongPin
from kazashi.cards.jpki import JpkiSession, TokenLabel
from kazashi.testing import CARDS, SimulatedReader, test_anchors

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
(PRINTED,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
UNLOADED = """
import sys

def test_before_it_is_asked_for_no_simulator_is_loaded():
    assert not [name for name in sys.modules if name.startswith("kazashi.sim")]

"""


@pytest.fixture(scope="module")
def reader():
    with SimulatedReader(speed=20) as reader:
        yield reader


def test_the_fixture_is_there_for_the_tests_of_others(tmp_path):
    (tmp_path / "test_theirs.py").write_text(UNLOADED + PRINTED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_importing_it_loads_no_simulator():
    script = (
        "import sys, kazashi.testing\n"
        "assert not [name for name in sys.modules if name.startswith('kazashi.sim')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_another_card_is_another_token_for_the_same_reader(reader):
    for card, label in (("mynumber", TokenLabel.CARD), ("iphone", TokenLabel.IPHONE)):
        reader.lay(card)
        assert JpkiSession(reader.wait_for_card()).token_label() == label


def test_a_card_that_is_taken_away_is_over(reader):
    reader.lay()
    card = reader.wait_for_card()
    JpkiSession(card)
    reader.take_away()
    assert reader.wait_for_removal(10)
    assert card.is_over


def test_a_card_that_is_laid_again_keeps_its_tries(reader):
    reader.lay(tries=3)
    with pytest.raises(WrongPin):
        JpkiSession(reader.wait_for_card()).verify_pin("9999")
    reader.take_away()
    reader.lay_again()
    assert JpkiSession(reader.wait_for_card()).pin_tries_left() == 2


def test_the_test_anchors_believe_simulated_cards_but_those_of_an_unknown_issuer(reader):
    anchors = test_anchors()
    assert anchors.is_test
    for card, is_believed in (("mynumber", True), ("unknown", False)):
        reader.lay(card)
        jpki = JpkiSession(reader.wait_for_card())
        certificate = Certificate.parse(jpki.authentication_certificate())
        if is_believed:
            anchors.trusts(certificate)
        else:
            with pytest.raises(NotGenuine):
                anchors.trusts(certificate)


def test_a_card_that_there_is_not_names_those_that_there_are(reader):
    with pytest.raises(ValueError, match="mynumber"):
        reader.lay("unicorn")
    with pytest.raises(ValueError, match=", ".join(CARDS)):
        SimulatedReader("unicorn")
