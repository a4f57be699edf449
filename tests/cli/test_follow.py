"""`--follow`: first the last ones, then what comes, without a gap and without a repetition (C2, C4)."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from queue import Queue
from threading import Thread

import pytest

from eims_sim.cli.live import read_events

DEMO = ("send", "--account", "demo", "--password", "demo123", "--to")


class Following:
    """A command that follows a list, and the lines that it has printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        self.lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, args=(process.stdout,))
        self._reader.start()

    def _read(self, printed: Iterator[str]) -> None:
        for line in printed:
            self.lines.put(line)

    def line(self) -> list[str]:
        """The words of the next line, as soon as it is there."""
        return self.lines.get(timeout=60).split()

    def item(self) -> dict[str, object]:
        """The next line as JSON."""
        found: dict[str, object] = json.loads(self.lines.get(timeout=60))
        return found

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C: the exit code, and what was said on standard error."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        return self.process.wait(timeout=60), said


Follow = Callable[..., Following]


@pytest.fixture
def follow(environment: dict[str, str], gateway: str) -> Iterator[Follow]:
    """Starts a command that follows a list of the module's gateway, or of the one at `url`."""
    with ExitStack() as running:

        def start(*arguments: str, url: str = gateway) -> Following:
            process = running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "eims_sim", *arguments, "--follow", "--url", url],
                    env=environment | {"COLUMNS": "100"},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                )
            )
            running.callback(process.kill)
            return Following(process)

        yield start


def test_messages_are_followed_through_their_lives(cli, follow):
    cli(*DEMO, "13800138000", "Before")
    following = follow("messages")
    head, before = following.line(), following.line()

    cli(*DEMO, "13800138007", "Now")
    came = following.line()
    cli("clock", "advance", "60")
    changes = [following.line() for _ in range(4)]
    code, said = following.interrupt()

    assert head == ["id", "at", "account", "number", "state", "content"]
    assert before == ["1", "01-01", "12:00:00", "demo", "13800138000", "unsent", "Before"]
    assert came == ["2", "01-01", "12:00:00", "demo", "13800138007", "unsent", "Now"]
    assert sorted(line[0] + line[5] for line in changes) == ["1sending", "1sent", "21011", "2sending"]
    assert (code, said) == (0, "")


def test_requests_are_followed(cli, follow):
    cli(*DEMO, "13800138000", "Before")
    following = follow("requests")
    before = [following.line(), following.line()][1]

    cli("send", "--account", "demo", "--password", "wrong", "--to", "13800138000", "Now")
    came = following.line()

    assert before[:7] == ["1", "01-01", "12:00:00", "POST", "sendsms", "demo", "0"]
    assert came[:7] == ["2", "01-01", "12:00:00", "POST", "sendsms", "demo", "-1"]
    assert following.interrupt() == (0, "")


def test_only_what_is_meant_is_followed(cli, follow):
    def send(account: str, content: str) -> None:
        cli("send", "--account", account, "--password", "demo123", "--to", "13800138000", content)

    send("segments", "yes 1")
    some = follow("messages", "--account", "segments", "--content", "yes", "--json")
    unsent = follow("messages", "--state", "1", "--json")
    first = some.item()["id"], unsent.item()["id"]

    send("demo", "yes 2")
    send("segments", "no 3")
    send("segments", "oh yes 4")
    cli("clock", "advance", "60")
    send("segments", "yes 5")

    assert first == (1, 1)
    assert {(one["id"], one["state"]) for one in [some.item() for _ in range(6)]} == {
        *((1, 2), (1, 0), (4, 1), (4, 2), (4, 0), (5, 1)),
    }
    assert [unsent.item()["id"] for _ in range(4)] == [2, 3, 4, 5]
    assert some.lines.empty()
    assert unsent.lines.empty()


def test_the_last_ten_come_first(cli, follow):
    cli(*DEMO, ",".join(str(13800138000 + n) for n in range(12)), "Hello")

    usual, two = follow("messages", "--json"), follow("messages", "--json", "--limit", "2")

    assert [usual.item()["id"] for _ in range(10)] == list(range(3, 13))
    assert [two.item()["id"] for _ in range(2)] == [11, 12]


def test_of_a_flood_each_message_is_shown_once(cli, follow):
    """C4: above a hundred a second the server only counts"""
    following = follow("messages", "--json")
    cli(*DEMO, "13800138000", "First")
    first = following.item()

    cli(*DEMO, ",".join(str(13800000000 + 10 * n) for n in range(2500)), "Flood")
    flood = [following.item() for _ in range(2500)]
    cli(*DEMO, "13800138000", "Last")

    assert first["id"] == 1
    assert [one["id"] for one in flood] == list(range(2, 2502))
    assert following.item()["content"] == "Last"


def test_after_a_reset_ids_begin_anew(cli, follow):
    following = follow("messages", "--json")
    cli(*DEMO, "13800138000", "Before")
    before = following.item()

    cli("reset")
    cli(*DEMO, "13800138000", "After")
    after = following.item()

    assert [before["id"], after["id"]] == [1, 1]
    assert after["content"] == "After"


def test_a_server_that_comes_back_is_followed_on(cli, follow, serve, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    there = ("--port", port, "--database", str(tmp_path / "kept.db"))
    first = serve(*there)
    following = follow("messages", "--json", url=first.url)
    cli(*DEMO, "13800001005", "One", "--url", first.url)
    seen = [following.item()]  # its last state already, where the follower was slow to start

    first.stop()
    serve(*there)
    cli(*DEMO, "13800001005", "Two", "--url", first.url)

    while not {(1, 1005), (2, 1005)} <= {(one["id"], one["state"]) for one in seen}:
        seen.append(following.item())
    code, said = following.interrupt()
    assert (seen[0]["id"], seen[0]["content"]) == (1, "One")
    assert len({(one["id"], one["state"]) for one in seen}) == len(seen)
    assert (code, said) == (0, f"{first.url} is lost; waiting until it is back.\n")


def test_a_server_that_is_not_there_at_first_is_not_waited_for(cli):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    assert cli("messages", "--follow", "--url", url).code == 1


def test_a_filter_that_the_server_refuses_ends_it(cli):
    outcome = cli("requests", "--follow", "--since", "today")

    assert outcome.code == 1
    assert "  /since: " in outcome.err


def test_events_are_read_from_their_lines():
    lines = [
        b": hello",
        b"",
        b"event: message",
        b'data: {"id":',
        b"data: 1}",
        b"",
        b"event:push",
        b"data:[]",
        b"",
        b"data: 2",
    ]

    assert list(read_events(lines)) == [("message", {"id": 1}), ("push", [])]
