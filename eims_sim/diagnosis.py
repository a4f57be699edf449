"""Why was a request refused, and what worked but would not everywhere?"""

from typing import Final, NamedTuple, Self

REQUEST_HEADER: Final = "X-EIMS-Sim-Request"
"""Under this number an answer stands in the journal (C5)."""

HEADER_LENGTH: Final = 200


class Reason(NamedTuple):
    """Why a request was refused: a stable code and one sentence, both ASCII (C5).

    The sentence repeats nothing that the client sent but digits of seq, and no password, key or digest. A module
    constant is the home of its code; a case that knows more says so with `because` or `saying`, under the same code.
    """

    code: str
    sentence: str

    def header(self) -> str:
        """The text that travels in a header."""
        return f"{self.code}; {self.sentence}"[:HEADER_LENGTH]

    def because(self, detail: str | None) -> Self:
        """The same, the sentence going on with what is known of this case; None: nothing more is."""
        return self._replace(sentence=f"{self.sentence}; {detail}") if detail else self

    def saying(self, sentence: str) -> Self:
        """The same code with a sentence for this case."""
        return self._replace(sentence=sentence)


class Note(Reason):
    """What was accepted but would not work everywhere, or is probably not what was meant."""

    __slots__ = ()
