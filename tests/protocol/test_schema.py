from random import Random

import pytest
from construct import (
    Bytes,
    ConstructError,
    GreedyBytes,
    Int8ub,
    Int16ub,
    Int16ul,
    Int32ub,
    PascalString,
    VarInt,
)

from kazashi_wire.messages import MESSAGES
from kazashi_wire.schema import MalformedMessage, Message, wire
from mutations import mutated
from seeds import many_seeds
from vectors import load

INTEGERS = {"B": 0xFF, "H": 0xFFFF, "L": 0xFFFFFFFF}


def any_of(message: type[Message], seed: int) -> Message:
    """A message of this type; its fields are often the least or the largest."""
    dice = Random(seed)
    fields = []
    for field in message._struct.subcons[:-1]:
        subcon = field.subcon
        if subcon is GreedyBytes:
            fields.append(dice.randbytes(dice.choice((0, 1, 400, dice.randrange(400)))))
        elif isinstance(subcon, type(Bytes(1))):
            fields.append(dice.choice((bytes(subcon.length), dice.randbytes(subcon.length))))
        else:
            top = INTEGERS[subcon.fmtstr[1]]
            fields.append(dice.choice((0, 1, top, dice.randint(0, top))))
    return message(**dict(zip(message.field_names(), fields, strict=True)))


@many_seeds(100)
@pytest.mark.parametrize("message", MESSAGES)
def test_parsing_what_was_built_gives_the_same_message(message, seed):
    value = any_of(message, seed)
    assert message.parse(value.build()) == value


@many_seeds(100)
@pytest.mark.parametrize("message", MESSAGES)
def test_parsing_gives_what_construct_gives(message, seed):
    changed = mutated(seed, any_of(message, seed).build())
    try:
        found = message._struct.parse(changed)
    except ConstructError:
        with pytest.raises(MalformedMessage):
            message.parse(changed)
    else:
        assert vars(message.parse(changed)) == {name: found[name] for name in message.field_names()}


@many_seeds(100)
@pytest.mark.parametrize("message", MESSAGES)
def test_no_bytes_raise_anything_but_malformed_message(message, seed):
    dice = Random(seed)
    noise = dice.randbytes(dice.randrange(65))
    try:
        assert message.parse(noise).build() == noise
    except MalformedMessage:
        pass


@many_seeds(100)
@pytest.mark.parametrize("message", MESSAGES)
def test_no_changed_message_raises_anything_but_malformed_message(message, seed):
    changed = mutated(seed, any_of(message, seed).build())
    try:
        assert message.parse(changed).build() == changed
    except MalformedMessage:
        pass


@pytest.mark.parametrize("vector", load("messages.jsonl"), ids=lambda v: v["message"])
def test_the_layouts_are_those_of_the_vectors(vector):
    message = next(m for m in MESSAGES if m.__name__ == vector["message"])
    found = message.parse(bytes.fromhex(vector["payload"]))
    fields = {name: getattr(found, name) for name in message.field_names()}
    shown = {n: v.hex() if isinstance(v, bytes) else v for n, v in fields.items()}
    assert (message.kind, shown) == (vector["kind"], vector["fields"])


@pytest.mark.parametrize(
    "subcon", [Int16ul, VarInt, PascalString(Int8ub, "utf8"), Bytes(lambda _: 1)]
)
def test_a_type_that_struct_cannot_say_is_refused_at_import(subcon):
    with pytest.raises(TypeError, match="cannot stand on the wire"):
        type("Odd", (Message,), {"__annotations__": {"x": int}, "x": wire(subcon)}, kind=0x7F)


def test_bytes_without_end_must_be_last():
    fields = {"a": wire(GreedyBytes), "b": wire(Int8ub)}
    with pytest.raises(TypeError, match="last"):
        type("Odd", (Message,), {"__annotations__": {"a": bytes, "b": int}, **fields}, kind=0x7F)


def test_a_value_too_large_for_its_field_is_misuse():
    class Narrow(Message, kind=0x7E):
        """For this test."""

        a: int = wire(Int8ub)
        b: int = wire(Int16ub)
        c: int = wire(Int32ub)

    assert Narrow(a=1, b=2, c=3).build() == bytes.fromhex("01000200000003")
    with pytest.raises(ValueError, match="Narrow"):
        Narrow(a=256, b=0, c=0).build()
