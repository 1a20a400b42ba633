"""`kazashi checkin`, as a person or a program runs it."""

import pytest

import faces
from kazashi.reception.journal import View
from kazashi.reception.rules import Item
from kazashi.sim import person
from program import kazashi as program
from visit_schema import told, visit_of

PIN, OTHER_PIN = "7351", "8462"
SIM = f"sim:?speed=20&tap=0&pin={PIN}"
ALL = ("--consent", "all", "--prescription", "paper")
STAFF = ("--staff", "佐藤", "--reason", "カメラの故障")
PASSCODE = "0000"
CARD, NEITHER = "1", "4"
BY_PIN = "2"  # after the face
YES = "1"
PORTAL_YES = (YES, YES)
KEY = "user authentication certificate"
SIGNATURE = {"kind": "signature", "key": KEY, "signed": "challenge"}


def expect_a_visit(visit, way):
    """All that an integrator is promised."""
    assert (visit["outcome"], visit["way"], visit["validity"]) == ("checked_in", way, "normal")
    assert len(bytes.fromhex(visit["certificate_sha256"])) == 32
    assert [consent["item"] for consent in visit["consents"]] == [*Item]
    assert {consent["state"] for consent in visit["consents"]} == {"given"}
    assert visit["eligibility"]["standing"] == "valid"
    assert visit["eligibility"]["is_simulated"] is True
    assert visit["is_test"] is True
    spans = visit["timeline_ms"]
    assert {"step", "who", "begin", "end"} == spans[0].keys()
    assert {span["who"] for span in spans} == {"machine", "people"}
    assert all(span["begin"] <= span["end"] for span in spans)
    assert [span["begin"] for span in spans[1:]] == [span["end"] for span in spans[:-1]]


def test_by_pin(checkin, path):
    done = checkin("--way", "pin", "--json", *ALL, "--challenge", "00ff", lines=[OTHER_PIN, PIN])
    assert done.exit_code == 0, done.stderr
    visit = told(done)
    expect_a_visit(visit, "pin")
    assert (visit["profile"], visit["token"]) == ("desk", "card")
    assert visit["proof"] == SIGNATURE
    assert visit["why"] is None
    assert visit["prescription"] == "paper"
    assert visit["challenge"] == "00ff"
    assert len(bytes.fromhex(visit["signature"])) == 256
    assert PIN not in done.stderr
    assert OTHER_PIN not in done.stderr
    with View(path) as journal:
        (kept,) = journal.visits()
    assert (kept.profile, kept.outcome) == ("desk", "checked_in")


def test_by_face(checkin, tmp_path, monkeypatch):
    monkeypatch.setattr(person, "portrait", lambda _seed: faces.photo(1))
    picture = tmp_path / "frame.jpg"
    picture.write_bytes(faces.frame(1))
    config = faces.configure(tmp_path)
    done = checkin(
        *("--way", "face", "--json", *ALL, "--frame", picture, "--config", config),
        lines=[person.Person().code_b],
    )
    assert done.exit_code == 0, done.stderr
    expect_a_visit(told(done), "face")
    assert told(done)["proof"] == SIGNATURE  # by the simulated approved component


def test_by_eye(checkin, path):
    done = checkin("--way", "visual", "--json", *ALL, *STAFF, lines=[PASSCODE, YES])
    assert done.exit_code == 0, done.stderr
    expect_a_visit(told(done), "visual")
    assert "▀" not in done.stderr  # a photo is for eyes, and there is no terminal
    with View(path) as journal:
        (kept,) = journal.visits()
    assert (kept.fact("staff"), kept.fact("reason")) == ("佐藤", "カメラの故障")


def test_by_android(checkin):
    done = checkin(
        "--token", "android", "--way", "pin", "--json", *ALL, lines=[PIN], card="android"
    )
    assert done.exit_code == 0, done.stderr
    expect_a_visit(told(done), "pin")
    assert (told(done)["profile"], told(done)["token"]) == ("desk", "android")


def test_by_iphone(checkin):
    done = checkin("--token", "iphone", "--json", *ALL, card="iphone")
    assert done.exit_code == 0, done.stderr
    expect_a_visit(told(done), "on_phone")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "ja",
            ("カードをリーダーに置いてください。", "受付が終わりました。", "受付済み(資格あり)"),
        ),
        ("en", ("Lay your card on the reader", "You are checked in.", "checked in: covered")),
    ],
)
def test_people_read_their_language_on_stderr_and_the_result_on_stdout(checkin, language, said):
    done = checkin("--way", "pin", "--language", language, *ALL, lines=[PIN])
    assert done.exit_code == 0, done.stderr
    *told_people, outcome = said
    for words in told_people:
        assert words in done.stderr
    assert outcome in done.stdout
    assert "ms" not in done.stdout.split()
    simulated = {
        "ja": "模擬(テスト用)  カードとリーダー、オンライン資格確認",
        "en": "only simulated  card and reader, centre",
    }
    assert simulated[language] in done.stdout


def test_the_result_is_japanese_by_default(checkin):
    done = checkin("--way", "pin", *ALL, lines=[PIN])
    assert "受付済み(資格あり)" in done.stdout
    assert "同意した情報" in done.stdout


def test_the_time_line_is_shown_if_it_is_asked_for(checkin):
    done = checkin("--way", "pin", "--language", "en", "--timeline", *ALL, lines=[PIN])
    assert "Where the milliseconds went" in done.stdout
    assert "signature" in done.stdout


