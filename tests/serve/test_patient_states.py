"""Each state of the patient screen, rendered from what a desk shows: no browser."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from browser.states import PATIENT, STAFF, Script
from kazashi.reception.japan import utc_now
from kazashi.reception.people import AskConsents, AskFourItems, AskPin, AskWay
from kazashi.reception.rules import Group, Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.validity import Validity
from kazashi.serve import app
from kazashi.serve.display import Display
from kazashi.serve.patient.pages import rendered
from kazashi.serve.patient.states import State, state_of
from kazashi.serve.screen import Call, Screen, Step
from kazashi.serve.settings import Keypad, ServeSettings

NUMBERS = {
    "p01": State.CHOOSE,
    "p02": State.LAY,
    "p03": State.UNSENSED,
    "p04": State.WAY,
    "p05": State.CODE_B,
    "p06": State.FACE,
    "p07": State.PIN,
    "p08": State.PIN,
    "p09": State.LAST_TRY,
    "p10": State.BLOCKED,
    "p11": State.REGISTRATION,
    "p12": State.CONSENTS,
    "p15": State.SUBSIDIES,
    "p16": State.PRESCRIPTION,
    "p17": State.CONSENTS,
    "p18": State.DONE,
    "p19": State.CHOOSE,
    "p20": State.HOLD,
    "p21": State.ANOTHER,
    "p22": State.SEVERAL,
    "p23": State.BROKEN,
    "p24": State.DOWN,
    "p27": State.STAFF,
    "p28": State.STOPPED,
    "wor": State.WAITING,
}
ELSE = {"p03-card-gone": State.LAY, "p05-camera": State.FRONT}
SITE = ServeSettings()
TOKENS = tuple(Token)


class Page(HTMLParser):
    """What stands in some HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self._open = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "i", "use", "path", "rect", "circle", "ellipse"):
            self._open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        is_name = any(attributes.get("lang") == "ja" for _, attributes in self._open)
        is_of_list = any(attributes.get("class") == "langs" for _, attributes in self._open)
        if data.strip() and not (is_name or is_of_list):
            self.texts.append(data.strip())

    def all(self, **wanted):
        wanted = {name.replace("_", "-"): value for name, value in wanted.items()}
        return [
            attributes
            for _, attributes in self.tags
            if all(attributes.get(name) == value for name, value in wanted.items())
        ]

    @property
    def answers(self):
        """What the buttons answer, as JSON."""
        return [each["data-answer"] for _, each in self.tags if "data-answer" in each]


@pytest.fixture
def played():
    """Plays a state; returns what the desk shows."""
    scripts = []

    def play(state, language="ja"):
        screen = Screen("1", "受付1", utc_now(), language=language, is_test=True, has_table=True)
        desk = SimpleNamespace(display=Display(screen, lambda _screen: None))
        script = Script(desk, SimpleNamespace(publish=lambda *_: None))
        scripts.append(script)
        script.play(state)
        return script.display.screen

    yield play
    for script in scripts:
        script.end()


def asks(question, *notices):
    def play(desk):
        for notice in notices:
            desk.tell(notice)
        return desk.ask(question)

    return play


def seen_sections(screen):
    page = Page(rendered(screen, TOKENS, SITE))
    return [each for tag, each in page.tags if tag == "section" and "hidden" not in each]


@pytest.mark.parametrize("name", PATIENT)
def test_what_a_desk_shows_is_one_state(played, name):
    assert state_of(played(PATIENT[name])) is ELSE.get(name, NUMBERS[name[:3]])


@pytest.mark.parametrize("name", STAFF)
def test_while_staff_are_asked_the_patient_reads_that_they_come(played, name):
    assert state_of(played(STAFF[name])) in (State.STAFF, State.DOWN)


@pytest.mark.parametrize("language", ["ja", "en", "ar-XB"])
@pytest.mark.parametrize("name", PATIENT)
def test_each_state_has_a_heading_and_the_way_to_the_staff(played, name, language):
    html = rendered(played(PATIENT[name], language), TOKENS, SITE, is_whole=True)
    page = Page(html)
    assert [tag for tag, attributes in page.tags if tag == "section" and "hidden" not in attributes]
    assert len(page.all(data_do="call", data_key="0")) == 1
    assert ("html", "rtl" if language == "ar-XB" else "ltr") == (
        page.tags[0][0],
        page.tags[0][1]["dir"],
    )


