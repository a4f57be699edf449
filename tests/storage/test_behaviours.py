"""How rules and faults are kept (C3, C4)."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from eims_sim.domain.lifecycle import Course, Fixed
from eims_sim.engine.clock import real_seconds
from eims_sim.errors import NotFoundError
from eims_sim.storage.behaviours import (
    FAULTS,
    RULES,
    Behaviour,
    Kind,
    add_behaviour,
    count_behaviours,
    empty_behaviours,
    forget_counts,
    load_behaviours,
    remove_behaviour,
    replace_behaviour,
    sync_behaviours,
)
from eims_sim.storage.database import Database
from eims_sim.storage.layout import CONTROL, FILE
from eims_sim.storage.transaction import Transaction
from eims_sim.storage.world import Adapters, Listing, open_world
from eims_sim.storage.writer import World, Writer

Sync = Callable[..., list[Behaviour]]


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    world = World((), Course(Fixed(0), Fixed(0), 1, magic=False))
    opened = Writer(Database(str(tmp_path / "sim.db"), "normal"), lambda: world, real_seconds)
    opened.begin(partial(open_world, adapters=Adapters.make(), listing=Listing(())))
    yield opened
    await opened.close()


@pytest.fixture(params=[RULES, FAULTS], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def sync(writer: Writer, kind: Kind) -> Sync:
    """Read a file that lists these; returns what is kept then."""

    def read(*texts: str) -> list[Behaviour]:
        writer.begin(partial(sync_behaviours, kind=kind, texts=texts))
        return kept(writer, kind)

    return read


def kept(writer: Writer, kind: Kind) -> list[Behaviour]:
    return writer.begin(partial(load_behaviours, kind=kind))


def add(writer: Writer, kind: Kind, settings: str) -> int:
    return writer.begin(partial(add_behaviour, kind=kind, settings=settings))


def apply(writer: Writer, kind: Kind, id: int, times: int) -> None:
    """Let one apply so often, as it does in life."""

    async def book(transaction: Transaction) -> None:
        transaction.applied[id] = times

    if kind is RULES:
        writer.begin(book)
    else:
        writer.begin(partial(count_behaviours, kind=kind, more={id: times}))


def test_what_the_file_lists_is_kept_in_its_order(sync: Sync):
    """C3"""
    assert sync("b", "a", "c") == [Behaviour(id, FILE, text, 0) for id, text in enumerate("bac", 1)]


def test_each_kind_counts_its_ids_from_1(writer: Writer):
    """C4"""
    assert [add(writer, RULES, "a"), add(writer, FAULTS, "a"), add(writer, FAULTS, "b")] == [1, 1, 2]


def test_what_did_not_change_keeps_its_id_and_its_count_wherever_it_stands(writer: Writer, kind: Kind, sync: Sync):
    """C3"""
    sync("a", "b", "c")
    apply(writer, kind, 2, 5)

    found = sync("new", "c", "b")

    assert found == [Behaviour(4, FILE, "new", 0), Behaviour(3, FILE, "c", 0), Behaviour(2, FILE, "b", 5)]


def test_two_that_are_alike_are_two(writer: Writer, kind: Kind, sync: Sync):
    """C3"""
    sync("a", "a")
    apply(writer, kind, 2, 5)

    found = sync("a", "a", "a")

    assert [(one.id, one.applied) for one in found] == [(1, 0), (2, 5), (3, 0)]


def test_what_the_control_api_added_stays_behind_the_file(writer: Writer, kind: Kind, sync: Sync):
    """C3: API additions are appended"""
    sync("a")
    assert [add(writer, kind, "first"), add(writer, kind, "second")] == [2, 3]

    found = sync("a", "b", "c")

    assert [one.settings for one in found] == ["a", "b", "c", "first", "second"]
    assert [one.origin for one in found] == [FILE] * 3 + [CONTROL] * 2


def test_one_that_is_replaced_keeps_its_id_and_its_place_and_counts_anew(writer: Writer, kind: Kind, sync: Sync):
    """C4"""
    sync("a", "b")
    apply(writer, kind, 1, 5)

    writer.begin(partial(replace_behaviour, kind=kind, id=1, settings="changed"))

    assert kept(writer, kind) == [Behaviour(1, FILE, "changed", 0), Behaviour(2, FILE, "b", 0)]


def test_the_file_wins_again_when_it_is_read_again(writer: Writer, kind: Kind, sync: Sync):
    """C3: the file's settings replace the stored ones"""
    sync("a", "b")
    writer.begin(partial(replace_behaviour, kind=kind, id=1, settings="changed"))
    writer.begin(partial(remove_behaviour, kind=kind, id=2))

    assert [one.settings for one in sync("a", "b")] == ["a", "b"]


def test_one_that_is_removed_is_gone_and_its_id_is_not_given_again(writer: Writer, kind: Kind, sync: Sync):
    """C4"""
    sync("a")
    add(writer, kind, "b")

    writer.begin(partial(remove_behaviour, kind=kind, id=2))

    assert [one.id for one in kept(writer, kind)] == [1]
    assert add(writer, kind, "c") == 3


def test_all_can_be_removed(writer: Writer, kind: Kind, sync: Sync):
    """C4"""
    sync("a")
    add(writer, kind, "b")

    writer.begin(partial(empty_behaviours, kind=kind))

    assert kept(writer, kind) == []
    assert add(writer, kind, "c") == 3


@pytest.mark.parametrize("deed", [remove_behaviour, partial(replace_behaviour, settings="x")])
def test_one_that_is_not_there_is_named(writer: Writer, kind: Kind, deed):
    """C4"""
    with pytest.raises(NotFoundError, match=f"there is no {kind.name} 7"):
        writer.begin(partial(deed, kind=kind, id=7))


def test_counts_add_up_and_can_be_forgotten(writer: Writer, sync: Sync, kind: Kind):
    """C4: applied"""
    sync("a", "b", "c")
    for id in (1, 2, 3):
        apply(writer, kind, id, 4)

    writer.begin(partial(forget_counts, kind=kind, ids=[1, 3]))

    assert [one.applied for one in kept(writer, kind)] == [0, 4, 0]


def test_a_count_of_one_that_is_gone_is_passed_over(writer: Writer):
    """C4"""
    writer.begin(partial(count_behaviours, kind=FAULTS, more={7: 1}))

    assert kept(writer, FAULTS) == []
