"""After a card, reader and host hold nothing of it, nor of the PIN that it was shown."""

import sys
from array import array
from collections import deque
from pathlib import Path
from random import Random

import pytest

from rig import Rig  # makes the firmware importable

# isort: split
import bus_i2c
import bus_spi
import bus_uart
import dispatch
import field
import hostframe
import link
import relay
import watch
from hostframe import PARAMETERS
from kazashi import search
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import CardError, NoCard, ReaderError
from kazashi.reader import Reader
from kazashi.sim.card import Jpki
from kazashi.sim.issued import Issued
from kazashi.sim.options import BUSES, CARDS, Options
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from kazashi_wire.frame import Frame
from kazashi_wire.messages import (
    CardRefused,
    Done,
    Examination,
    Rest,
    Signal,
    Transmit,
    Watch,
)

PERSON = Person()
PERSON.certificate = bytes.fromhex("3082063c") + Random(6).randbytes(1596)  # the same in each run
PIN = "7351"
RUN = 4  # octets in a row that count as a trace
FIRMWARE = Path(dispatch.__file__).parent
WATCH = Watch(fastest=0, period_ms=0, lease_s=10, order=b"\x02\x01")


def buffers(thing, name, is_ours, seen):
    """(name, octets) of all that hangs on `thing`, through objects of modules that are ours."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, bytes | bytearray | memoryview | array):
        yield name, bytes(thing)
    elif isinstance(thing, list | tuple | deque):
        for i, item in enumerate(thing):
            yield from buffers(item, f"{name}[{i}]", is_ours, seen)
    elif isinstance(thing, dict):
        for key, item in thing.items():
            yield from buffers(key, f"{name}.keys", is_ours, seen)
            yield from buffers(item, f"{name}.{key}", is_ours, seen)
    elif is_ours(sys.modules[type(thing).__module__]):
        yield from buffers(vars(thing), name, is_ours, seen)


DRIVER = {f"kazashi.{name}" for name in ("link", "reader", "card", "ahead")}


def is_firmware(module):
    return Path(getattr(module, "__file__", None) or "/").parent == FIRMWARE


def is_driver(module):
    name = module.__name__
    return name.startswith("kazashi_wire") or name in DRIVER


def kept_by_firmware(rig):
    """{name: octets} of every buffer in it."""
    modules = {n: vars(m) for n, m in list(sys.modules.items()) if is_firmware(m)}
    return dict(buffers({"modules": modules, "reader": rig.firmware}, "", is_firmware, set()))


def kept_by_host(*objects):
    """{name: octets} of every buffer that hangs on them."""
    return dict(buffers(objects, "", is_driver, set()))


def runs(octets):
    return {octets[i : i + RUN] for i in range(len(octets) - RUN + 1)}


def turned(octets):
    """Each with its bits in reverse, as on SPI."""
    return bytes(int(f"{octet:08b}"[::-1], 2) for octet in octets)


class Patient:
    """A card on a rig, and how much of it is still remembered."""

    def __init__(self, card, bus="spi"):
        self.rig = Rig(card, bus=bus)
        self.reader = Reader(self.rig.connect)
        self.rig.step()
        self._ever = runs(b"\0".join(kept_by_firmware(self.rig).values())) | runs(bytes(RUN))
        self.secrets = {}
        write = self.reader._link._pipe.write
        self.reader._link._pipe.write = lambda data: (self._note_checksum(data), write(data))[1]

    def _note_checksum(self, frame):
        """A frame's checksum gives a PIN of four digits away."""
        if PIN.encode() in frame:
            self.secrets["checksum"] = frame[-4:]

    def reads(self):
        self.card = self.reader.wait_for_card(5, plan=PLAN)
        self.jpki = JpkiSession(self.card)
        self.secrets["PUPI"] = self.rig.cards[0].atqb[1:5]
        self.secrets["ATQB"] = self.rig.cards[0].atqb[5:]
        self.secrets["certificate"] = self.jpki.authentication_certificate()
        self.jpki.token_label()

    def shows_its_pin(self):
        self.reads()
        self.secrets["PIN"] = PIN.encode()
        self.jpki.verify_pin(PIN)

    def signs(self):
        self.shows_its_pin()
        self.secrets["signature"] = self.jpki.sign(b"challenge")

    def traces(self, kept=None):
        """{secret: names of the buffers in which some of it lies}; default: of the firmware's."""
        kept = kept_by_firmware(self.rig) if kept is None else kept
        held = {name: runs(octets) for name, octets in kept.items()}
        told = {
            what: (runs(secret) | runs(turned(secret))) - self._ever
            for what, secret in self.secrets.items()
        }
        found = {what: {n for n, r in held.items() if r & some} for what, some in told.items()}
        return {what: names for what, names in found.items() if names}


def rests(patient):
    patient.reader.rest()


def is_followed_by_the_next(patient):
    patient.reader._link.request(WATCH, Done)


def leaves(patient):
    patient.rig.air.clear()
    assert patient.reader.wait_for_removal(5)


def leaves_while_it_is_read(patient):
    patient.rig.air.disturb = lambda *_: patient.rig.air.clear()
    with pytest.raises(CardError):
        patient.jpki.authentication_certificate()
    patient.rig.step()


def meets_an_error_in_the_firmware(patient):
    def break_down():
        raise ValueError

    patient.rig.firmware._watch._relay.end = break_down
    with pytest.raises(ReaderError):
        patient.jpki.verify_pin(PIN)
    patient.rig.step()


def meets_another_host(patient):
    Reader(patient.rig.connect)


def is_examined(patient):
    patient.reader.examine(Examination.BOARD)


