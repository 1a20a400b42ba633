"""`t` of the templates: HTML of the catalogues' texts."""

import pytest
from jinja2 import Environment

from kazashi.reception.texts import Message
from kazashi.serve import languages
from kazashi.serve.languages import LANGUAGES, PatientLanguage
from kazashi.serve.texts import Texts, without_ruby

JAPANESE = Texts(LANGUAGES["ja"])
ENGLISH = Texts(LANGUAGES["en"])


@pytest.fixture
def words(monkeypatch):
    """Catalogues of this test: by language, texts by key."""
    found = {"ja": {}, "en": {}, "vi": {}, "ur": {}, "ja-Hira": {}, "signed off": {}}
    monkeypatch.setattr(languages, "template", lambda key, values, tag: found[tag][key])
    monkeypatch.setattr(languages, "is_reviewed", lambda tag: tag in found["signed off"])
    return found


def test_a_text_is_that_of_the_catalogue_and_the_number_of_tries_chooses_its_plural():
    assert JAPANESE("subsidy", name="乳幼児") == "見つかった受給者証: 乳幼児"
    assert "2 more" in ENGLISH("wrong-pin.screen", tries_left=2)
    assert ENGLISH("wrong-pin.screen", tries_left=1) == ENGLISH.plain(
        "wrong-pin.screen", tries_left=1
    )


def test_a_value_is_escaped_and_neither_formatted_nor_given_ruby(words):
    words["ja"]["a"] = "{name} & ｜名《な》"
    page = Environment(autoescape=True).from_string("{{ t('a', name=name) }}")
    shown = page.render(t=JAPANESE, name="<b>{x}｜乳《ち》")
    assert shown == "&lt;b&gt;{x}｜乳《ち》 &amp; <ruby>名<rt>な</rt></ruby>"


def test_aozora_notation_is_ruby_and_is_left_out_of_plain_text(words):
    words["ja"]["a"] = "｜暗証番号《あんしょうばんごう》を｜入力《にゅうりょく》"
    assert JAPANESE("a") == (
        "<ruby>暗証番号<rt>あんしょうばんごう</rt></ruby>を<ruby>入力<rt>にゅうりょく</rt></ruby>"
    )
    assert JAPANESE.plain("a") == without_ruby(words["ja"]["a"]) == "暗証番号を入力"


def test_the_japanese_stands_beside_a_text_that_was_not_signed_off(words):
    words["ja"]["a"] = "｜決定《けってい》"
    words["vi"]["a"] = "Xong"
    vietnamese = Texts(PatientLanguage("vi", "Tiếng Việt"))
    assert vietnamese("a") == (
        '<span class="text" lang="vi" dir="ltr">Xong</span> '
        '<span class="beside" lang="ja" dir="ltr" aria-hidden="true">決定</span>'
    )
    assert vietnamese.plain("a") == "Xong"
    words["signed off"]["vi"] = "N. N."
    assert vietnamese("a") == "Xong"


def test_japanese_with_furigana_has_no_japanese_beside_it(words):
    words["ja-Hira"]["a"] = "｜決定《けってい》"
    assert Texts(PatientLanguage("ja-Hira", ""))("a") == "<ruby>決定<rt>けってい</rt></ruby>"
    assert Texts(PatientLanguage("ja-Hira", "")).lang == "ja"


def test_what_has_no_furigana_yet_is_shown_without(words):
    words["ja"]["a"], words["en"]["a"] = "決定", "Done"
    assert Texts(PatientLanguage("ja-Hira", ""))("a") == "決定"


def test_a_name_that_is_the_same_in_japanese_is_shown_once(words):
    words["ja"]["a"] = words["vi"]["a"] = "iPhone"
    assert Texts(PatientLanguage("vi", ""))("a") == "iPhone"


def test_a_text_that_the_catalogue_lacks_is_in_english_and_japanese(words):
    words["ja"]["a"], words["en"]["a"] = "決定", "Done"
    words["signed off"]["vi"] = "N. N."
    assert Texts(PatientLanguage("vi", ""))("a") == (
        '<span class="text" lang="en" dir="ltr">Done</span> '
        '<span class="beside" lang="ja" dir="ltr" aria-hidden="true">決定</span>'
    )
    del words["en"]["a"]
    assert ENGLISH("a") == '<span class="text" lang="ja" dir="ltr">決定</span>'
    with pytest.raises(LookupError):
        ENGLISH("b")


def test_values_stand_isolated_among_letters_from_right_to_left(words):
    words["ur"]["a"] = "{tries_left:d} بار"
    words["signed off"]["ur"] = "N. N."
    urdu = Texts(PatientLanguage("ur", "اردو"))
    assert urdu("a", tries_left=2) == "<bdi>2</bdi> بار"
    assert urdu.plain("a", tries_left=2) == "2 بار"
    assert urdu.dir == "rtl"


def test_what_the_engine_tells_is_shown_by_its_key():
    assert JAPANESE.message(Message("take-card")) == "カードをお取りください。"