def test_card_or_phone_and_the_way_are_asked_without_options(checkin):
    done = checkin("--json", "--language", "en", *ALL, lines=[CARD, BY_PIN, PIN])
    assert done.exit_code == 0, done.stderr
    expect_a_visit(told(done), "pin")
    assert "What will you check in with?" in done.stderr
    assert "How shall we confirm who you are?" in done.stderr


@pytest.mark.parametrize("back", ["0", "０"])
def test_back_from_the_pin_offers_it_again(checkin, back):
    lines = [CARD, BY_PIN, back, BY_PIN, OTHER_PIN, PIN]
    done = checkin("--json", "--language", "en", *ALL, lines=lines)
    assert done.exit_code == 0, done.stderr
    expect_a_visit(told(done), "pin")
    assert done.stderr.count("How shall we confirm who you are?") == 2
    assert done.stderr.count("(0: Back)") == 3


def test_back_in_the_fallbacks_asks_the_question_before_again(checkin):
    done = checkin("--no-card", "--json", "--language", "en", lines=[YES, "0", *PORTAL_YES])
    assert done.exit_code == 0, done.stderr
    assert told(done)["fallback"] == "portal"
    assert done.stderr.count("  0  Back") == 2


def test_with_neither_card_nor_phone_the_fallbacks_follow(checkin):
    done = checkin("--json", lines=[NEITHER, *PORTAL_YES])
    assert done.exit_code == 0, done.stderr
    visit = told(done)
    assert (visit["outcome"], visit["refused"], visit["why"]) == (
        *("fell_back", "no_card", "no_token"),
    )


@pytest.mark.parametrize(
    ("card", "lines", "why"),
    [("locked", [], "pin_locked"), ("pinless", [], "no_pin"), ("mynumber", [], "nothing_entered")],
)
def test_it_says_why(checkin, card, lines, why):
    done = checkin("--way", "pin", "--json", lines=lines, card=card)
    assert (done.exit_code, told(done)["why"]) == (1, why)


@pytest.mark.parametrize(("accept", "status"), [("", 1), ("accept = ['seen_by_staff']", 0)])
def test_a_person_without_eligibility_is_accepted_if_the_configuration_says_so(
    checkin, path, monkeypatch, accept, status
):
    monkeypatch.setattr("kazashi.cli.checkin.component_of", lambda *_, **__: None)
    config = path.with_name("kazashi.toml")
    config.write_text(f"[outcomes]\n{accept}\n", encoding="utf-8")
    arguments = ("--way", "visual", "--json", *STAFF, "--config", config)
    done = checkin(*arguments, lines=[PASSCODE, YES])
    visit = told(done)
    assert (done.exit_code, visit["outcome"], visit["why"]) == (status, "seen_by_staff", "no_key")
    assert visit["eligibility"] is None


def test_what_no_option_answers_is_asked_line_by_line(checkin):
    done = checkin("--way", "pin", "--json", "--language", "en", lines=[PIN, "1 3", YES])
    visit = told(done)
    given = [each["item"] for each in visit["consents"] if each["state"] == "given"]
    assert given == ["surgery", "diagnoses", "infections", "checkups"]
    assert visit["prescription"] == "electronic"
    assert "Choose what may be shared." in done.stderr


@pytest.mark.parametrize(("consent", "given"), [("none", []), ("checkups", ["checkups"])])
def test_consent_by_option(checkin, consent, given):
    done = checkin("--way", "pin", "--json", "--consent", consent, lines=[PIN])
    found = [each["item"] for each in told(done)["consents"] if each["state"] == "given"]
    assert found == given


@pytest.mark.parametrize("profile", ["home", "eligibility", "away"])
def test_a_place_by_its_name(checkin, profile):
    done = checkin("--way", "pin", "--json", "--profile", profile, *ALL, lines=[PIN])
    visit = told(done)
    assert (visit["profile"], visit["outcome"]) == (profile, "checked_in")
    assert len(visit["consents"]) == (1 if profile == "eligibility" else len(Item))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--way", "pin", "--no-card"), "--no-card goes with neither --way nor --token"),
        (("--way", "mind"), "'mind' is not one of"),
        (("--way", "pin", "--profile", "moon"), "--profile: choose one of desk"),
        (("--way", "face", "--profile", "home"), "has no way face with any token"),
        (("--way", "pin", "--consent", "everything"), "'--consent': 'everything'"),
        (("--way", "pin", "--prescription", "stone"), "electronic or paper"),
        (("--way", "pin", "--challenge", "xyz"), "'--challenge': give it in hexadecimal"),
        (("--way", "pin", "--centre", "perhaps"), "'--centre': no perhaps: choose of valid"),
        (("--way", "face", "--frame", "no such file"), "does not exist"),
        (("--way", "pin", "--language", "fr"), "'fr' is not one of"),
    ],
)
def test_wrong_usage_says_what_is_right(checkin, path, arguments, said):
    done = checkin(*arguments)
    assert done.exit_code == 2
    words = " ".join(done.stderr.replace("│", " ").split())
    assert said in words
    assert not path.exists()


def test_the_installed_program_checks_a_patient_in(tmp_path):
    journal = str(tmp_path / "journal.db")
    done = program(
        *("checkin", "--test", "--token", "iphone", "--json", *ALL),
        *("--reader", f"{SIM}&card=iphone", "--journal", journal),
    )
    assert done.returncode == 0, done.stderr
    expect_a_visit(visit_of(done.stdout), "on_phone")
