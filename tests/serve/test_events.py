"""Server-sent events: in order, none lost or twice, from where a follower was."""

import asyncio
import json
from contextlib import suppress
from itertools import pairwise

import pytest

from kazashi.serve import streams
from kazashi.serve.events import KEPT, Events, Follower, StreamEnded
from served_desks import following


def numbers(events):
    return [int(event.id.partition(".")[2]) for event in events]


def test_each_change_is_one_event_in_order(person):
    person.lay("mynumber")
    person.until(question="way")
    person.go_on(way="pin")
    ids = [event.screen["id"] for event in person.seen]
    assert ids == [*range(ids[0], ids[0] + len(ids))]
    seen = numbers(person.seen)
    assert all(before < after for before, after in pairwise(seen))


def test_a_follower_that_was_away_gets_all_that_it_missed(person, program):
    seen = person.seen[-1]
    person.lay("mynumber")
    person.until(question="way")
    missed = person.seen[person.seen.index(seen) + 1 :]
    with following(program, "1", after=seen.id) as events:
        assert [next(events) for _ in missed] == missed


def test_a_new_follower_gets_each_desk_as_it_is(program, person):
    with following(program) as events:
        assert sorted(next(events).screen["desk"] for _ in range(2)) == ["1", "2"]


@pytest.mark.parametrize("after", ["deadbeef.1", "1", "x.y", ".", "9" * 100, "é"])
def test_an_id_of_another_run_or_none_begins_anew(program, person, after):
    headers = {"last-event-id": after.encode()}
    with program.stream("GET", "/api/v1/events?desk=1", headers=headers) as answer:
        lines = answer.iter_lines()
        data = next(line for line in lines if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))["step"] == "idle"


def test_a_patients_screen_gets_no_more_of_the_past_than_the_latest(person, patient):
    first = person.seen[0]
    run = first.id.partition(".")[0]
    with following(patient, after=f"{run}.0") as events:
        assert next(events).screen == person.screen


def test_a_page_is_told_that_the_service_is_alive(patient, monkeypatch):
    monkeypatch.setattr(streams, "PAGE_ALIVE_S", 0.01)
    with patient.stream("GET", "/api/v1/events?alive=true") as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line == "event: alive")
        assert (next(lines), next(lines)) == ("data: {}", "")


def test_many_follow_and_each_gets_the_same(site, person):
    clients = [site.program() for _ in range(10)]
    streams = [following(client, "1") for client in clients]
    followers = [stream.__enter__() for stream in streams]
    for events in followers:
        next(events)
    person.lay("mynumber")
    person.until(question="way")
    last = person.seen[-1]
    for events in followers:
        while next(events) != last:
            pass
    for stream, client in zip(streams, clients, strict=True):
        stream.__exit__(None, None, None)
        client.close()


def published(count, desk="1"):
    events = Events()
    for i in range(count):
        events.publish("screen", desk, {"id": i})
    return events


def test_events_that_are_gone_are_replaced_by_the_latest():
    events = published(KEPT + 1_000)
    oldest = events._kept[0]
    loop = asyncio.new_event_loop()
    with events.followed(Follower(loop), f"{oldest.run}.1") as missed:
        assert [event.data["id"] for event in missed] == [KEPT + 999]
    with events.followed(Follower(loop), f"{oldest.run}.{oldest.number}") as missed:
        assert len(missed) == KEPT - 1
    loop.close()


async def left(follower):
    """How many events it has until its stream ends."""
    count = 0
    with suppress(StreamEnded):
        while await follower.next():
            count += 1
    return count


def test_a_follower_that_takes_nothing_is_ended_and_holds_no_more_than_its_share():
    async def run():
        events = Events()
        follower = Follower(asyncio.get_running_loop())
        with events.followed(follower, None):
            for i in range(2_000):
                events.publish("screen", "1", {"id": i})
            await asyncio.sleep(0)
            assert follower._queue.qsize() <= 500
            assert await left(follower) <= 500

    asyncio.run(run())


def test_after_the_end_a_follower_is_told_so_at_once():
    async def run():
        events = published(3)
        events.end()
        follower = Follower(asyncio.get_running_loop())
        with events.followed(follower, None), pytest.raises(StreamEnded):
            await follower.next()

    asyncio.run(run())


def test_a_follower_whose_loop_is_closed_does_not_disturb_the_others():
    events = Events()
    loop = asyncio.new_event_loop()
    with events.followed(Follower(loop), None):
        loop.close()
        events.publish("screen", "1", {})
    assert events.count == 0


def test_a_text_of_two_lines_is_one_event():
    (event,) = published(1)._kept
    encoded = type(event)(event.run, 1, "screen", "1", {"text": "a\n\nid: 7\r\rdata: x"}).encoded
    assert encoded.count(b"\n") == 4
    assert b"\r" not in encoded
