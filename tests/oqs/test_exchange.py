"""Asking by pairs of files, with a terminal that answers in every way."""

from dataclasses import replace
from threading import Event, Thread

import pytest

from kazashi.errors import Cancelled
from kazashi.oqs import exchange as exchange_module
from kazashi.oqs.centre import FileCentre
from kazashi.oqs.encoding import Encoding
from kazashi.oqs.errors import OqsBroken, OqsUnwritable, Unread
from kazashi.oqs.exchange import failure_text
from kazashi.oqs.names import Kind
from kazashi.reception.centre import (
    AnswerMixedUp,
    CentreError,
    CentreFailed,
    CentreUnreachable,
    Completion,
    Holder,
    NoCentre,
    Standing,
)
from kazashi.reception.rules import Proof, Token, Way
from kazashi.reception.validity import Validity
from oqs_asking import PAPER, PLACE, ask
from oqs_samples import FAILURE
from oqs_terminal import PERSON, WELFARE, answer, fails, says
from site_waits import until

CUT = "X 1\ufffd" + "9" * 196


def test_a_certificate_is_asked_about_and_both_questions_are_answered(centre, play):
    played = play(says())
    identity = ask(centre)
    eligibility = identity.final
    assert (identity.standing, eligibility.standing) == (Standing.VALID, Standing.VALID)
    assert eligibility.insurance == (PERSON,)
    assert not eligibility.is_simulated
    (request,) = played.requests
    header = [(each.tag, each.text) for each in request.find("MessageHeader")]
    assert header == [
        ("QualificationConfirmationDate", "20261129"),
        ("MedicalInstitutionCode", PLACE),
        ("ArbitraryFileIdentifier", "00aa11bb22cc33dd"),
    ]
    search = request.find("MessageBody/QualificationConfirmSearchInfo")
    assert [(each.tag, each.text) for each in search] == [
        ("InsurerNumber", "39139993"),
        ("InsuredIdentificationNumber", "00012345"),
        ("Birthdate", "19480811"),
        ("LimitApplicationCertificateRelatedConsFlg", "0"),
    ]
    (name,) = played.names
    assert name.startswith("OQSsiquc01req_20261129")
    assert len(name) == len("OQSsiquc01req_202611290000.xml")


def test_an_insurer_of_six_digits_is_padded_with_blanks_and_a_limit_is_asked_with_consent(
    centre, play
):
    played = play(says())
    ask(centre, replace(PAPER, insurer="139998", symbol="見本", branch="01", cost_limit=True))
    search = played.requests[0].find("MessageBody/QualificationConfirmSearchInfo")
    said = {each.tag: each.text for each in search}
    assert (said["InsurerNumber"], said["InsuredBranchNumber"]) == ("  139998", "01")
    assert said["LimitApplicationCertificateRelatedConsFlg"] == "1"


@pytest.mark.parametrize("padded", ["139998", "00139998"])
def test_an_answer_may_pad_an_insurer_with_zeros_or_not_at_all(centre, play, padded):
    def repeat(request, path):
        data = answer(request, people=(PERSON | {"InsurerNumber": padded},))
        path.write_bytes(data.replace(b">  139998<", f">{padded}<".encode()))

    play(repeat)
    eligibility = ask(centre, replace(PAPER, insurer="139998")).final
    assert eligibility.insurance[0]["InsurerNumber"] == padded  # as the centre wrote it


@pytest.mark.parametrize("encoding", ["UTF-8", "Shift_JIS"])
@pytest.mark.parametrize("asked_in", Encoding)
def test_each_encoding_is_answered_in_each(centre, play, encoding, asked_in):
    played = play(says(encoding=encoding))
    terminal = replace(centre.exchange.terminal, encoding=asked_in)
    ask(FileCentre(replace(centre.exchange, terminal=terminal)))
    assert len(played.requests) == 1


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_is_told_also_without_any_result(centre, play, standing):
    people = () if standing in (Standing.NONE, Standing.SEVERAL) else (PERSON,)
    play(says(people=people, QualificationValidity=str(int(standing))))
    assert ask(centre).standing is standing


def test_insurance_and_welfare_come_as_two_results(centre, play):
    play(says(people=(PERSON, WELFARE)))
    answer = ask(centre).final
    assert [each["InsuredCardClassification"] for each in answer.insurance] == ["01", "A1"]


def test_what_the_centre_repeats_of_a_certificate_comes_with_the_answer(centre, play):
    play(says(people=(PERSON,), ProcessingResultCode="X00001"))
    rest = ask(centre).final.rest
    search = "MessageBody/QualificationConfirmSearchInfo"
    assert {path: text for path, text in rest.items() if path.startswith(search)} == {
        f"{search}/InsurerNumber": "39139993",
        f"{search}/InsuredIdentificationNumber": "00012345",
        f"{search}/Birthdate": "19480811",
        f"{search}/LimitApplicationCertificateRelatedConsFlg": "0",
    }
    assert rest["MessageHeader/ProcessExecutionTime"] == "20261129093015"
    assert rest["MessageBody/ProcessingResultCode"] == "X00001"
    assert not any("ResultList" in path for path in rest)


