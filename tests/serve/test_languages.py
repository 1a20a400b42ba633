"""Languages of the patient screen, and which of them a site offers."""

import re

import pytest

from kazashi.reception.settings import BadSettings
from kazashi.serve.languages import LANGUAGES, PSEUDO_LANGUAGES, language_of, offered
from kazashi.serve.settings import ServeSettings
from kazashi.serve.texts import Texts
from kazashi.words.compile import tags


@pytest.fixture
def settings(tmp_path):
    def read(lines):
        path = tmp_path / "kazashi.toml"
        path.write_text(f"[serve]\n{lines}\n", encoding="utf-8")
        return ServeSettings.read(path, {})

    return read


def test_each_catalogue_is_a_language_that_a_site_may_choose():
    assert set(LANGUAGES) == set(tags())


def test_each_language_has_a_name_and_a_direction():
    assert len({each.name for each in LANGUAGES.values()}) == len(LANGUAGES)
    for each in LANGUAGES.values():
        assert each.template("take-card", {})
        assert each.is_right_to_left == (each.tag == "ur")


def test_japanese_and_english_need_not_be_signed_off():
    assert LANGUAGES["ja"].is_reviewed
    assert LANGUAGES["en"].is_reviewed


def test_without_a_setting_a_site_offers_what_is_sure():
    assert ServeSettings.read(None, {}).languages == ServeSettings.languages
    assert all(
        tag.startswith("ja") or LANGUAGES[tag].is_reviewed for tag in ServeSettings.languages
    )


def test_a_site_names_its_languages_and_visits_begin_with_the_first(settings):
    read = settings('languages = ["en", "ja", "en"]')
    assert read.languages == ("en", "ja")
    assert read.language == "en"
    assert settings('languages = ["en", "ja"]\nlanguage = "ja"').language == "ja"


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ('languages = ["tlh"]', "serve.languages"),
        ("languages = [1]", "serve.languages"),
        ('languages = ["en-XA"]', "serve.languages"),
        ('languages = ["en"]\nlanguage = "ja"', "serve.language"),
    ],
)
def test_an_unknown_language_is_told_with_its_place(settings, lines, place):
    with pytest.raises(BadSettings) as told:
        settings(lines)
    assert told.value.place == place


def test_pseudo_languages_are_offered_in_a_test_alone():
    assert [each.tag for each in offered(["ja", "en"], is_test=False)] == ["ja", "en"]
    tags = [each.tag for each in offered(["ja"], is_test=True)]
    assert tags == ["ja", *PSEUDO_LANGUAGES]


def test_the_long_pseudo_language_is_40_percent_longer_and_keeps_what_is_filled_in():
    english = Texts(language_of("en")).plain("subsidy", name="A <b>")
    strange = Texts(language_of("en-XA")).plain("subsidy", name="A <b>")
    assert strange.startswith("⟦")
    assert strange.endswith("⟧")
    assert "A <b>" in strange
    assert len(strange) >= 1.3 * len(english)
    assert not re.search("[a-z]", strange.replace("A <b>", ""))


def test_the_mirrored_pseudo_language_runs_from_right_to_left():
    mirrored = Texts(language_of("ar-XB"))
    assert mirrored.dir == "rtl"
    assert mirrored.lang == "ar-XB"
    assert "<bdi>乳幼児</bdi>" in mirrored("subsidy", name="乳幼児")
