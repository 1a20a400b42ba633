"""The passcode of a visual check: hashed, and slow after wrong ones."""

from datetime import UTC, datetime, timedelta
from hashlib import scrypt

import pytest

from kazashi.reception.configuration import Configuration
from kazashi.reception.journal import Journal
from kazashi.reception.passcode import (
    BadPasscode,
    Passcode,
    PasscodeFlaw,
    PasscodePaused,
    hashed,
)
from kazashi.reception.people import SightReason
from kazashi.reception.settings import BadSettings, Flaw
from kazashi.reception.typed import Mistyped, Slip
from kazashi.words import Language

SALT = bytes(16)
N = 2**14  # the least: the quickest
RIGHT, WRONG = "20481", "20482"
HASH = scrypt(RIGHT.encode(), salt=SALT, n=N, r=1, p=1, dklen=32).hex()
KEPT = f"scrypt${N}$1$1${SALT.hex()}${HASH}"


class Seconds:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Seconds()


@pytest.fixture
def passcode(clock):
    return Passcode(KEPT, clock)


@pytest.mark.parametrize("typed", [RIGHT, "２０４８１", " 204 81 "])
def test_the_right_digits_in_any_width_are_right(passcode, typed):
    assert passcode.check(typed)
    assert passcode.wait_s == 0


@pytest.mark.parametrize(
    "typed", [WRONG, "", "2048", "204811", "٢٠٤٨١", "二〇四八一", "0" * 1_000_000, "20481\0"]
)
def test_anything_else_is_wrong_and_counts(passcode, typed):
    assert not passcode.check(typed)
    assert passcode.wait_s == 1


def test_a_new_hash_has_a_new_salt_and_is_compared_as_it_was_made():
    kept, other = hashed("１２３４"), hashed("1234")
    assert kept.split("$")[4] != other.split("$")[4]
    assert Passcode(kept).check("1234")


@pytest.mark.parametrize("typed", ["", "123", "1" * 17, "12a4", "-1234"])
def test_what_is_no_passcode_is_not_hashed(typed):
    with pytest.raises(BadPasscode) as error:
        hashed(typed)
    assert error.value.flaw is PasscodeFlaw.NOT_DIGITS


def test_the_wait_doubles_up_to_a_minute_and_a_right_one_ends_it(passcode, clock):
    waits = []
    for _ in range(8):
        passcode.check(WRONG)
        waits.append(passcode.wait_s)
        clock.now += passcode.wait_s
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert passcode.check(RIGHT)
    passcode.check(WRONG)
    assert passcode.wait_s == 1


def test_during_the_wait_the_right_one_is_refused_too_and_nothing_counts(passcode, clock):
    for _ in range(2):
        passcode.check(WRONG)
        clock.now += passcode.wait_s
    passcode.check(WRONG)  # 4 s
    clock.now += 2.5
    for _ in range(5):
        with pytest.raises(PasscodePaused) as error:
            passcode.check(RIGHT)
        assert error.value.wait_s == 2
    clock.now += 1.5
    assert passcode.check(RIGHT)


def test_the_passcode_is_in_no_text_of_it(passcode, clock):
    passcode.check(WRONG)
    with pytest.raises(PasscodePaused) as error:
        passcode.check(RIGHT)
    for shown in (repr(passcode), repr(error.value), str(error.value), repr(vars(passcode))):
        assert RIGHT not in shown
        assert WRONG not in shown


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "20481",
        KEPT.upper(),
        KEPT + "0",
        KEPT.replace(f"${N}$", "$8192$"),  # too quick
        KEPT.replace(f"${N}$", f"${N + 1}$"),  # no power of two
        KEPT.replace(f"${N}$1$1$", f"${2**20}$8$1$"),  # 1 GiB
        KEPT.replace(f"${N}$1$", f"${N}$0$"),
        KEPT.replace("scrypt", "md5"),
    ],
)
def test_a_configuration_that_is_no_hash_is_refused_with_its_place(tmp_path, kept):
    file = tmp_path / "kazashi.toml"
    file.write_text(f'[visual]\npasscode = "{kept}"\n')
    with pytest.raises(BadSettings) as error:
        Configuration.read(file)
    assert error.value.place == "visual.passcode"
    assert not kept or kept not in f"{error.value!r} {error.value}"


