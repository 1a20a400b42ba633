"""The files of the surface applications: what is read of them, and what their parsers refuse."""

from datetime import date

import pytest

from kazashi.cards.cv_certificate import CvCertificate
from kazashi.cards.errors import MalformedFile, NotGenuine
from kazashi.cards.keys import PublicKey
from kazashi.cards.surface import FourItems, IntegrityRecord, Sex, Surface
from kazashi.sim.authority import shared_authority
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from kazashi.sim.tlv import tlv, with_offsets
from mutations import mutated
from seeds import many_seeds
from simulated import ANCHORS

CARD = MyNumberCard(Person())
FACE = CARD.face.files[0x0002].content
ITEMS = CARD.text.files[0x0002].content[:-64]  # without its padding
INTEGRITY = CARD.text.files[0x0003].content
CERTIFICATE = shared_authority().face_certificate
KEY = CERTIFICATE[42:307]
INFANT = Person(is_infant=True)

PARSERS = {
    "face": (Surface.parse, FACE),
    "face of an infant": (Surface.parse, MyNumberCard(INFANT).face.files[0x0002].content),
    "four items": (FourItems.parse, ITEMS),
    "integrity": (lambda data: IntegrityRecord.parse(data).covers(ITEMS), INTEGRITY),
    "covered": (IntegrityRecord.parse(INTEGRITY).covers, ITEMS),
    "certificate": (lambda data: CvCertificate.parse(data).check(ANCHORS), CERTIFICATE),
    "key": (lambda data: PublicKey.parse(data, "key").signed(bytes(256), b""), KEY),
}


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_right_is_read(name):
    parse, good = PARSERS[name]
    parse(good)


@pytest.mark.parametrize("name", PARSERS)
@many_seeds(1000)
def test_nothing_damaged_raises_anything_but_malformed_file(name, seed):
    parse, good = PARSERS[name]
    try:
        parse(mutated(seed, good))
    except MalformedFile:
        pass
    except NotGenuine:
        assert name == "certificate"


@pytest.mark.parametrize(
    "number",
    ["19850321", "20240229"],
)
def test_a_date_is_eight_digits(number):
    assert FourItems.parse(items_with(number.encode())).birth == date.fromisoformat(number)


@pytest.mark.parametrize("number", ["19600000", "19600400", "00000000", "00000229"])
def test_a_birth_that_is_not_known_in_part_is_kept_as_it_stands(number):
    birth = FourItems.parse(items_with(number.encode())).birth
    assert birth.isoformat() == f"{number[:4]}-{number[4:6]}-{number[6:]}"


@pytest.mark.parametrize(
    "number",
    [
        b"19850230",
        b"20230229",
        b"1985032",
        b"198503210",
        b"+1985032",
        b"1985-3-2",
        b"00000230",
        b"19601300",
        b"19600032",
        b"",
    ],
)
def test_what_is_no_date_is_malformed(number):
    with pytest.raises(MalformedFile):
        FourItems.parse(items_with(number))


def items_with(birth, sex=b"1"):
    fields = [tlv(0xDF22, b"a"), tlv(0xDF23, b"b"), tlv(0xDF24, birth), tlv(0xDF25, sex)]
    return with_offsets(0xFF20, 0xDF21, fields)


# JIS X 0303: 0, 1, 2, 9; OQSCD007: 3
@pytest.mark.parametrize("sex", [0, 1, 2, 3, 9])
def test_each_code_of_a_sex_is_kept_as_it_stands(sex):
    assert FourItems.parse(items_with(b"19850321", b"%d" % sex)).sex == sex
    assert Sex(sex) == sex


@pytest.mark.parametrize("sex", [b"4", b"8", b"11", b"", b"\x01"])
def test_what_is_no_sex_is_malformed(sex):
    with pytest.raises(MalformedFile):
        FourItems.parse(items_with(b"19850321", sex))


def test_a_short_key_is_malformed():
    short = tlv(0x90, b"\x03") + tlv(0x91, b"\xff" * 128)
    with pytest.raises(MalformedFile):
        PublicKey.parse(short, "key")
