"""What does somebody write, over how many messages, and how long does it take between them?"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeVar

from faker.generator import Generator

from .people import People, Person
from .phrases import Phrases, Texts, has_phrases, phrases_of

EMOJI: Final = ("😀", "😂", "👍", "🙏", "❤️", "🎉", "😊", "👌", "😢", "🤔", "🔥", "✅", "👨‍👩‍👧")
EMOJI_SHARE: Final = 0.12
"""So many messages end in one; codes and words that unsubscribe never do."""

DOUBLE_SHARE: Final = 0.03
"""So many messages are sent a second time, by an impatient thumb or an impatient network."""

Pause = tuple[int, int]
"""From so many seconds to so many."""

AT_ONCE: Final[Pause] = (0, 0)
TAP: Final[Pause] = (1, 6)
TYPING: Final[Pause] = (4, 25)
GOING_ON: Final[Pause] = (20, 240)
LATER: Final[Pause] = (120, 1_200)
WAITING: Final[Pause] = (600, 5_400)


class Said(NamedTuple):
    """A message, and how many seconds after the one before it; the first of a conversation has 0."""

    pause_seconds: int
    content: str


T = TypeVar("T", str, Texts)
Line = tuple[Pause, str]


class Conversations:
    """What the people of a locale write; all is drawn from the same source as the people."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._phrases = phrases_of(people.locale)
        self._own_language = has_phrases(people.locale)

    def one(self, person: Person) -> list[Said]:
        """What a person writes, from the first message to the last; who unsubscribes begins no other conversation."""
        (kind,) = self._people.chance.random.choices([*KINDS], [*KINDS.values()])
        if kind is _Conversation.unsubscribe:
            self._people.forget(person)
        return [*_Conversation(self._people.chance, self._phrases, self._told(person.name)).said(kind)]

    def _told(self, name: str | None) -> str | None:
        """The name as it is told: in English sentences that stand in for another language, in Latin letters or not."""
        if name is None or self._own_language or unicodedata.name(name[0]).startswith("LATIN"):
            return name
        return None


class _Conversation:
    """One of them: name, time and amounts are the same from its first message to its last."""

    def __init__(self, chance: Generator, phrases: Phrases, name: str | None) -> None:
        self._random = chance.random
        self._phrases = phrases
        self._name = name
        self._values = {
            "name": name,
            "time": f"{self._random.randrange(8, 22)}:{self._random.randrange(0, 60, 15):02d}",
            "count": self._random.randrange(2, 13),
            "amount": self._random.randrange(5, 500),
            "order": self._random.randrange(10**5, 10**8),
        }

    def said(self, kind: "Kind") -> Iterator[Said]:
        """The messages of a conversation of this kind."""
        for pause, text in kind(self):
            content = self._filled(text)
            if kind not in WITHOUT_EMOJI and self._chance(EMOJI_SHARE):
                content = f"{content} {self._random.choice(EMOJI)}"
            yield Said(self._random.randint(*pause), content)
            if self._chance(DOUBLE_SHARE):
                yield Said(self._random.randint(*TAP), content)

    def answer(self) -> Iterator[Line]:
        """Yes or no."""
        yes = self._chance(0.7)
        yield AT_ONCE, self._any(self._phrases.yes if yes else self._phrases.no)
        if yes and self._chance(0.25):
            yield LATER, self._any(self._phrases.thanks)

    def thank(self) -> Iterator[Line]:
        """Nothing but thanks."""
        yield AT_ONCE, self._any(self._phrases.thanks)

    def unsubscribe(self) -> Iterator[Line]:
        """A word that unsubscribes, now and then another one, for safety's sake."""
        yield AT_ONCE, self._any(self._phrases.stop)
        if self._chance(0.2):
            yield GOING_ON, self._any(self._phrases.stop)

    def code(self) -> Iterator[Line]:
        """A code; one that was wrong is followed by another."""
        yield AT_ONCE, self._any(self._phrases.code)
        if self._chance(0.25):
            yield GOING_ON, self._any(self._phrases.code)

    def question(self) -> Iterator[Line]:
        """A question, asked again while nobody answers."""
        yield AT_ONCE, self._any(self._phrases.talk)
        for _ in range(2):
            if self._chance(0.4):
                yield WAITING, self._any(self._phrases.again)
        if self._chance(0.4):
            yield LATER, self._any(self._phrases.thanks)

    def chat(self) -> Iterator[Line]:
        """A conversation of which we hear one side."""
        pause = AT_ONCE
        for text in self._any(self._phrases.chat):
            yield pause, text
            pause = TYPING if self._chance(0.4) else GOING_ON
        if self._chance(0.25):
            yield LATER, self._any(self._phrases.thanks)

    def slip(self) -> Iterator[Line]:
        """A mistake in typing, corrected by the next message."""
        wrong, right = self._any(self._phrases.typo)
        yield AT_ONCE, wrong
        yield TYPING, right

    def story(self) -> Iterator[Line]:
        """A text of several segments."""
        yield AT_ONCE, self._any(self._phrases.long)
        if self._chance(0.35):
            yield WAITING, self._any(self._phrases.again)

    def smile(self) -> Iterator[Line]:
        """Nothing but emoji."""
        yield AT_ONCE, self._random.choice(EMOJI) * self._random.choice((1, 1, 2, 3))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _any(self, texts: Iterable[T]) -> T:
        """Any of them, but for those that tell a name that nobody has."""
        possible = [one for one in texts if self._name is not None or "{name}" not in "".join(one)]
        return self._random.choice(possible)

    def _filled(self, text: str) -> str:
        """A text with its places filled; every code is another."""
        if "{code}" in text:
            digits = self._random.choice((6, 6, 4))
            return text.format(code=f"{self._random.randrange(10**digits):0{digits}d}")
        return text.format_map(self._values)


Kind = Callable[[_Conversation], Iterator[Line]]

KINDS: Final[dict[Kind, int]] = {
    _Conversation.answer: 22,
    _Conversation.thank: 6,
    _Conversation.unsubscribe: 10,
    _Conversation.code: 13,
    _Conversation.question: 16,
    _Conversation.chat: 16,
    _Conversation.slip: 7,
    _Conversation.story: 6,
    _Conversation.smile: 4,
}
"""Of a hundred conversations, about so many are of each kind."""

WITHOUT_EMOJI: Final = frozenset({_Conversation.unsubscribe, _Conversation.code, _Conversation.smile})
