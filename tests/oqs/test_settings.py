"""[oqs] of the configuration."""

import pytest

from kazashi.oqs.encoding import Encoding, Missing
from kazashi.oqs.exchange import TIMEOUT_S
from kazashi.oqs.settings import OqsSettings
from kazashi.reception.configuration import Configuration
from kazashi.reception.settings import BadSettings, Flaw

PLACE = 'institution = "1319999996"\n'


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "kazashi.toml"
        path.write_text(text, encoding="utf-8")
        Configuration.read(path)  # knows the table
        return OqsSettings.read(path)

    return read


def test_without_the_table_nothing_is_configured(read):
    assert read("") == OqsSettings.read(None) == OqsSettings()


def test_what_is_left_out_is_as_most_programs_need_it(read, tmp_path):
    settings = read(
        f'[oqs]\n{PLACE}[oqs.faces.a]\nfolder = "face"\n'
        '[oqs.terminal]\nrequests = "req"\nresponses = "res"\n'
    )
    (face,) = settings.faces
    assert settings.institution == "1319999996"
    assert (face.encoding, face.missing, face.touches) == (Encoding.UTF_8, Missing.REFUSE, True)
    assert face.folder.path == tmp_path / "face"
    assert face.folder.staging == tmp_path / ".face-kazashi"
    assert settings.terminal.responses == tmp_path / "res"
    assert (settings.terminal.encoding, settings.terminal.timeout_s) == (
        *(Encoding.UTF_8, TIMEOUT_S),
    )


def test_each_reader_of_results_has_a_table_of_its_own(read):
    settings = read(
        f'[oqs]\n{PLACE}[oqs.faces.a]\nfolder = "a/face"\nstaging = "s"\nencoding = "Shift_JIS"\n'
        'missing = "replace"\ntouch = false\n[oqs.faces.b]\nfolder = "b/face"\nstaging = "s"\n'
    )
    first, second = settings.faces
    assert (first.encoding, first.missing, first.touches) == (
        *(Encoding.CP932, Missing.REPLACE, False),
    )
    assert first.folder.staging != second.folder.staging  # nothing goes astray
    assert first.folder.staging.parent == second.folder.staging.parent


@pytest.mark.parametrize(
    ("text", "place", "flaw"),
    [
        ("[oqs]\n", "oqs.institution", Flaw.MISSING),
        ('[oqs]\ninstitution = "131999999"\n', "oqs.institution", Flaw.NOT_DIGITS),
        ('[oqs]\ninstitution = "１３１９９９９９９６"\n', "oqs.institution", Flaw.NOT_DIGITS),
        (f"[oqs]\n{PLACE}face = 1\n", "oqs.face", Flaw.NOT_A_TABLE),
        (f"[oqs]\n{PLACE}[oqs.face]\n", "oqs.face", Flaw.NO_SUCH_FIELD),
        (f"[oqs]\n{PLACE}[oqs.faces.a]\n", "oqs.faces.a.folder", Flaw.MISSING),
        (
            f'[oqs]\n{PLACE}[oqs.faces.a]\nfolder = "f"\nencoding = "cp932"\n',
            "oqs.faces.a.encoding",
            Flaw.NOT_ONE_OF,
        ),
        (
            f'[oqs]\n{PLACE}[oqs.faces.a]\nfolder = "f"\nstaging = "g/../f/sub"\n',
            "oqs.faces.a.staging",
            Flaw.INSIDE,
        ),
        (
            f'[oqs]\n{PLACE}[oqs.faces.a]\nfolder = "f"\ncolour = 1\n',
            "oqs.faces.a.colour",
            Flaw.NO_SUCH_FIELD,
        ),
        (
            f'[oqs]\n{PLACE}[oqs.terminal]\nrequests = "r"\nresponses = "s"\ntimeout_s = 0\n',
            "oqs.terminal.timeout_s",
            Flaw.OUT_OF_RANGE,
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(read, text, place, flaw):
    with pytest.raises(BadSettings) as wrong:
        read(text)
    assert (wrong.value.place, wrong.value.flaw) == (place, flaw)
