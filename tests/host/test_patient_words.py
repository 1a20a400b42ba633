"""The catalogues of the patients' languages: complete, and only text."""

import re
import string
import unicodedata

import pytest
from babel.messages.plurals import get_plural

from kazashi.words import FOLDER, Language, is_reviewed
from kazashi.words.compile import (
    compiled,
    key_of,
    main,
    patient_texts,
    read,
    source,
    tags,
    texts,
)
from kazashi.words.patient import is_for_patient

TRANSLATIONS = [tag for tag in tags() if tag not in [*Language]]
ENGLISH = patient_texts("en")
RUBY = re.compile("｜([^《》｜]+)《[^《》｜]+》")
WIDEST = {  # columns, of which a CJK character takes two
    "heading": 80,
    "choice": 60,
    "token": 60,
    "way": 60,
    "prescription": 50,
    "share": 30,
}


def placeholders(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def facts(forms):
    """What is the same in every language."""
    shown = re.sub("{[^}]*}", "", " ".join(forms))
    return {*re.findall("[0-9]+|iPhone|Android", shown)}


def plain(text):
    """Without ruby."""
    return RUBY.sub(r"\1", text)


def width(text):
    """Columns of a terminal, which tell well enough how wide a text is."""
    drawn = (c for c in plain(text) if not unicodedata.category(c).startswith("M"))
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in drawn)


def kind(key):
    """Of a text, by the place where it stands."""
    first, last = key.split(".")[0], key.split(".")[-1]
    return last.split("-")[0] if first == "screen" else first


@pytest.fixture(params=TRANSLATIONS)
def tag(request):
    return request.param


def test_it_is_one_file_whose_header_says_which_language_it_is(tag):
    (path,) = (FOLDER / tag).glob("*.po")
    head, _, _ = path.read_text(encoding="utf-8").partition("\n\n")
    count, expression = get_plural(tag.split("-")[0])[:2]
    assert path.name == "patient.po"
    assert f'"Language: {tag}\\n"' in head
    assert '"Content-Type: text/plain; charset=UTF-8\\n"' in head
    assert f'"Plural-Forms: nplurals={count}; plural={expression};\\n"' in head


def test_who_has_signed_it_off_is_known_from_the_compiled_catalogue_too(tag):
    assert is_reviewed(tag) == bool(source(tag).reviewed_by)


def test_it_is_compiled(tag):
    assert texts(compiled(tag)) == texts(source(tag)), "run python -m kazashi.words.compile"


def test_it_has_the_patients_keys_and_no_others(tag):
    keys = texts(source(tag)).keys()
    assert not ENGLISH.keys() - keys
    assert not keys - ENGLISH.keys()


def test_each_text_is_there_in_each_form_and_surely_meant(tag):
    catalogue = source(tag)
    for message in catalogue:
        if key := key_of(message):
            forms = texts(catalogue)[key]
            assert not message.fuzzy, key
            assert not [*message.check(catalogue)], key
            assert all(form.strip() == form != "" for form in forms), key
            assert len(forms) == (catalogue.num_plurals if len(ENGLISH[key]) > 1 else 1), key


def test_each_text_shows_the_fields_that_the_english_one_shows(tag):
    for key, forms in texts(source(tag)).items():
        for form in forms:
            assert placeholders(form) == placeholders(ENGLISH[key][0]), key


def test_numbers_and_names_are_those_of_english_and_japanese(tag):
    japanese = patient_texts("ja")
    for key, forms in texts(source(tag)).items():
        first, second = facts(ENGLISH[key]), facts(japanese[key])
        assert first & second <= facts(forms) <= first | second, key


@pytest.mark.parametrize("tag", tags())
def test_texts_have_no_markup_no_controls_and_ruby_only_where_it_is_shown(tag):
    for key, forms in patient_texts(tag).items():
        for form in forms:
            has_ruby = tag == "ja-Hira" or (tag == "ja" and key.startswith("screen."))
            text = RUBY.sub("", form) if has_ruby else form
            assert not re.search("[<>&｜《》⟦⟧\\\\]", text), key
            controls = [c for c in form if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn")]
            assert set(controls) <= {"\u200c", "\u200d"}, key  # joiners, which some scripts need


@pytest.mark.parametrize("tag", tags())
def test_headings_and_choices_are_short_enough_for_their_place(tag):
    wide = {
        key: width(form)
        for key, forms in patient_texts(tag).items()
        for form in forms
        if kind(key) in WIDEST
    }
    assert not {key: found for key, found in wide.items() if found > WIDEST[kind(key)]}


def test_furigana_stands_over_every_kanji_of_the_same_japanese():
    japanese = patient_texts("ja")
    for key, (text,) in patient_texts("ja-Hira").items():
        assert plain(text) == plain(japanese[key][0]), key
        assert not re.search("[一-龠々]", RUBY.sub("", text)), key


def test_a_catalogue_keeps_who_has_signed_it_off(tmp_path, monkeypatch):
    folder = tmp_path / "eo"  # a language that Kazashi does not speak
    folder.mkdir()
    text = 'msgid ""\nmsgstr ""\n"Language: eo\\n"\n"X-Reviewed-By: N. N.\\n"\n\n'
    (folder / "patient.po").write_text(text + 'msgid "a"\nmsgstr "b"\n', encoding="utf-8")
    assert read(folder / "patient.po").reviewed_by == "N. N."
    for module in ("kazashi.words", "kazashi.words.compile"):
        monkeypatch.setattr(f"{module}.FOLDER", tmp_path)
    assert main([]) == 0
    assert is_reviewed("eo")
    assert main(["--check"]) == 0


def test_staff_and_engineers_have_texts_that_no_patient_reads():
    assert is_for_patient("outcome.held")
    assert not is_for_patient("ask.passcode")
    assert not is_for_patient("no-card.seen")
    assert not is_for_patient("journal-full.screen")
