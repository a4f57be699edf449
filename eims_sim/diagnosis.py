"""Why was a request refused, and what worked but would not everywhere?"""

from typing import Final, NamedTuple

HEADER_LENGTH: Final = 200


class Reason(NamedTuple):
    """Why a request was refused: a stable code and one sentence, both ASCII (C5).

    The sentence never repeats what the client sent, nor a password, a key or a digest.
    """

    code: str
    sentence: str

    def header(self) -> str:
        """The text that travels in a header."""
        return f"{self.code}; {self.sentence}"[:HEADER_LENGTH]


class Note(Reason):
    """What was accepted but would not work everywhere, or is probably not what was meant."""

    __slots__ = ()
