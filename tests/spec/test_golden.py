"""Golden exchanges: every request of fixtures/golden is answered byte for byte as it is written there.

A file begins with the server's command line, `+` lines that its configuration is extended by, and then tells a story:
`>` what a client sends, `<` what comes back (or what the gateway sends by itself), `*` what happens in between.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from eims_sim.protocol.codes import Status
from tests.conftest import FIXTURES, Receiver, Simulator, Start, Wire

GOLDEN = sorted(path for path in (FIXTURES / "golden").glob("*.txt") if path.name != "tour.txt")  # cli/test_tour.py


@dataclass
class Story:
    """A golden file: how the server is started, and steps of (line number, sent, received or event)."""

    environment: dict[str, str] = field(default_factory=dict)
    config: Path = FIXTURES
    extra: str = "\n"
    steps: list[tuple[int, list[str], list[str]]] = field(default_factory=list)
    events: dict[int, str] = field(default_factory=dict)


def read(path: Path) -> Story:
    """Read a golden file."""
    story, sign = Story(), ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        before, sign, text = sign, line[:1], line[2:]
        match sign:
            case "$":
                *variables, _, _, _, config = text.split()
                story.environment = dict(variable.split("=", 1) for variable in variables)
                story.config = FIXTURES.parent / config
            case "+":
                story.extra += text + "\n"
            case "*":
                story.events[number] = text
                story.steps.append((number, [], []))
            case ">" | "<":
                if before != sign and (sign, before) != ("<", ">"):
                    story.steps.append((number, [], []))
                story.steps[-1][1 if sign == ">" else 2].append(text)
            case "" | "#":
                pass
            case _:
                raise ValueError(f"{path}:{number}: {line}")
    return story


def parts(lines: list[str]) -> tuple[list[str], str]:
    """Head and body."""
    blank = lines.index("")
    return lines[:blank], "\n".join(lines[blank + 1 :])


async def send(wire: Wire, lines: list[str]) -> None:
    head, body = parts(lines)
    length = [f"Content-Length: {len(body.encode())}"] if body else []
    await wire.send("\r\n".join([head[0], "Host: gateway", *head[1:], *length, "", body]).encode())


async def receive(wire: Wire, *, body: bool) -> tuple[list[str], bytes]:
    """The lines of a head and the bytes of its body."""
    head = (await wire.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
    (length,) = [int(line.partition(": ")[2]) for line in head if line.startswith("Content-Length: ")]
    return head, await wire.reader.readexactly(length) if body else b""


async def happen(sim: Simulator, event: str) -> None:
    what, _, more = event.partition(" ")
    if what == "advance":
        await sim.advance(float(more))
    else:
        assert (await sim.control("POST", what, json.loads(more))).http_status == 201


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_every_exchange_is_as_it_is_written(start: Start, receiver: Receiver, path: Path):
    """P1 to P8"""
    story = read(path)
    extra = story.extra.replace("{receiver}", receiver.url)
    sim = await start(extra, config=story.config, environment=story.environment)

    for number, sent, received in story.steps:
        if number in story.events:
            await happen(sim, story.events[number])
            continue
        if sent:
            async with sim.wire() as wire:
                await send(wire, sent)
                head, body = await receive(wire, body=not sent[0].startswith("HEAD"))
        else:
            head, body = pushed(receiver)
        expected_head, expected_body = parts(received)
        where = f"{path.name}:{number}"
        assert head[0] == expected_head[0], where
        assert [line for line in expected_head if line not in head] == [], where
        assert body == expected_body.encode(), where

    assert receiver.requests == []


def pushed(receiver: Receiver) -> tuple[list[str], bytes]:
    """The next PUT as lines and bytes."""
    method, path, headers = receiver.requests.pop(0)
    return [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())], receiver.raw.pop(0)


def answers(endpoint: str) -> Iterator[int]:
    """The statuses that the golden answers of an endpoint show."""
    for path in GOLDEN:
        for _, sent, received in read(path).steps:
            if sent and sent[0].split()[1].partition("?")[0] == endpoint and received[0].endswith("200 OK"):
                yield json.loads(parts(received)[1])["status"]


@pytest.mark.parametrize(
    ("endpoint", "statuses"),
    [
        ("/sendsms", {int(status) for status in Status}),
        ("/getbalance", {0, -1, -2}),
        ("/getreport", {0, -1, -2, -7, -8, -13}),
        ("/getsms", {0, -1, -2, -12, -13}),
    ],
)
def test_every_status_has_a_golden_answer(endpoint: str, statuses: set[int]):
    """P2"""
    assert set(answers(endpoint)) == statuses