def test_there_is_no_second_question(centre):
    with pytest.raises(NoCentre):
        centre.complete(Completion("00aa"))


def test_the_centres_notice_is_shown_as_it_is(centre, play):
    play(says(ProcessingResultCode="X00001", ProcessingResultMessage="（架空）期限が近い"))
    assert ask(centre).message == "（架空）期限が近い"


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"header": {"SegmentOfResult": "9", "ErrorCode": "X99999"}}, "X99999"),
        ({"header": {"SegmentOfResult": "9"}}, "9"),
        ({"ProcessingResultStatus": "2", "ProcessingResultCode": "X00002"}, "X00002"),
        ({"ProcessingResultStatus": None}, "incomplete"),
        ({"QualificationValidity": "7"}, "7"),
        ({"people": ()}, "1"),  # valid, and nobody
        ({"header": {"SegmentOfResult": "9", "ErrorCode": "X\n1\u202e" + "9" * 300}}, CUT),
        ({"ProcessingResultStatus": "2", "ProcessingResultCode": "X\n1\u202e" + "9" * 300}, CUT),
        ({"QualificationValidity": "X\n1\u202e" + "9" * 300}, CUT),
    ],
)
def test_an_answer_that_is_none_is_refused_with_its_code(centre, play, differs, code):
    play(says(**differs))
    with pytest.raises(CentreFailed) as failed:
        ask(centre)
    assert failed.value.code == code


def test_an_abnormal_end_without_a_body_is_refused_with_its_code(centre, play):
    def end(request, path):
        text = answer(request, header={"SegmentOfResult": "9", "ErrorCode": "X99999"}).decode()
        begin, end = text.index("<MessageBody>"), text.index("</XmlMsg>")
        path.write_text(text[:begin] + text[end:], encoding="utf-8")

    play(end)
    with pytest.raises(CentreFailed) as failed:
        ask(centre)
    assert failed.value.code == "X99999"


@pytest.mark.parametrize(
    "differs",
    [
        {"header": {"MedicalInstitutionCode": "2719999996"}},
        {"header": {"ArbitraryFileIdentifier": "another"}},
        {"people": (PERSON, PERSON | {"Birthdate": "19480812"})},
    ],
    ids=["institution", "identifier", "birth"],
)
def test_an_answer_about_another_request_is_never_used(centre, play, differs):
    play(says(**differs))
    with pytest.raises(AnswerMixedUp):
        ask(centre)


@pytest.mark.parametrize(
    "differs",
    [
        {"header": {"SegmentOfResult": "9"}},
        {"header": {"ArbitraryFileIdentifier": "another"}},
    ],
    ids=["refused", "mixed up"],
)
def test_after_an_answer_that_is_none_no_other_is_awaited(centre, play, differs):
    play(says(**differs))
    with pytest.raises(CentreError):
        ask(centre)
    assert centre.exchange.ledger.open_ones(Kind.ELIGIBILITY) == []


def test_an_answer_that_repeats_another_certificate_is_never_used(centre, play):
    def repeat(request, path):
        data = answer(request)
        path.write_bytes(data.replace(b"cationNumber>00012345", b"cationNumber>99912345", 1))

    play(repeat)
    with pytest.raises(AnswerMixedUp):
        ask(centre)


def test_an_answer_that_is_written_slowly_is_taken_once_it_is_whole(centre, play, monkeypatch):
    monkeypatch.setattr(exchange_module, "_HALF_S", 60)
    whole, looks, content = [], [], exchange_module._content

    def begin(request, path):
        whole.append(answer(request))
        path.write_bytes(whole[0][:200])

    def look(path):
        data = content(path)
        looks.extend([data] if data else [])
        if len(looks) == 3:  # so often the half was there
            path.write_bytes(whole[0])
        return data

    monkeypatch.setattr(exchange_module, "_content", look)
    play(begin)
    assert ask(centre).standing is Standing.VALID


def test_an_answer_that_stays_half_is_told_and_may_be_mended(centre, play, monkeypatch):
    monkeypatch.setattr(exchange_module, "_HALF_S", 0.1)
    play(lambda request, path: path.write_bytes(answer(request)[:200]))
    with pytest.raises(OqsBroken) as broken:
        ask(centre)
    assert [broken.value.file] == [*centre.exchange.terminal.responses.iterdir()]
    assert broken.value.reason.flaw is Unread.NOT_XML
    assert len(centre.exchange.ledger.open_ones(Kind.ELIGIBILITY)) == 1