def makes_room_for_maintenance(patient):
    patient.reader.maintain()


STEPS = {
    Patient.reads: {"PUPI", "ATQB", "certificate"},
    Patient.shows_its_pin: {"PUPI", "PIN", "checksum"},
    Patient.signs: {"PUPI", "signature"},
}
ENDS = [
    rests,
    is_followed_by_the_next,
    leaves,
    leaves_while_it_is_read,
    meets_an_error_in_the_firmware,
    meets_another_host,
    is_examined,
    makes_room_for_maintenance,
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("bus", BUSES)
def test_whenever_and_however_a_tap_ends_nothing_of_it_stays(bus, step, end):
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))), bus=bus)
    step(patient)
    assert patient.traces().keys() >= STEPS[step]
    end(patient)
    assert patient.traces() == {}


@pytest.mark.parametrize("place", range(4, 14))
def test_nothing_stays_of_a_read_that_was_cut(place):
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))))
    card = patient.rig.cards[0]
    patient.secrets["certificate"] = PERSON.certificate

    def leave(index, _frame):
        if index == place:
            patient.secrets["PUPI"] = card.atqb[1:5]
            patient.rig.air.clear()

    patient.rig.air.disturb = leave
    with pytest.raises(ReaderError):
        patient.reads()
    patient.rig.step()
    assert "PUPI" in patient.secrets
    assert patient.traces() == {}


def test_nothing_stays_of_a_tag_that_was_refused(monkeypatch):
    tag = CARDS["tag"](Options())[0]
    patient = Patient(tag)
    forget, seen = watch.Watch.forget, []

    def look_and_forget(reader):
        patient.secrets["UID"] = tag._uid
        seen.append(patient.traces())
        forget(reader)

    monkeypatch.setattr(watch.Watch, "forget", look_and_forget)
    patient.reader._link.request(WATCH, Done)
    assert isinstance(patient.reader._link.event(patient.reader._link.wait(5)), CardRefused)
    patient.rig.step()
    assert "UID" in seen[-1]
    assert patient.traces() == {}


OWNERS = {
    link: {"_link.buffer", "_link.out"},
    relay: {"_relay.head"},
    field: {"_field._attrib.buffer", "_field.answer"},
    hostframe: {"_chip.heard.buffer", "_isodep._block.buffer"},
    bus_spi: {"_bus._buffer"},
    bus_uart: {"_bus._taken"},
    bus_i2c: {"_bus._buffer"},
}


@pytest.mark.parametrize("owner", OWNERS, ids=lambda module: module.__name__)
def test_what_one_of_them_did_not_forget_would_be_found(monkeypatch, owner):
    monkeypatch.setattr(owner, "wipe", lambda *_: None)
    bus = {bus_uart: "hsu", bus_i2c: "i2c"}.get(owner, "spi")
    left = set()
    for step in STEPS:
        patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))), bus=bus)
        step(patient)
        patient.reader.rest()
        left = left.union(*patient.traces().values())
    assert all(any(name.endswith(end) for name in left) for end in OWNERS[owner]), left


def test_no_command_of_a_plan_outlives_it():
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))))
    patient.reads()
    reading = patient.rig.firmware._reading
    blocks = reading._first, reading._read, reading._rest
    assert all(any(block.buffer[PARAMETERS + 1 :]) for block in blocks)
    patient.reader.rest()
    assert not any(any(block.buffer[PARAMETERS + 1 :]) for block in blocks)


def test_a_request_that_came_where_a_part_was_due_is_not_forgotten():
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))))
    patient.reads()
    patient.rig.usb.to_reader += Frame(Transmit.kind, 200, b"\x00\x00\x20\x00\x98").build()
    patient.reader.show(Signal.TRY_AGAIN)  # which stands in its payload


def test_a_request_behind_rest_is_not_forgotten():
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))))
    patient.reads()
    patient.rig.usb.to_reader += Frame(Rest.kind, 200, b"").build()
    patient.reader.show(Signal.TRY_AGAIN)


def is_read_in_another_order(patient):
    """What the reader read ahead is kept until somebody asks for it."""
    patient.card = patient.reader.wait_for_card(5, plan=PLAN)
    JpkiSession(patient.card).token_label()


def is_not_asked_for(patient):
    """What the reader reads ahead comes as events, until somebody listens."""
    patient.card = patient.reader.wait_for_card(5, plan=PLAN)
    patient.reader.show(Signal.DONE)


@pytest.mark.parametrize("tap", [is_read_in_another_order, is_not_asked_for])
def test_the_host_lets_go_of_what_was_read_ahead(tap):
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))))
    tap(patient)
    patient.secrets["certificate"] = PERSON.certificate
    driver = patient.reader, patient.card
    assert patient.traces(kept_by_host(*driver))
    patient.reader.rest()
    assert patient.traces(kept_by_host(*driver)) == {}


def test_the_host_lets_go_of_a_card_that_came_too_late(monkeypatch):
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))))
    patient.secrets["certificate"] = PERSON.certificate
    monkeypatch.setattr(search, "_found", lambda *_: patient.rig.step())
    with pytest.raises(NoCard):
        patient.reader.wait_for_card(5, plan=PLAN)
    assert patient.traces(kept_by_host(patient.reader)) == {}


def test_the_host_lets_go_of_octets_that_were_in_no_frame():
    patient = Patient(TypeB(Jpki(PERSON, Issued(pin=PIN))))
    patient.reads()
    patient.rig.usb.to_host += PERSON.certificate[:500]
    patient.reader.show(Signal.DONE)
    assert patient.traces(kept_by_host(patient.reader))
    patient.reader.rest()
    assert patient.traces(kept_by_host(patient.reader)) == {}
