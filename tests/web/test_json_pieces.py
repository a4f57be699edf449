"""A JSON object that is read as it arrives, however it is cut on its way."""

import json
import random
from typing import Any

import pytest

from eims_sim.web.json_pieces import DEEPEST, JsonPieces, NotJsonError, TooLargeError

LARGE = 1 << 20
LEAVES = [1, -2.5e10, True, None, "x", 'a"[]{}\\', "", "\\\\", "中文"]


def read(text: bytes, step: int, most: int = LARGE) -> list[tuple[str, int | None, Any]]:
    """The pieces of a text that arrives in steps, parsed; `list` is divided."""
    pieces = JsonPieces([b'"list"'], most)
    found = [piece for at in range(0, len(text), step) for piece in pieces.feed(text[at : at + step])]
    pieces.finish()
    return [(json.loads(piece.member), piece.place, json.loads(piece.text)) for piece in found]


def some_value(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.random()
    if depth > 3 or kind < 0.3:
        return chance.choice(LEAVES)
    if kind < 0.6:
        return [some_value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(["k", "]", '"', "\\"]): some_value(chance, depth + 1) for _ in range(chance.randrange(4))}


@pytest.mark.parametrize("step", [1, 2, 3, 17, 10_000])
def test_an_object_is_the_same_however_it_arrives(step: int):
    """C4: PUT /_sim/state"""
    chance = random.Random(step)  # noqa: S311  the same objects each time
    for _ in range(200):
        divided = some_value(chance)
        written = {"before": some_value(chance), "list": divided, "after": some_value(chance)}
        text = json.dumps(written, indent=chance.choice([None, 2]), ensure_ascii=chance.random() < 0.5).encode()

        found = read(text, step)

        parts = list(enumerate(divided)) if isinstance(divided, list) and divided else [(None, divided)]
        wanted = [("list", place, value) for place, value in parts]
        assert found == [("before", None, written["before"]), *wanted, ("after", None, written["after"])]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{",
        b'{"a"',
        b'{"a":}',
        b'{"a":1,}',
        b'{"a":1 "b":2}',
        b'{"a" 1}',
        b"{a:1}",
        b'{"list":[1,]',
        b'{"list":[1 2]}',
        b'{"list":[,1]}',
        b'{"list":[1}}',
        b'{"a":1}}',
        b'{"a":1}{}',
        b'{"a":"x',
        b'{"a":"x\\"}',
        b'{"a":[1,2}',
        b"\xef\xbb\xbf{}",
    ],
)
@pytest.mark.parametrize("step", [1, 1000])
def test_what_is_no_object_is_told(text: bytes, step: int):
    """C4: 400"""
    with pytest.raises((NotJsonError, ValueError)):
        read(text, step)


def test_the_place_where_it_breaks_is_told():
    """C4: 400"""
    text = b'{"list":[' + b"1," * 100 + b"2 3]}"

    with pytest.raises(NotJsonError, match=f"near byte {text.index(b'3]')}: a comma or the end of the list"):
        read(text, 10)


def test_what_nobody_means_is_not_read_to_its_end():
    """C4"""
    with pytest.raises(NotJsonError, match="inside each other"):
        read(b'{"a":' + b"[" * (DEEPEST + 1), 1000)
    with pytest.raises(TooLargeError):
        read(b'{"a":"' + b"x" * 100, 10, most=50)


def test_the_cost_of_a_piece_grows_with_its_size_only():
    """C4: a string that arrives in ten thousand parts is not looked at ten thousand times"""
    text = b'{"a":"' + b'\\"x' * 1_000_000 + b'"}'

    ((name, _, value),) = read(text, 300, most=LARGE * 4)

    assert (name, len(value)) == ("a", 2_000_000)
