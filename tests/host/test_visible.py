"""What may be shown: no text drives the terminal, JSON keeps its value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.visible import escaped, is_safe, visible

HARMFUL = [
    *("\x1b", "\x07", "\x7f", "\x9b", "\r", "\b"),  # C0, DEL, C1
    *(chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)),
    *("\u200b", "\u200d", "\u2060", "\ufeff", "\u034f", "\u3164", "\u2028"),
    *("\U000e0001", "\U000e0041", "\U000e007f"),  # tags
    *("\ud800", "\udfff"),
]
KEPT = ["架空 花子", "é", "葛\U000e0100", "辻\ufe00", "\u3000", "🎉", "ｱﾞ"]


@pytest.mark.parametrize("harmful", HARMFUL)
def test_what_drives_a_terminal_or_hides_is_replaced(harmful):
    assert harmful not in visible(f"a{harmful}b")
    assert harmful not in escaped(json.dumps(harmful, ensure_ascii=False))


@pytest.mark.parametrize("text", KEPT)
def test_what_names_are_written_with_stays(text):
    assert visible(text) == text
    assert escaped(text) == text


@given(st.text())
def test_any_text_is_shown_as_safe_text_of_its_length(text):
    assert all(map(is_safe, visible(text)))
    assert len(visible(text)) == len(text)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_json_is_safe_and_keeps_its_value(value):
    for indent in (None, 2):
        shown = escaped(json.dumps(value, ensure_ascii=False, indent=indent))
        assert json.loads(shown) == value
        assert all(each == "\n" or is_safe(each) for each in shown)
