"""Who is told what happens, as it happens (C4)? What a stream cannot show: what was written, when, and to whom."""

import asyncio
from typing import Any

import pytest

from eims_sim.engine.events import BYTES_PER_SECOND, LISTENERS, OBJECTS_PER_SECOND, Crowd, EventKind, Events
from eims_sim.errors import OverloadedError


def frame(kind: EventKind, shown: Any) -> bytes:
    return f"[{kind} {shown.size} to {shown.last}]".encode() if isinstance(shown, Crowd) else f"[{shown}]".encode()


class Ear:
    """A listener: what was written to it, and whether it takes more."""

    def __init__(self) -> None:
        self.batches: list[bytes] = []
        self.deaf = False
        self.heard = asyncio.Event()

    def write(self, batch: bytes) -> bool:
        if batch:
            self.batches.append(batch)
            self.heard.set()
        return not self.deaf

    async def until(self, what: bytes) -> bytes:
        """All that was written, once that is among it."""
        async with asyncio.timeout(10):
            while what not in (text := b"".join(self.batches)):
                self.heard.clear()
                await self.heard.wait()
        return text


@pytest.fixture
async def events() -> Events:
    return Events(frame, b"~", b"gone", comment_seconds=0.05)


async def test_what_happens_in_one_turn_leaves_together_and_at_once(events: Events):
    """C4: the first batch after a silence waits for nothing"""
    ear = Ear()
    events.subscribe(ear.write)

    for place in "abc":
        events.publish("message", 1, place)
    await asyncio.sleep(0)

    assert ear.batches == [b"[a][b][c]"]


async def test_what_follows_is_gathered(events: Events):
    """C4: a write for each event would cost each of 200 listeners one"""
    ear = Ear()
    events.subscribe(ear.write)
    for place in "abc":
        events.publish("message", 1, place)
        await asyncio.sleep(0)

    await ear.until(b"[c]")

    assert ear.batches[0] == b"[a]"
    assert ear.batches[-1].startswith(b"[b][c]")


async def test_everything_is_written_once_for_all(events: Events):
    """C4"""
    ears = [Ear() for _ in range(LISTENERS)]
    for ear in ears:
        events.subscribe(ear.write)

    events.publish("message", 1, "a")
    await asyncio.sleep(0)

    assert all(ear.batches[0] is ears[0].batches[0] for ear in ears)


async def test_while_nobody_listens_nothing_is_made(events: Events):
    """C4"""
    told: list[bool] = []
    events.began = told.append
    listener = events.subscribe(Ear().write)
    events.leave(listener)

    events.publish("message", 1, object())
    events.count("message", 5, 5)

    assert told == [True, False]
    assert not events.listening
    assert events.room("message") == 0
    assert events._pending == []


async def test_only_so_many_objects_leave_in_a_second_and_the_rest_is_counted(events: Events):
    """C4: each is told of once"""
    ear = Ear()
    events.subscribe(ear.write)

    for place in range(OBJECTS_PER_SECOND + 50):
        events.publish("message", place, place)
    events.publish("push", 1, "push")
    events.count("message", 1000, 4711)
    text = await ear.until(b"to 4711]")

    assert text.count(b"[") == OBJECTS_PER_SECOND + 2
    assert b"[push]" in text
    assert b"[message 1050 to 4711]" in text


async def test_the_next_second_has_a_hundred_of_its_own(events: Events):
    """C4: what was counted is told before them"""
    ear = Ear()
    events.subscribe(ear.write)
    events.count("message", 7, 7)
    await ear.until(b"[message 7 to 7]")

    room = events.room("message")
    events.publish("message", 8, "eight")

    assert room == OBJECTS_PER_SECOND
    assert (await ear.until(b"[eight]")).index(b"to 7]") < (await ear.until(b"[eight]")).index(b"[eight]")


async def test_large_objects_use_a_second_up(events: Events):
    """C4: nothing is buffered without bound"""
    ear = Ear()
    events.subscribe(ear.write)
    large = "x" * (BYTES_PER_SECOND // 4)

    for place in range(10):
        events.publish("message", place, large)
    text = await ear.until(b"[message 6 to 9]")

    assert text.count(large.encode()) == 4


async def test_a_silent_stream_shows_that_it_lives(events: Events):
    """C4: a comment, again and again"""
    ear = Ear()
    events.subscribe(ear.write)

    await ear.until(b"~~~")


async def test_who_takes_no_more_is_let_go_and_the_others_go_on(events: Events):
    """C4"""
    ears = [Ear(), Ear()]
    listeners = [events.subscribe(ear.write) for ear in ears]
    ears[0].deaf = True

    for place in "ab":
        events.publish("message", 1, place)
        await ears[1].until(place.encode())

    assert [listener.ended.done() for listener in listeners] == [True, False]
    assert ears[0].batches == [b"[a]"]


async def test_one_more_than_may_listen_is_refused_unless_somebody_has_left(events: Events):
    """C4"""
    ears = [Ear() for _ in range(LISTENERS)]
    listeners = [events.subscribe(ear.write) for ear in ears]

    with pytest.raises(OverloadedError, match="200 listeners"):
        events.subscribe(Ear().write)
    ears[7].deaf = True
    events.subscribe(Ear().write)

    assert listeners[7].ended.done()


async def test_when_the_server_stops_what_waits_is_written_and_everyone_is_let_go(events: Events):
    """C2"""
    ear, late = Ear(), Ear()
    listener = events.subscribe(ear.write)
    events.publish("message", 1, "a")

    events.close()

    assert ear.batches == [b"[a]"]
    assert listener.ended.done()
    assert events.subscribe(late.write).ended.done()
    assert not events.listening
