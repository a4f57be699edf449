"""What once broke something, and what has broken others, is sent again; and a little of what `fuzz` sends.

More on demand: `python -m tests.reliability.fuzz`.
"""

import json
from random import Random
from time import process_time

import pytest

from tests.reliability.fuzz import CORPUS, corpus
from tests.reliability.fuzz_operator import call, reload
from tests.reliability.fuzz_parameters import try_parameters
from tests.reliability.fuzz_pure import targets
from tests.reliability.fuzz_server import Fuzzed, running
from tests.reliability.fuzz_socket import QUICK, judge, send_bytes
from tests.reliability.fuzz_states import GOLDEN, differences, put_state
from tests.reliability.mutations import mutate

SECONDS = 2.0
"""So much CPU an input may take at most: each holds everybody up for so long."""

CHANGED = 10
"""So many changed inputs each parser gets beside what is kept."""

LIVE_CORPUS = {"socket", "control", "imports"}


def test_every_folder_of_the_corpus_is_a_target():
    """What is kept is replayed"""
    assert {folder.name for folder in CORPUS.iterdir()} <= {*targets(), *LIVE_CORPUS}


@pytest.mark.parametrize("name", targets())
def test_a_parser_takes_whatever_comes(name: str):
    """P1.4 to P1.11, C3, C4: what must hold of each is said in fuzz_pure"""
    target, generator = targets()[name], Random(name)  # noqa: S311  the same inputs each time
    changed = [mutate(generator, generator.choice(target.seeds), target.words) for _ in range(CHANGED)]
    for sent in [b"", *target.seeds, *corpus(name), *changed]:
        began = process_time()

        target.run(sent)

        assert process_time() - began < SECONDS, sent[:200]


async def _fine(fuzzed: Fuzzed) -> None:
    """Nothing was found, nothing was logged that should not be, and others are served."""
    await fuzzed.check(b"")
    fuzzed.look_at_log(b"")
    assert fuzzed.wrong == []


async def test_whatever_bytes_come_are_answered_as_documented():
    """P1.3: whole, and a byte at a time; the connection is answered or closed, and others are served"""
    sent = corpus("socket")
    async with running(QUICK) as fuzzed:
        await send_bytes(fuzzed, [(one, [one], at % 2 == 0) for at, one in enumerate(sent)])
        small = [one for one in sent if len(one) < 600]
        await send_bytes(fuzzed, [(one, [bytes([byte]) for byte in one], False) for one in small])

        await _fine(fuzzed)
        assert fuzzed.seen["inputs"] == len(sent) + len(small)
        assert {"200", "400", "404"} <= set(fuzzed.seen)


async def test_whatever_a_client_says_is_answered_the_same_in_each_way():
    """P1.7, P2 to P6: GET and POST, JSON and form"""
    generator = Random(6)  # noqa: S311
    async with running() as fuzzed:
        for _ in range(40):
            await try_parameters(fuzzed, generator)

        await _fine(fuzzed)
        assert fuzzed.seen["0"]


async def test_whatever_an_operator_sends_is_answered_as_documented():
    """C4: never a 5xx, and problems in their shape"""
    async with running() as fuzzed:
        for sent in corpus("control"):
            await call(fuzzed, sent)
        for sent in corpus("settings"):
            await reload(fuzzed, sent)

        await _fine(fuzzed)
        assert {"400", "422"} <= set(fuzzed.seen)


async def test_whatever_state_is_imported_is_there_as_a_whole_or_not_at_all():
    """C4"""
    async with running() as fuzzed:
        for sent in [GOLDEN, *corpus("state"), *corpus("imports")]:
            await put_state(fuzzed, sent)

        await _fine(fuzzed)
        assert {"204", "400", "422"} <= set(fuzzed.seen)


class TestTheFuzzer:
    """It would see what it is there to see."""

    @pytest.mark.parametrize(
        "answered",
        [
            b"HTTP/0.9 404 Not Found\r\n\r\n",
            b"HTTP/1.1 500 Oops\r\nX-EIMS-Sim-Request: 1\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX-EIMS-Sim-Request: 1\r\nContent-Length: 2\r\n\r\n{}",
            b"Traceback (most recent call last):",
        ],
    )
    async def test_an_answer_that_is_none(self, answered: bytes):
        async with running() as fuzzed:
            judge(fuzzed, b"sent", answered)

            assert [sent for sent, _ in fuzzed.wrong] == [b"sent"]

    async def test_an_export_that_says_something_else(self):
        exported = json.loads(GOLDEN)
        exported["submits"][0]["content"] += "!"
        exported["accounts"][0]["balance"] = "0.58"
        del exported["rules"][1]

        assert len(list(differences(json.loads(GOLDEN), exported))) == 3
