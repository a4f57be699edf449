"""How is a large JSON object read as it arrives? Taken apart into its members, and some of these into their elements.

A piece is cut out, not parsed: whoever takes it finds out whether it is JSON.
"""

import re
from collections.abc import Collection, Generator
from typing import Final, NamedTuple

_BLANKS: Final = re.compile(rb"[ \t\r\n]*").match
_AFTER_SCALAR: Final = re.compile(rb"[,\]}\s]").search
# Strings are passed over whole: what looks like structure inside is none. One that has no end yet is not passed over.
_NO_STRUCTURE: Final = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL).match
_REST_OF_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL).match
_QUOTE: Final = ord('"')
_OPENING: Final = b"[{"

DEEPEST: Final = 64
"""Lists and objects inside each other; nobody means more."""

Waiting = Generator[None, None, None]


class NotJsonError(ValueError):
    """What was read is no JSON object; its text says near which byte."""


class TooLargeError(ValueError):
    """A piece is larger than what is wanted of one."""


class Piece(NamedTuple):
    """A member as it was written, or the element of one at a place."""

    member: bytes
    place: int | None
    text: bytes


class JsonPieces:
    """Takes what arrives and gives the pieces in it that are complete. `member` is a JSON string, with its quotes.

    `divided` are the members of which the elements are wanted. A list that is empty has one piece: the whole of it.
    No piece has more than `most` bytes.
    """

    def __init__(self, divided: Collection[bytes], most: int) -> None:
        self._divided = divided
        self._most = most
        self._buffer = bytearray()
        self._dropped = 0
        self._from = 0
        self._at = 0
        self._depth = 0
        self._in_string = False
        self._pieces: list[Piece] = []
        self._ended = False
        self._reading = self._read()

    def feed(self, arrived: bytes) -> list[Piece]:
        """The pieces that these bytes make complete. Raises NotJsonError, TooLargeError."""
        del self._buffer[: self._from]
        self._dropped += self._from
        self._at -= self._from
        self._from = 0
        self._buffer += arrived
        next(self._reading)
        if self._at - self._from > self._most:
            raise TooLargeError
        pieces, self._pieces = self._pieces, []
        return pieces

    def finish(self) -> None:
        """Nothing more arrives. Raises NotJsonError when something is missing."""
        if not self._ended:
            raise self._broken("it ends too early")

    def _read(self) -> Waiting:
        """The object from its beginning; waits wherever more has to arrive."""
        yield from self._expect(b"{", "an object is expected")
        if (yield from self._is_next(b"}")):
            yield from self._trail()
        while True:
            member = yield from self._take(b'"', "a name in quotes is expected")
            yield from self._expect(b":", "a colon is expected")
            yield from self._take_member(member)
            if (yield from self._is_next(b"}")):
                yield from self._trail()
            yield from self._expect(b",", "a comma or the end of the object is expected")

    def _trail(self) -> Waiting:
        self._ended = True
        while True:
            self._pass_over_blanks()
            if self._at < len(self._buffer):
                raise self._broken("the object has ended")
            yield

    def _take_member(self, member: bytes) -> Waiting:
        if member not in self._divided or not (yield from self._is_next(b"[")):
            text = yield from self._take()
            self._pieces.append(Piece(member, None, text))
            return
        if (yield from self._is_next(b"]")):
            self._pieces.append(Piece(member, None, b"[]"))
            return
        place = 0
        while True:
            text = yield from self._take()
            self._pieces.append(Piece(member, place, text))
            place += 1
            if (yield from self._is_next(b"]")):
                return
            yield from self._expect(b",", "a comma or the end of the list is expected")

    def _blank(self) -> Waiting:
        """Pass over blanks; then there is something to read."""
        while True:
            self._pass_over_blanks()
            if self._at < len(self._buffer):
                return
            yield

    def _pass_over_blanks(self) -> None:
        blanks = _BLANKS(self._buffer, self._at)
        self._from = self._at = blanks.end() if blanks else self._at

    def _is_next(self, sign: bytes) -> Generator[None, None, bool]:
        """Whether the sign comes next; then it is passed over."""
        yield from self._blank()
        found = self._buffer[self._at] == sign[0]
        if found:
            self._at += 1
        return found

    def _expect(self, sign: bytes, wanted: str) -> Waiting:
        if not (yield from self._is_next(sign)):
            raise self._broken(wanted)

    def _take(self, sign: bytes = b"", wanted: str = "") -> Generator[None, None, bytes]:
        """The next value as it is written; one that has to begin with a sign."""
        yield from self._blank()
        first = self._buffer[self._at]
        if sign and first != sign[0]:
            raise self._broken(wanted)
        if first == _QUOTE:
            self._at += 1
            while not self._pass_over_string():
                yield
        elif first in _OPENING:
            self._depth, self._in_string = 0, False
            while not self._pass_over_nest():
                yield
        else:
            while (end := _AFTER_SCALAR(self._buffer, self._at)) is None:
                self._at = len(self._buffer)
                yield
            self._at = end.start()
            if self._at == self._from:
                raise self._broken("a value is expected")
        text = bytes(self._buffer[self._from : self._at])
        self._from = self._at
        return text

    def _pass_over_nest(self) -> bool:
        """Go on to the end of a list or an object; False when that is yet to come."""
        buffer, end = self._buffer, len(self._buffer)
        while True:
            if self._in_string and not self._pass_over_string():
                return False
            passed = _NO_STRUCTURE(buffer, self._at)
            self._at = passed.end() if passed else self._at
            if self._at == end:
                self._in_string = False
                return False
            sign = buffer[self._at]
            self._at += 1
            self._in_string = sign == _QUOTE
            if self._in_string:
                continue
            self._depth += 1 if sign in _OPENING else -1
            if self._depth == 0:
                return True
            if self._depth > DEEPEST:
                raise self._broken(f"more than {DEEPEST} lists and objects inside each other")

    def _pass_over_string(self) -> bool:
        """Go on to the end of a string that has begun; False when that is yet to come."""
        rest = _REST_OF_STRING(self._buffer, self._at)
        self._at = rest.end() if rest else self._at
        if self._at < len(self._buffer) and self._buffer[self._at] == _QUOTE:
            self._at += 1
            return True
        return False

    def _broken(self, what: str) -> NotJsonError:
        return NotJsonError(f"near byte {self._dropped + self._at}: {what}")