def test_while_it_is_in_process_the_answer_is_waited_for(centre, play):
    first = []

    def process(request, path):
        path.write_bytes(answer(request, header={"SegmentOfResult": "2"}, people=()))
        first.append((request, path))

    play(process)
    found = []
    waiting = Thread(target=lambda: found.append(ask(centre)))
    waiting.start()
    until(lambda: first)
    ((request, path),) = first
    path.write_bytes(answer(request))
    waiting.join(60)
    assert [each.standing for each in found] == [Standing.VALID]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("エラー\r\n 1".encode(), "エラー 1"),
        (FAILURE.read_bytes(), "（架空の内容。実際の形は未確認）"),
        (b"\x1b[2J\x00x", "�[2J�x"),
        (b"\xff\x81", "ff81"),
    ],
)
def test_a_failure_of_the_terminal_ends_the_wait_with_what_it_says(centre, play, text, said):
    play(fails(text))
    with pytest.raises(CentreFailed) as failed:
        ask(centre)
    assert failed.value.code == said == failure_text(text)


def test_a_failure_that_is_written_slowly_is_told_as_a_whole(centre, play, monkeypatch):
    content = exchange_module._content

    def look(path):
        data = content(path)
        if data == b"E-0":
            path.write_bytes(b"E-0815")
        return data

    monkeypatch.setattr(exchange_module, "_content", look)
    play(fails(b"E-0"))
    with pytest.raises(CentreFailed) as failed:
        ask(centre)
    assert failed.value.code == "E-0815"


def test_what_was_asked_is_kept_until_it_is_answered_and_no_longer(centre, play, tmp_path):
    play(says())
    ask(centre)
    assert [path.read_bytes() for path in (tmp_path / "asked").iterdir()] == [b""]


def test_before_a_request_is_sent_it_is_kept_on_the_disk_for_its_owner_alone(
    centre, play, tmp_path, synced
):
    asked, found = tmp_path / "asked", []

    def look(request, path):
        (kept,) = asked.iterdir()
        modes = [each.stat().st_mode & 0o777 for each in (asked, kept)]
        found.append((kept in synced, modes))
        says()(request, path)

    play(look)
    ask(centre)
    assert found == [(True, [0o700, 0o600])]


def test_no_name_is_used_that_anybody_has(centre, play, terminal, monkeypatch):
    monkeypatch.setattr("kazashi.oqs.ledger._NUMBERS", 4)
    monkeypatch.setattr("kazashi.oqs.ledger.secrets.randbelow", lambda _: 0)
    (terminal.responses / "OQSsiquc01res_202611290000.xml").write_bytes(b"theirs")
    (terminal.responses / "OQSsiquc01req_202611290001.err").write_bytes(b"theirs")
    played = play(says(), says())
    ask(centre)
    ask(centre, reference="another")
    assert played.names == ["OQSsiquc01req_202611290002.xml", "OQSsiquc01req_202611290003.xml"]
    with pytest.raises(CentreUnreachable):
        ask(centre, reference="a third")


def test_a_cancelled_wait_ends_and_its_request_stands(centre, play):
    cancel = Event()
    play(lambda *_: cancel.set())
    with pytest.raises(Cancelled):
        ask(centre.until(cancel))
    assert len(centre.exchange.ledger.open_ones(Kind.ELIGIBILITY)) == 1


def test_a_folder_that_is_away_is_told_at_once_and_nothing_is_sent_later(centre, terminal):
    terminal.requests.path.rmdir()
    with pytest.raises(CentreUnreachable):
        ask(centre)
    terminal.requests.path.mkdir()
    ask_nothing = centre.exchange.ledger.open_ones(Kind.ELIGIBILITY)
    assert (ask_nothing, list(terminal.requests.path.iterdir())) == ([], [])


def test_a_certificate_that_no_file_can_have_is_not_sent(centre, terminal):
    with pytest.raises(CentreFailed) as failed:
        ask(centre, replace(PAPER, symbol="長" * 21))
    assert failed.value.code == OqsUnwritable.__name__
    assert list(terminal.requests.path.iterdir()) == []


def test_a_letter_that_the_encoding_of_requests_lacks_is_named_in_the_log(centre, terminal, caplog):
    in_cp932 = replace(centre.exchange.terminal, encoding=Encoding.CP932)
    with pytest.raises(CentreFailed):
        ask(FileCentre(replace(centre.exchange, terminal=in_cp932)), replace(PAPER, symbol="㊞7"))
    assert "U+329E" in caplog.text
    assert "InsuredCardSymbol" in caplog.text
    assert "㊞" not in caplog.text
    assert list(terminal.requests.path.iterdir()) == []


def test_a_card_cannot_be_asked_about_by_files(centre):
    holder = Holder(b"", Token.CARD, Way.PIN, Validity.NORMAL, Proof.SIGNATURE)
    with pytest.raises(NoCentre):
        ask(centre, holder)
