"""Where an answer ends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eims_sim.load.reading import NotHttpError, Reading, Received

BODY = b'{"status":0,"success":1}'
TOLD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 24\r\n\r\n" + BODY
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'b;x=y\r\n{"status":0\r\nD\r\n,"success":1}\r\n0\r\nTrailer: x\r\n\r\n'
)


def read(*pieces: bytes) -> Received | None:
    """Feed the pieces; only the last may complete the answer."""
    reading = Reading()
    found = [reading.feed(piece) for piece in pieces]
    assert found[:-1] == [None] * (len(pieces) - 1)
    return found[-1]


@pytest.mark.parametrize("answer", [TOLD, CHUNKED], ids=["length", "chunks"])
def test_an_answer_is_read_to_its_end(answer):
    assert read(answer) == Received(200, BODY, reusable=True)


@pytest.mark.parametrize("answer", [TOLD, CHUNKED], ids=["length", "chunks"])
@given(cuts=st.sets(st.integers(1, len(TOLD) - 1), max_size=5))
def test_it_does_not_matter_in_which_pieces_it_comes(answer, cuts):
    places = [0, *sorted(cut for cut in cuts if cut < len(answer)), len(answer)]

    pieces = [answer[low:high] for low, high in pairwise(places)]

    assert read(*pieces) == Received(200, BODY, reusable=True)


def test_without_a_length_the_answer_ends_with_the_connection():
    reading = Reading()

    assert reading.feed(b"HTTP/1.1 200 OK\r\n\r\n" + BODY) is None
    assert reading.end() == Received(200, BODY, reusable=False)


@pytest.mark.parametrize("part", [b"", TOLD[:20], TOLD[:-1], CHUNKED[:-1]])
def test_an_answer_that_is_cut_has_no_end(part):
    reading = Reading()
    if part:
        reading.feed(part)

    assert reading.end() is None
    assert reading.begun == bool(part)


@pytest.mark.parametrize(
    ("head", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close", False),
        (b"HTTP/1.0 200 OK", False),
        (b"HTTP/1.0 200 OK\r\nconnection: Keep-Alive", True),
        (b"HTTP/1.1 503 Service Unavailable", True),
    ],
)
def test_whether_the_connection_can_be_used_again(head, reusable):
    received = read(head + b"\r\nContent-Length: 2\r\n\r\n{}")

    assert received is not None
    assert received.reusable is reusable


def test_what_comes_before_the_answer_proper_is_passed_over():
    assert read(b"HTTP/1.1 100 Continue\r\n\r\n" + TOLD) == Received(200, BODY, reusable=True)
    assert read(b"HTTP/1.1 100 Continue\r\n\r\n", TOLD) == Received(200, BODY, reusable=True)


def test_an_answer_without_a_body_ends_with_its_head():
    assert read(b"HTTP/1.1 204 No Content\r\n\r\n") == Received(204, b"", reusable=True)


def test_of_a_long_body_the_beginning_is_kept():
    received = read(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + BODY, b"x" * (100_000 - len(BODY)))

    assert received is not None
    assert received.body.startswith(BODY)
    assert len(received.body) < 1000


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"\x15\x03\x01\x00\x02",
        b"HTTP/1.1 OK\r\n\r\n",
        TOLD + b"more than was told",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
    ],
)
def test_what_is_no_http_is_told_from_it(answer):
    with pytest.raises(NotHttpError):
        read(answer)
