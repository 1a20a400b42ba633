"""Files as everybody writes them are read: names, order, places, encodings, a layout to come."""

import pytest

from kazashi.oqs.encoding import Encoding, Missing
from kazashi.oqs.errors import OqsUnreadable, OqsUnwritable, Unread, Unwritten
from kazashi.oqs.message import MessageHeader, XmlMsg, read, write

PLACE = "1319999996"
HEADER = f"<MessageHeader><MedicalInstitutionCode>{PLACE}</MedicalInstitutionCode></MessageHeader>"


def message(inside="", declaration='<?xml version="1.0" encoding="UTF-8"?>', body="MessageBody"):
    return f"{declaration}\n<XmlMsg>{HEADER}<{body}>{inside}</{body}></XmlMsg>"


def with_result(inside):
    result = "ResultOfQualificationConfirmation"
    return message(f"<ResultList><{result}>{inside}</{result}></ResultList>")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("PharmacistsInfoConsFlg", "pharmacists_info_cons_flg"),
        ("PharmaceuticalInfoConsFlg", "pharmacists_info_cons_flg"),
        ("PharmaceuticalInfoConsTime", "pharmacists_info_cons_time"),
        ("PharmaceuticalInfoAcquisitionTime", "pharmacists_info_available_time"),
        ("DiagnosisInfoConsTim", "diagnosis_info_cons_time"),
        ("OperationInfoAcquisitionTime", "operation_info_available_time"),
        ("PrescriptionIssueSelect", "prescription_issue_select"),
        ("ArbitraryIdentifier", "arbitrary_identifier"),
    ],
)
def test_an_element_is_read_under_each_name_that_programs_give_it(name, field):
    (result,) = read(with_result(f"<{name}>1</{name}>").encode()).message_body.results
    assert getattr(result, field) == "1"


def test_an_element_under_two_of_its_names_is_refused():
    twice = "<DiagnosisInfoConsTime/><DiagnosisInfoConsTim/>"
    with pytest.raises(OqsUnreadable) as refused:
        read(with_result(twice).encode())
    assert (refused.value.flaw, refused.value.detail) == (Unread.TWICE, "DiagnosisInfoConsTime")


def test_what_a_newer_layout_has_is_kept_and_written_again():
    newer = "<Newer>1</Newer><NewerList><Inside>a</Inside><Inside>b</Inside></NewerList>"
    found = read(with_result(newer).encode())
    written = write(found, Encoding.UTF_8).data
    assert read(written) == found
    assert [node.name for node in found.message_body.results[0].others] == ["Newer", "NewerList"]
    assert b"<Inside>b</Inside>" in written


@pytest.mark.parametrize(
    "name", ["Shift_JIS", "shift_jis", "Shift-JIS", "SJIS", "cp932", "MS932", "Windows-31J"]
)
def test_cp932_is_read_under_each_of_its_names(name):
    text = message("<ProcessingResultMessage>髙﨑①㈱～</ProcessingResultMessage>")
    data = text.replace("UTF-8", name).encode("cp932")
    assert read(data).message_body.processing_result_message == "髙﨑①㈱～"


@pytest.mark.parametrize(
    "start", ["", '<?xml version="1.0"?>', '<?xml version="1.0" standalone="no"?>']
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_without_an_encoding_it_is_utf_8_with_a_byte_order_mark_or_without(start, mark):
    text = message("<ProcessingResultMessage>𠮷</ProcessingResultMessage>", start).lstrip()
    assert read(mark + text.encode()).message_body.processing_result_message == "𠮷"


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (message().replace("UTF-8", "EUC-JP").encode(), Unread.ENCODING),
        (message("<Name>髙</Name>").encode("cp932"), Unread.NOT_DECODED),
        (
            message("<Name>見本　太郎</Name>").replace("UTF-8", "Shift_JIS").encode(),
            Unread.NOT_DECODED,
        ),
        (message("<Name>見本</Name>").replace("UTF-8", "Shift_JIS").encode(), Unread.NOT_DECODED),
        (
            message("<Name>é</Name>").replace("UTF-8", "Shift_JIS").encode("utf-8-sig"),
            Unread.NOT_DECODED,
        ),
        (message().encode("utf-16"), Unread.NOT_DECODED),
        (b"", Unread.NOT_XML),
        (message().encode()[:-9], Unread.NOT_XML),
        (b"<Other/>", Unread.OTHER_ROOT),
        (b"<XmlMsg/>", Unread.MISSING),
        (message("", body="MessageHeader").encode(), Unread.TWICE),
        (message("text").encode(), Unread.MISPLACED),
        (message("text<ProcessingResultCode/>").encode(), Unread.MISPLACED),
        (message("<ProcessingResultCode><a/></ProcessingResultCode>").encode(), Unread.MISPLACED),
        (b" " * (4 * 1024 * 1024 + 1), Unread.TOO_LARGE),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><XmlMsg/>', Unread.DOCTYPE),
        (message("<ProcessingResultCode>&amp;&b;</ProcessingResultCode>").encode(), Unread.NOT_XML),
        (("<a>" * 5000).encode(), Unread.NOT_XML),
    ],
)
def test_what_is_no_whole_file_is_refused_and_named(data, flaw):
    with pytest.raises(OqsUnreadable) as refused:
        read(data)
    assert refused.value.flaw is flaw


def named(letters):
    return XmlMsg(message_header=MessageHeader(error_message=letters))


@pytest.mark.parametrize(
    ("letter", "point"),
    [("𠮷", "U+20BB7"), ("㊞", "U+329E"), ("ヷ", "U+30F7"), ("—", "U+2014"), ("¥", "U+00A5")],
)
def test_a_letter_that_shift_jis_lacks_is_refused_by_name_or_replaced_and_told(letter, point):
    message = named(f"山{letter}川")
    with pytest.raises(OqsUnwritable) as refused:
        write(message, Encoding.CP932)
    assert (refused.value.element, refused.value.flaw) == ("ErrorMessage", Unwritten.LETTER)
    assert refused.value.detail == point
    written = write(message, Encoding.CP932, Missing.REPLACE)
    assert written.replaced == (("ErrorMessage", point),)
    assert read(written.data) == named("山●川")
    assert read(write(message, Encoding.UTF_8).data) == message


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\ufffe", "\ud800"])
@pytest.mark.parametrize("missing", Missing)
def test_a_letter_that_xml_lacks_is_refused_in_any_encoding(letter, missing):
    with pytest.raises(OqsUnwritable):
        write(named(letter), Encoding.UTF_8, missing)


def test_what_microsoft_and_the_standard_map_otherwise_is_read_alike():
    pairs = named("〜－‖")
    assert read(write(pairs, Encoding.CP932).data) == named("～－∥")