@pytest.mark.parametrize("name", PATIENT)
def test_nothing_is_styled_or_run_by_the_page_itself(played, name):
    page = Page(rendered(played(PATIENT[name]), TOKENS, SITE, is_whole=True))
    for tag, attributes in page.tags:
        assert tag != "style"
        assert tag != "script" or attributes["src"].startswith("/static/")
        assert not any(each == "style" or each.startswith("on") for each in attributes)


@pytest.mark.parametrize("name", PATIENT)
def test_each_text_is_of_a_catalogue(played, name):
    """The pseudo-language puts brackets around those."""
    for text in Page(rendered(played(PATIENT[name], "en-XA"), TOKENS, SITE)).texts:
        outside = re.sub(r"⟦[^⟧]*⟧?|[^⟦]*⟧", "", text)
        assert not re.search(r"[^\W\d_]", outside), text


def test_no_module_of_the_page_holds_a_text():
    for path in (app._STATIC / "patient").glob("*.js"):
        code = re.sub(r"//.*", "", path.read_text("utf-8"))
        assert code.isascii(), path.name
        assert not re.search(r"innerHTML|insertAdjacentHTML|eval", code), path.name


def test_each_button_does_what_a_module_knows(played):
    code = "".join(path.read_text("utf-8") for path in (app._STATIC / "patient").glob("*.js"))
    known = set(re.findall(r'\bon\("([a-z-]+)"', code)) | {"kind"}
    for name in PATIENT:
        for state in (None, State.LANGUAGE):
            page = Page(rendered(played(PATIENT[name]), TOKENS, SITE, state))
            assert {each["data-do"] for _, each in page.tags if "data-do" in each} <= known


def test_the_pin_is_no_field_and_each_key_is_as_the_others(played):
    page = Page(rendered(played(asks(AskPin(3))), TOKENS, SITE))
    assert not [tag for tag, _ in page.tags if tag in ("input", "textarea", "form")]
    assert {each["data-digit"] for _, each in page.tags if "data-digit" in each} == {
        *"0123456789",
        "clear",
    }


def test_a_keypad_of_a_computer_has_seven_at_the_top(played):
    html = rendered(played(asks(AskPin(3))), TOKENS, replace(SITE, keypad=Keypad.PC))
    digits = re.findall(r'data-digit="(\d)"', html)
    assert "".join(digits) == "7894561230"


