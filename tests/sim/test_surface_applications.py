"""The simulated surface applications: who may read what, and whether records are what they say.

Nothing of the driver is used here, so that each judges the other.
"""

import hashlib
from io import BytesIO

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from PIL import Image

from kazashi.sim.authority import shared_authority
from kazashi.sim.card import MyNumberCard
from kazashi.sim.jpki import JPKI_AID
from kazashi.sim.person import MY_NUMBER, Person
from kazashi.sim.surface_applications import FACE_AID, TEXT_AID

PERSON = Person()
BIRTH, CODE_A, CODE_B, PIN = PERSON.code_b[:6], MY_NUMBER, PERSON.code_b, "1234"
JPKI, FACE, TEXT = (f"00a4040c0a{aid.hex()}" for aid in (JPKI_AID, FACE_AID, TEXT_AID))


@pytest.fixture
def card():
    return MyNumberCard(PERSON)


def ask(card, *commands):
    """The response to the last command, hex."""
    return [card.transmit(bytes.fromhex(c)).apdu.hex() for c in commands][-1]


def verify(sfi, value):
    return f"002000{0x80 | sfi:02x}{len(value):02x}{value.encode().hex()}"


def read(card, sfi):
    """A whole file."""
    response = bytes.fromhex(ask(card, f"00b0{0x80 | sfi:02x}00000000"))
    assert response[-2:] == b"\x90\x00"
    return response[:-2]


def objects(data, at=0):
    """Tag, value and where it begins, of data objects with two-byte tags or keys' tags."""
    found = {}
    while at < len(data):
        start = at
        width = 1 if data[at] in (0x90, 0x91) else 2
        tag, at = data[at : at + width].hex(), at + width
        size, at = data[at], at + 1
        if size > 0x80:
            size, at = int.from_bytes(data[at : at + size - 0x80], "big"), at + size - 0x80
        found[tag] = data[at : at + size], start, data[start : at + size]
        at += size
    return found


def key_in(data):
    numbers = {tag: int.from_bytes(value, "big") for tag, (value, *_) in objects(data).items()}
    return rsa.RSAPublicNumbers(numbers["90"], numbers["91"]).public_key()


@pytest.mark.parametrize(
    ("application", "sfi", "value", "opened"),
    [
        (FACE, 0, "", {4}),
        (FACE, 0x11, BIRTH, {1, 4}),
        (FACE, 0x12, CODE_B, {2, 4}),
        (FACE, 0x13, CODE_A, {2, 4, 5}),
        (TEXT, 0, "", {4}),
        (TEXT, 0x11, PIN, {1, 2, 3, 4, 7}),
        (TEXT, 0x14, CODE_A, {1, 3, 4, 7}),
        (TEXT, 0x15, CODE_B, {2, 3, 4, 7}),
    ],
)
def test_each_code_opens_its_own_files(card, application, sfi, value, opened):
    ask(card, application, *[verify(sfi, value)] * bool(value))
    files = [sfi for sfi in range(1, 8) if ask(card, f"00b0{0x80 | sfi:02x}0001")[-4:] != "6a82"]
    readable = {sfi for sfi in files if ask(card, f"00b0{0x80 | sfi:02x}0001")[-4:] == "6282"}
    readable |= {sfi for sfi in files if ask(card, f"00b0{0x80 | sfi:02x}0001")[-4:] == "9000"}
    assert readable == opened


def test_another_application_forgets_what_was_verified(card):
    ask(card, FACE, verify(0x12, CODE_B), JPKI, verify(0x18, PIN))
    assert ask(card, "00200098") == "9000"
    assert ask(card, FACE, "00b0820001")[-4:] == "6982"
    assert ask(card, JPKI, "00200098") == "63c3"


def test_power_forgets_what_was_verified(card):
    assert ask(card, FACE, verify(0x12, CODE_B)) == "9000"
    card.reset()
    assert ask(card, "00b0820001") == "6985"
    assert ask(card, FACE, "00b0820001") == "6982"


def test_an_application_that_is_not_there_changes_nothing(card):
    assert ask(card, FACE, verify(0x12, CODE_B), "00a4040c0aa0000000000000000000") == "6a82"
    assert ask(card, "00b0820001")[-4:] == "9000"


def test_the_face_is_signed_by_the_key_that_its_certificate_names(card):
    ask(card, FACE, verify(0x12, CODE_B))
    file = read(card, 2)
    fields = objects(file, 5)
    groups = (("df22", "df23", "df24"), ("df25", "df26"), ("df27",))
    digests = b"".join(
        hashlib.sha256(b"".join(fields[tag][2] for tag in group)).digest() for group in groups
    )
    certified = read(card, 4)[42:307]
    info = key_in(certified).recover_data_from_signature(
        fields["df28"][0], padding.PKCS1v15(), None
    )
    assert info == bytes.fromhex("3071300d060960864801650304020105000460") + digests