def test_the_table_is_read(tmp_path):
    file = tmp_path / "kazashi.toml"
    assert Configuration.read(None).passcode is None
    assert not Configuration.read(None).photo_from_chip
    file.write_text(f'[visual]\npasscode = "{KEPT}"\nphoto_from_chip = true\n')
    read = Configuration.read(file)
    assert read.passcode.check(RIGHT)
    assert read.photo_from_chip
    file.write_text('[visual]\nphoto_from_chip = "yes"\n')
    with pytest.raises(BadSettings) as error:
        Configuration.read(file)
    assert error.value.flaw is Flaw.NOT_A_FLAG


# --- what the journal has of other programs -----------------------------------------------------


class Noon:
    now = datetime(2026, 11, 28, 3, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def noon():
    return Noon()


@pytest.fixture
def journal(tmp_path, noon):
    with Journal(tmp_path / "journal.db", noon) as journal:
        yield journal


def typed(journal, noon, *errors):
    """A visit in which these were typed, a second apart; None: a right one."""
    visit = journal.begin("desk", "usb:1")
    for error in errors:
        noon.now += timedelta(seconds=1)
        visit.step("passcode", **({"error": error} if error else {}))
        visit.step("visual check")
    visit.end("interrupted")


@pytest.mark.parametrize(
    ("errors", "wait_s"),
    [
        ([], 0),
        (["wrong"], 1),
        (["wrong", "wrong", "paused", "wrong"], 4),
        (["wrong", None], 0),
        (["wrong", None, "wrong", "wrong"], 2),
        (["wrong"] * 9, 60),
    ],
)
def test_the_count_survives_the_program(passcode, clock, journal, noon, errors, wait_s):
    typed(journal, noon, *errors[:1])
    typed(journal, noon, *errors[1:])
    passcode.recall(journal, noon)
    assert passcode.wait_s == wait_s


def test_what_has_passed_since_is_taken_off_and_the_count_stays(passcode, clock, journal, noon):
    typed(journal, noon, *["wrong"] * 4)
    noon.now += timedelta(seconds=5)
    passcode.recall(journal, noon)
    assert passcode.wait_s == 3
    clock.now += 3
    passcode.check(WRONG)
    assert passcode.wait_s == 16


def test_a_clock_that_was_put_back_makes_no_wait_longer(passcode, journal, noon):
    typed(journal, noon, *["wrong"] * 4)
    noon.now -= timedelta(days=1)
    passcode.recall(journal, noon)
    assert passcode.wait_s == 8


def test_what_this_program_counted_itself_is_not_made_less(passcode, clock, journal, noon):
    for _ in range(3):
        passcode.check(WRONG)
        clock.now += passcode.wait_s
    typed(journal, noon, "wrong")
    passcode.recall(journal, noon)
    passcode.check(WRONG)
    assert passcode.wait_s == 8


# --- the reasons --------------------------------------------------------------------------------


def test_there_are_six_reasons_with_words_in_both_languages():
    assert len(SightReason) == 6
    for language in Language:
        assert len({reason.message.text(language) for reason in SightReason}) == 6
    assert SightReason.FORGOTTEN_PIN.message.text(Language.JAPANESE) == "暗証番号を忘れた"


def test_another_reason_needs_a_text_that_may_be_kept():
    assert SightReason.INJURY.kept("ignored") == "injury"
    assert SightReason.OTHER.kept(" 眼帯 ") == "眼帯"
    for text, slip in (("", Slip.EMPTY), ("123456789012", Slip.MY_NUMBER)):
        with pytest.raises(Mistyped) as error:
            SightReason.OTHER.kept(text)
        assert error.value.slip is slip
