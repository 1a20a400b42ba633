"""The firmware's ISO-DEP against the simulated card's, and against cards that send anything."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from health import Health
from hostframe import PARAMETERS, Answer
from isodep import FRAME_SIZES, BlockError, IsoDep
from kazashi.sim.picc import Blocks, BlockSettings, Response
from pn532 import RadioError
from rig import clock


class Echo:
    """Answers with what `response_of` makes of the command, and counts the commands."""

    def __init__(self, response_of):
        self.response_of = response_of
        self.commands = []

    def reset(self):
        pass

    def transmit(self, apdu):
        self.commands.append(apdu)
        return Response(self.response_of(apdu))


class Chip:
    """Carries blocks to `answer_to` and back, no time passing."""

    def __init__(self, answer_to):
        self._answer_to = answer_to
        self.heard = Answer()
        self.size = self.expected = 0
        self.health = Health()
        self.waits = []

    def wait_for_card(self, microseconds):
        self.waits.append(microseconds)

    def expect(self, start, command):
        """It sends nothing by itself."""

    def issue(self, command):
        self._answer = self._answer_to(bytes(command.buffer[PARAMETERS : command.end - 2]))

    def received(self):
        if self._answer is None:
            raise RadioError(1)
        self.heard.start, self.heard.count = 9, len(self._answer)
        self.heard.buffer[9 : 9 + len(self._answer)] = self._answer
        return 9


def exchange(isodep, chip, command):
    """Send a command in one link part, gather the response."""
    data, start = bytearray(command), 0
    while start < len(data):
        count = min(isodep.room, len(data) - start)
        isodep.send(data, start, count, start + count < len(data))
        start += count
    response = bytearray()
    while True:
        if isodep.more:
            isodep.acknowledge()
        response += chip.heard.buffer[isodep.start : isodep.start + isodep.count]
        if not isodep.more:
            return bytes(response)
        isodep.receive()


# Between two disturbed frames there is at least one good one: four in a row are given up.
DISTURBED = st.sets(st.integers(0, 60)).map(lambda s: {i for i in s if not {i - 1, i - 2} & s})


@settings(max_examples=200)
@given(
    fsci=st.integers(0, 8),
    command=st.binary(min_size=1, max_size=700),
    response=st.binary(min_size=2, max_size=700),
    extensions=st.dictionaries(st.integers(0, 12), st.integers(1, 59), max_size=6),
    lost=DISTURBED,
    is_answer_lost=st.booleans(),
)
@example(
    fsci=0,
    command=b"\x00",
    response=b"\x00\x00",
    extensions={0: 1, 1: 1},
    lost={1, 4, 7},  # with good ones between
    is_answer_lost=False,
)
def test_every_apdu_passes_whole_and_once(
    fsci, command, response, extensions, lost, is_answer_lost
):
    card = Echo(lambda _apdu: response)
    blocks = Blocks(card, BlockSettings(fsci=fsci, extensions=extensions))
    blocks.start(256, 0)
    count = [0]

    def answer_to(block):
        count[0] += 1
        if count[0] not in lost:
            return blocks.receive(block)[0]
        if is_answer_lost:
            blocks.receive(block)
        return None

    chip = Chip(answer_to)
    isodep = IsoDep(chip)
    isodep.open(fsci, 8)
    for _ in range(2):
        assert exchange(isodep, chip, command) == response
    assert card.commands == [command, command]


@settings(max_examples=300)
@given(st.lists(st.none() | st.binary(max_size=257), max_size=30))
def test_no_card_raises_anything_but_a_radio_or_block_error(answers):
    waiting = list(answers)
    chip = Chip(lambda _block: waiting.pop(0) if waiting else None)
    isodep = IsoDep(chip)
    isodep.open(8, 8)
    try:
        exchange(isodep, chip, b"\x00\xb0\x8a\x00\xfb")
    except (RadioError, BlockError):
        pass


def test_blocks_stand_on_air_as_the_standard_says():
    expected = [
        ("0200b08a00fb", "f205"),  # the card asks for more time: WTXM 5
        ("f205", "12aabb"),  # granted; a chained block
        ("a3", None),  # its acknowledgement, or the answer, is lost
        ("a3", "f203"),  # asked again; more time within the chain
        ("f203", "03cc9000"),
        ("0200b08600", "03ffff"),  # a block with the wrong number
        ("b2", "a3"),  # the card has not got ours: it is sent again
        ("0200b08600", "029000"),
    ]

    def answer_to(block):
        sent, answer = expected.pop(0)
        assert block.hex() == sent
        return None if answer is None else bytes.fromhex(answer)

    chip = Chip(answer_to)
    isodep = IsoDep(chip)
    isodep.open(8, 8)
    assert exchange(isodep, chip, bytes.fromhex("00b08a00fb")).hex() == "aabbcc9000"
    assert exchange(isodep, chip, bytes.fromhex("00b08600")).hex() == "9000"
    assert not expected


@pytest.mark.parametrize("fwi", range(15))
def test_the_waiting_time_follows_the_fwi(fwi):
    least = 4096 / 13.56 * 2**fwi + 49152 / 13.56
    assert least <= IsoDep(Chip(lambda _block: None)).open(8, fwi) <= 1.01 * least + 1


def test_a_waiting_time_extension_is_limited_to_the_longest_waiting_time():
    answers = [b"\xf2\x3b", b"\x02\x90\x00"]
    chip = Chip(lambda _block: answers.pop(0))
    isodep = IsoDep(chip)
    isodep.open(8, 13)
    exchange(isodep, chip, b"\x00\x20\x00\x98")
    assert max(chip.waits) <= 4_949_000


class Patient(Chip):
    """Each answer of the card takes `seconds`."""

    def __init__(self, answer_to, seconds):
        super().__init__(answer_to)
        self._seconds = seconds

    def issue(self, command):
        clock.pass_by(self._seconds)
        super().issue(command)


def extended(times, seconds):
    """A response before which the card asks for more time, again and again."""
    answers = [b"\xf2\x3b"] * times + [b"\x02\x90\x00"]
    chip = Patient(lambda _block: answers.pop(0), seconds)
    isodep = IsoDep(chip)
    isodep.open(8, 10)
    clock.watchdog = None
    return exchange(isodep, chip, b"\x00\x20\x00\x98")


@pytest.mark.parametrize(("times", "seconds"), [(8, 0.1), (200, 0.01), (29, 1.0)])
def test_a_card_is_granted_more_time_as_long_as_it_takes_little(times, seconds):
    assert extended(times, seconds).hex() == "9000"


@pytest.mark.parametrize(("times", "seconds"), [(8, 10.0), (20_000, 0.01), (32, 1.0)])
def test_a_card_that_lets_thirty_seconds_pass_is_given_up(times, seconds):
    start = clock.s
    with pytest.raises(BlockError):
        extended(times, seconds)
    assert 30 < clock.s - start <= 30 + 2 * seconds + 1


def test_each_response_has_thirty_seconds_of_its_own():
    answers = [b"\xf2\x01"] * 15 + [b"\x02\x90\x00"] + [b"\xf2\x01"] * 15 + [b"\x03\x90\x00"]
    chip = Patient(lambda _block: answers.pop(0), 1.5)
    isodep = IsoDep(chip)
    isodep.open(8, 10)
    clock.watchdog = None
    assert exchange(isodep, chip, b"\x00\x20\x00\x98").hex() == "9000"
    assert exchange(isodep, chip, b"\x00\x20\x00\x98").hex() == "9000"


def test_a_chain_of_empty_blocks_is_none():
    sent = []

    def empty(block):
        if block[0] & 0xF2 != 0xB2:  # R(NAK) asks for the same again
            sent.append(block)
            assert len(sent) < 20
        return bytes((0x12 | len(sent) + 1 & 1,))

    chip = Chip(empty)
    isodep = IsoDep(chip)
    isodep.open(8, 8)
    with pytest.raises(BlockError):
        exchange(isodep, chip, b"\x00\xb0\x8a\x00\xfb")


def test_deselect_and_presence():
    sent = []
    chip = Chip(lambda block: sent.append(block.hex()) or {"b2": b"\xa3", "c2": b"\xc2"}[sent[-1]])
    isodep = IsoDep(chip)
    isodep.open(8, 8)
    assert isodep.is_present(3)
    isodep.deselect()
    assert sent == ["b2", "c2"]


@pytest.mark.parametrize(("fwi", "questions"), [(13, 2), (14, 1)])  # 3.4 s each, 5.1 s
def test_a_slow_card_that_left_is_not_asked_for_long(fwi, questions):
    sent = []
    chip = Chip(lambda block: sent.append(block) or None)
    isodep = IsoDep(chip)
    isodep.open(8, fwi)
    assert not isodep.is_present(3)
    assert len(sent) == questions  # the host waits 9 s for its next answer


def test_presence_waits_the_cards_own_time_after_an_extension():
    answers = [b"\xf2\x0a", b"\x02\x90\x00", b"\xa3"]
    chip = Chip(lambda _block: answers.pop(0))
    isodep = IsoDep(chip)
    own = isodep.open(8, 8)
    exchange(isodep, chip, b"\x00\x20\x00\x98")
    assert isodep.is_present(3)
    assert chip.waits[-1] == own < max(chip.waits)


def test_frame_sizes_are_those_of_the_standard():
    assert FRAME_SIZES == (16, 24, 32, 40, 48, 64, 96, 128, 256)