@pytest.mark.parametrize(("application", "code_sfi"), [(FACE, 0x12), (TEXT, 0x15)])
def test_the_table_says_where_each_field_begins(card, application, code_sfi):
    ask(card, application, verify(code_sfi, CODE_B))
    file = read(card, 2)
    size = len(file) if application == FACE else len(file) - 64
    table, *fields = objects(file[:size], 5 if file[2] == 0x82 else 3 + (file[2] == 0x81)).values()
    offsets = [int.from_bytes(table[0][i : i + 2], "big") for i in range(0, len(table[0]), 2)]
    assert offsets == [start for _, start, _ in fields]


@pytest.mark.parametrize(("application", "anchor"), [(FACE, 0), (TEXT, 1)])
def test_the_certificate_is_signed_by_the_anchor_that_it_names(card, application, anchor):
    ask(card, application)
    certificate = read(card, 4)
    key_id, n, e = shared_authority().cv_anchors[anchor]
    assert (certificate[:5].hex(), certificate[5:10].hex()) == ("7f21820233", "5f4e820129")
    assert certificate[10:26] == key_id
    assert b"TEST" in key_id
    issuer = rsa.RSAPublicNumbers(e, n).public_key()
    issuer.verify(certificate[312:], certificate[10:307], padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("application", "sfi", "value", "file", "signature"),
    [
        (FACE, 0x11, BIRTH, 1, "df13"),
        (FACE, 0x13, CODE_A, 5, "df43"),
        (TEXT, 0x11, PIN, 3, "df33"),
        (TEXT, 0x11, PIN, 7, "df52"),
    ],
)
def test_the_other_records_are_signed_as_they_stand(card, application, sfi, value, file, signature):
    ask(card, application, verify(sfi, value))
    record = read(card, file)
    fields = objects(record, 5)
    given, start, _ = fields[signature]
    key_in(read(card, 4)[42:307]).verify(
        given, record[5:start], padding.PKCS1v15(), hashes.SHA256()
    )


def test_the_integrity_record_covers_both_files_in_their_own_ways(card):
    ask(card, TEXT, verify(0x11, PIN))
    record = objects(read(card, 3), 5)
    items = read(card, 2)[:-64]
    number = read(card, 1)
    assert len(number) == 17
    assert record["df31"][0] == hashlib.sha256(number).digest()
    assert record["df32"][0] == hashlib.sha256(items[items.index(b"\xdf\x22") :]).digest()


@pytest.mark.parametrize(
    ("application", "sfi", "value", "file", "tag"),
    [(FACE, 0x12, CODE_B, 2, "df24"), (TEXT, 0x11, PIN, 7, "df51")],
)
def test_the_chip_signs_challenges_with_the_key_in_its_record(
    card, application, sfi, value, file, tag
):
    digest = hashlib.sha256(b"challenge").hexdigest()
    command = f"802a0000333031300d060960864801650304020105000420{digest}00"
    answer = bytes.fromhex(ask(card, application, command))  # no code was shown
    assert answer[-2:] == b"\x90\x00"
    ask(card, verify(sfi, value))
    key = key_in(objects(read(card, file), 5)[tag][0])
    key.verify(answer[:-2], b"challenge", padding.PKCS1v15(), hashes.SHA256())


def test_a_copied_card_reads_the_same_and_signs_otherwise():
    person = Person()
    real, copied = MyNumberCard(person), MyNumberCard(Person(seed=1), copy_of=person)
    for card in (real, copied):
        ask(card, FACE, verify(0x12, CODE_B))
    assert read(real, 2) == read(copied, 2)
    assert ask(real, "802a00000161" + "00") != ask(copied, "802a00000161" + "00")
    for card in (real, copied):
        ask(card, JPKI, verify(0x18, PIN))
    assert read(real, 0x0A) == read(copied, 0x0A)
    assert ask(real, "802a00970161" + "00") != ask(copied, "802a00970161" + "00")


def test_whoever_reads_the_my_number_is_counted(card):
    ask(card, TEXT, verify(0x15, CODE_B), "00b0810000")
    assert card.my_number_reads == 0  # refused
    ask(card, verify(0x11, PIN), "00b0810000", FACE, verify(0x13, CODE_A), "00b0850010")
    assert card.my_number_reads == 2


def test_the_my_number_is_nobodys():
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)  # 番号法施行令, ordinance of 2014, art. 5
    rest = sum(int(digit) * weight for digit, weight in zip(MY_NUMBER, weights, strict=False)) % 11
    assert int(MY_NUMBER[-1]) != (0 if rest <= 1 else 11 - rest)


def test_the_photo_is_a_greyscale_jpeg_2000_of_some_kilobytes():
    photo = Image.open(BytesIO(PERSON.photo))
    assert (photo.format, photo.mode) == ("JPEG2000", "L")
    assert PERSON.photo[4:8] == b"jP  "
    assert 2000 < len(PERSON.photo) < 8000


def test_every_person_looks_otherwise_and_always_the_same():
    photos = [Person(seed=seed).photo for seed in range(4)]
    assert len(set(photos)) == 4
    assert Person(seed=2).photo == photos[2]


def test_texts_are_pictures_of_one_bit():
    for picture in (PERSON.name_png, PERSON.address_png):
        image = Image.open(BytesIO(picture))
        assert (image.format, image.mode) == ("PNG", "1")
