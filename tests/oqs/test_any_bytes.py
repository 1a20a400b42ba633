"""Whatever bytes a file has, it is read, or refused by our own error; so are mutated samples."""

import random
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.oqs.centre import eligibility_in
from kazashi.oqs.encoding import Encoding, Missing
from kazashi.oqs.errors import OqsError
from kazashi.oqs.exchange import answer_in
from kazashi.oqs.face import face_result
from kazashi.oqs.insurance import insurance_of, result_of
from kazashi.oqs.ledger import Asked
from kazashi.oqs.message import read, write
from kazashi.oqs.names import Kind
from kazashi.oqs.register_list import list_to_register
from kazashi.reception.centre import CentreError
from kazashi.reception.numbers.errors import NumbersError
from kazashi.reception.results import Answered
from oqs_samples import SAMPLES
from oqs_terminal import PERSON, WELFARE, answer
from seeds import many_seeds

PIECES = [
    *(b"<!DOCTYPE a>", b"&lol;", b"&#0;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?a b?>"),
    *(b"\xff\xfe", b"\x00", b"\x81", b"\xed\xa0\x80", b"</XmlMsg>", b"<MessageHeader>", b"<a:b/>"),
    *(b"xmlns='x'", b" a='b'", b"<a>", b"</a>", b"\xef\xbb\xbf", b"encoding='UTF-16'"),
]


def understood(data):
    try:
        message = read(data)
    except OqsError:
        return
    for encoding in Encoding:
        assert read(write(message, encoding, Missing.REPLACE).data)
    assert read(write(message, Encoding.UTF_8).data) == message


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    understood(data)
    understood(b'<?xml version="1.0" encoding="Shift_JIS"?>' + data)
    understood(b"<XmlMsg><MessageHeader>" + data + b"</MessageHeader></XmlMsg>")


@many_seeds(300)
def test_mutated_samples_are_read_or_refused(seed):
    dice = random.Random(seed)
    data = bytearray(dice.choice(SAMPLES).read_bytes())
    for _ in range(dice.choice((1, 1, 2, 4))):
        start = dice.randrange(len(data))
        end = start + dice.choice((0, 1, 1, 3, 30))
        data[start:end] = dice.choice((b"", dice.choice(PIECES), dice.randbytes(2), data[:60]))
    understood(bytes(data))


REQUEST = ElementTree.fromstring(
    "<XmlMsg><MessageHeader><MedicalInstitutionCode>1319999996</MedicalInstitutionCode>"
    "<ArbitraryFileIdentifier>00aa</ArbitraryFileIdentifier></MessageHeader><MessageBody>"
    "<QualificationConfirmSearchInfo><Birthdate>19480811</Birthdate>"
    "</QualificationConfirmSearchInfo></MessageBody></XmlMsg>"
)
ASKED = Asked(Kind.ELIGIBILITY, "202611290000", read(ElementTree.tostring(REQUEST)))
AT = datetime(2026, 11, 29, tzinfo=UTC)


def taken(data):
    """What becomes of an answer to REQUEST: it is used, or refused by an error of ours."""
    try:
        answer = answer_in(ASKED, data)
        eligibility = answer and eligibility_in("00bb", answer)
    except (OqsError, CentreError):
        return
    if answer is None:  # in process
        return
    assert answer.message_header.arbitrary_file_identifier == "00aa"
    assert {each.birthdate for each in answer.message_body.results} <= {"19480811", ""}
    try:
        face = face_result(Answered(eligibility), "1319999996", Encoding.UTF_8, AT)
        again = read(write(face, Encoding.UTF_8).data)
    except OqsError:
        return
    assert again.message_body.results == answer.message_body.results


@many_seeds(300)
def test_mutated_answers_are_of_the_person_asked_about_or_refused(seed):
    dice = random.Random(seed)
    people = dice.choice(((PERSON,), (PERSON, WELFARE)))
    data = bytearray(answer(REQUEST, people=people, encoding=dice.choice(["UTF-8", "Shift_JIS"])))
    taken(bytes(data))
    for _ in range(dice.choice((1, 1, 2, 4))):
        start = dice.randrange(len(data))
        end = start + dice.choice((0, 1, 1, 3, 30))
        data[start:end] = dice.choice((b"", dice.choice(PIECES), dice.randbytes(2), b"19480812"))
    taken(bytes(data))


@given(st.binary(max_size=400))
def test_any_bytes_in_place_of_an_answer_are_refused(data):
    with pytest.raises((OqsError, CentreError)):
        answer_in(ASKED, data)


HEADER = "number,reference,insurer,symbol,insured,branch\n"


@given(st.one_of(st.text(), st.from_regex(r"\A([0-9a-zA-Zあ１,\"\n-]{0,20},){0,6}\n")))
def test_any_list_of_registrations_is_taken_or_refused_line_by_line(text):
    for table in (text, HEADER + text):
        try:
            entries = list_to_register(table.encode(), lambda number: number)
        except NumbersError:
            continue
        insurances = [each.info.insured_identification_number for each in entries]
        assert all(insurances)


NAMES = st.text(st.characters(codec="utf-8"), max_size=20)
TREES = st.dictionaries(
    st.one_of(
        NAMES, st.sampled_from(["Name", "Name[2]", "A/B", "A/B[2]", "A", "A[0]", "a b", "/"])
    ),
    st.one_of(NAMES, st.none()),
)


@given(TREES)
def test_insurance_of_any_centre_is_taken_or_refused(insurance):
    try:
        result = result_of(insurance)
    except OqsError:
        return
    kept = {path: text for path, text in insurance.items() if text}
    assert set(insurance_of(result).values()) <= set(insurance.values())
    assert len(insurance_of(result)) >= len(kept)
