"""The configuration of a reception, as one file."""

import pytest

from kazashi.reception.configuration import Configuration
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.profiles import PROFILES
from kazashi.reception.rules import CodeB, Token
from kazashi.reception.settings import BadSettings
from kazashi.reception.visit import Outcome
from kazashi.sim.authority import shared_authority


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "kazashi.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_without_a_file_nothing_is_configured():
    read = Configuration.read(None)
    assert not read.anchors.authorities
    assert not isinstance(read.faces, FaceNotAvailable)  # dlib's published network
    assert read.faces.turns is None
    assert read.keep_days is None
    assert read.profiles == PROFILES
    assert (read.accepts, read.asks_about, read.passcode) == (frozenset(), frozenset(), None)
    assert not read.photo_from_chip
    assert read.code_b is CodeB.AT_READER


def test_every_table_is_read_and_paths_are_relative_to_the_file(written, tmp_path):
    (tmp_path / "ca.der").write_bytes(shared_authority().certificate)
    read = Configuration.read(
        written(
            '[anchors]\nauthorities = ["ca.der"]\ntest = true\n'
            "[journal]\nkeep_days = 30\n"
            "[site]\nkind = 'pharmacy'\n"
            "[profiles.desk]\ntokens = ['card']\n"
            "[outcomes]\naccept = ['face_only']\nask_centre_about = ['seen_by_staff']\n"
        )
    )
    assert [anchor.is_test for anchor in read.anchors.authorities] == [True]
    assert read.keep_days == 30
    assert read.profiles["desk"].tokens == (Token.CARD,)
    assert not read.profiles["desk"].asks_prescription
    assert (read.accepts, read.asks_about) == ({Outcome.FACE_ONLY}, {Outcome.SEEN_BY_STAFF})


def test_when_code_b_is_asked_for_is_read_whether_or_not_faces_can_be_matched(written):
    read = Configuration.read(written("[face]\ncode_b = 'before'\n"))
    assert read.code_b is CodeB.TYPED_BEFORE


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[jurnal]\n", "jurnal"),
        ("journal = 1\n", "journal"),
        ("[journal]\nkeep_days = 0.5\n", "journal.keep_days"),
        ("[journal]\nkeep_days = -1\n", "journal.keep_days"),
        ("[journal]\nkept = 3\n", "journal.kept"),
        ("[face]\ncode_b = 'never'\n", "face.code_b"),
        ("[face]\ncode_b = ['before']\n", "face.code_b"),
        ("[journal]\nfile = 'visits.db'\n", "journal.file"),
        ("[consents]\nhours = 24\n", "consents"),
        ("[outcomes]\naccept = ['checked_in']\n", "outcomes.accept"),
        ("[outcomes]\nask_centre_about = ['no_card']\n", "outcomes.ask_centre_about"),
        ("[outcomes]\nallow = []\n", "outcomes.allow"),
        ("[site]\nkind = 'moon'\n", "site.kind"),
        ("[profiles.desk]\nways = ['mind']\n", "profiles.desk.ways"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(written, text, place):
    with pytest.raises(BadSettings) as error:
        Configuration.read(written(text))
    assert error.value.place == place
