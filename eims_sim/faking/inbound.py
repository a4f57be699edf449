"""What do made-up people write back? Inbound messages as a gateway gets them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .locales import DEFAULT_LOCALE


@dataclass(frozen=True, slots=True)
class FakeInbound:
    """An inbound message: who writes, to which number, what."""

    sender: str
    recipient: str
    content: str


def fake_inbound(
    count: int, recipients: Sequence[str], *, locale: str = DEFAULT_LOCALE, seed: int = 1
) -> Iterator[FakeInbound]:
    """So many messages, each to one of the recipients. The first ones are the same, however many are asked for.

    Raises UnknownLocaleError.
    """
    from .people import People

    people = People(locale, seed)
    return (FakeInbound(people.sender(), people.choose(recipients), people.content()) for _ in range(count))