def test_a_visit_begins_with_the_sites_size_contrast_and_speech(played, tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text('[serve]\nsize = "1.4"\nhigh_contrast = true\nspeech = true\n', "utf-8")
    screen = played(PATIENT["p01-choose"])
    seen = Page(rendered(screen, TOKENS, ServeSettings.read(file, {}), is_whole=True)).tags[0][1]
    assert (seen["data-size"], seen["data-contrast"], seen["data-speech"]) == ("1.4", "high", "on")
    usual = Page(rendered(screen, TOKENS, SITE, is_whole=True)).tags[0][1]
    assert not {"data-size", "data-contrast", "data-speech"} & usual.keys()


def test_a_site_may_have_equal_keys_that_follow_at_once_count_as_one(played, tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text("[serve]\nsame_key_s = 0.5\n", "utf-8")
    screen = played(PATIENT["p07-pin"])
    seen = Page(rendered(screen, TOKENS, ServeSettings.read(file, {}), is_whole=True)).tags[0][1]
    assert seen["data-same-key-s"] == "0.5"
    usual = Page(rendered(screen, TOKENS, SITE, is_whole=True)).tags[0][1]
    assert "data-same-key-s" not in usual


def test_to_agree_and_not_to_agree_are_the_same_but_for_their_words(played):
    page = Page(rendered(played(asks(AskConsents(tuple(Group)))), TOKENS, SITE))
    assert page.answers == ['["surgery", "treatment", "checkups", "specified_disease"]', "[]"]
    for group in Group:
        agree, disagree = [each for each in page.all(data_group=group) if "choice" in str(each)]
        assert (agree["data-do"], disagree["data-do"]) == ("agree", "disagree")
        assert agree["class"] == disagree["class"]
    assert not any("checked" in attributes for _, attributes in page.tags)


def test_one_group_is_asked_at_once(played):
    page = Page(rendered(played(asks(AskConsents((Group.CHECKUPS,)))), TOKENS, SITE))
    assert page.answers == ['["checkups"]', "[]"]
    assert not page.all(data_do="consent")


@pytest.mark.parametrize("groups", [tuple(Group), (Group.CHECKUPS,)], ids=["all", "one"])
@pytest.mark.parametrize(
    ("is_for_dispensing", "hours", "said"),
    [
        (False, 24.0, "この医療機関だけに、24時間"),
        (False, 0.5, "この医療機関だけに、0.5時間"),
        (True, 72.0, "この薬局だけに、72時間"),
        (False, None, "この医療機関だけに、訪問診療などが続くあいだ"),
        (True, None, "この薬局だけに、訪問によるお薬の管理などが続くあいだ"),
    ],
)
def test_the_patient_reads_how_long_a_consent_lasts(played, groups, is_for_dispensing, hours, said):
    shown = rendered(played(asks(AskConsents(groups, is_for_dispensing, hours))), TOKENS, SITE)
    assert said in shown
    assert hours == 24 or "24" not in "".join(Page(shown).texts)


def test_only_ways_that_are_left_are_offered(played):
    page = Page(rendered(played(asks(AskWay((Way.VISUAL,)))), TOKENS, SITE))
    assert page.answers == ['"visual"']


def test_what_staff_are_told_is_not_on_the_patients_screen(played):
    told = (Message("held-for-later"), Message("outage-mode"))
    screen = played(asks(AskFourItems(), *told))
    assert state_of(screen) is State.DOWN
    assert "職員" not in rendered(screen, TOKENS, SITE)


def test_cards_are_laid_from_the_screen_at_a_simulated_reader_alone(played):
    screen = played(asks(AskPin(3)))
    assert 'data-do="lay"' in rendered(screen, TOKENS, SITE)
    assert 'data-do="lay"' not in rendered(replace(screen, has_table=False), TOKENS, SITE)
    (band,) = Page(rendered(replace(screen, is_test=False), TOKENS, SITE)).all(data_part="test")
    assert "hidden" in band


def test_a_notice_on_dates_stands_before_the_question_but_not_before_a_call(played):
    screen = played(PATIENT["p17-ending"])
    seen = [each["data-step"] for each in seen_sections(screen)]
    assert seen == ["dates"]
    assert [each["data-step"] for each in seen_sections(replace(screen, call=Call(utc_now())))] == [
        "main"
    ]


@pytest.mark.parametrize(
    ("state", "language", "said"),
    [
        ("p17-grace", "ja", "2027年2月28日までに 更新してください"),
        ("p17-ending", "ja", "期限は 2027年2月28日です"),
        ("p17-ending", "en", "It ends on February 28, 2027"),
        ("p17-ending", "th", "28 กุมภาพันธ์ ค.ศ. 2027"),
    ],
)
def test_the_notice_on_dates_names_the_day_as_the_language_writes_it(played, state, language, said):
    screen = played(PATIENT[state], language)
    page = Page(rendered(screen, TOKENS, SITE))
    assert any(said in text for text in page.texts)
    assert screen.to_json()["notices"][0]["values"] == {"until": "2027-02-28"}


def test_a_notice_on_dates_names_no_day_if_none_is_known(played):
    notice = Validity.ELIGIBILITY_ONLY.notice(is_phone=False)  # by the centre's word alone
    page = Page(rendered(played(asks(AskConsents((Group.CHECKUPS,)), notice)), TOKENS, SITE))
    assert page.all(data_step="dates")
    assert not any("までに" in text for text in page.texts)


def test_a_patient_reads_that_the_card_is_read(played):
    def reads(desk):
        desk.tell(Message("place.card"))
        desk.tell(Message("reading"))

    screen = played(reads)
    assert (screen.step, screen.place) == (Step.READ, "")
    assert state_of(screen) is State.WAITING
    page = rendered(screen, TOKENS, SITE)
    assert "読み取っています" in page
    assert "読み取っています" not in rendered(replace(screen, step=Step.WORKING), TOKENS, SITE)


def test_a_warned_patient_reads_how_long_there_is(played):
    screen = replace(played(asks(AskPin(3))), is_warned=True, deadline=0.0)
    assert 'data-seconds="0"' in rendered(screen, TOKENS, SITE)


def test_languages_are_named_in_themselves_above_what_is_asked(played):
    page = Page(rendered(played(asks(AskPin(3)), "en"), TOKENS, SITE, State.LANGUAGE))
    assert {each["data-language"] for each in page.all(data_do="speak")} >= {"ja", "en"}
    assert page.all(data_do="speak", aria_current="true")[0]["data-language"] == "en"
