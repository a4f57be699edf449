"""How long does a message stay in a state (P9.1)?

Drawn from the server's seed and the message's id, never from a clock.
"""

from dataclasses import dataclass
from math import cos, exp, log, pi, sqrt
from typing import Final

from ..protocol.notation import SECOND

LONGEST_SECONDS: Final = 10 * 366 * 86_400
"""No delay is longer than ten years: a slip of the keyboard should not move a message out of the calendar."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same delay for every message."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any delay between two bounds, each as likely."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Mostly around the median, now and then much longer, as real networks do."""

    median: float
    sigma: float


Delay = Fixed | Uniform | Lognormal

_MASK: Final = 2**64 - 1


def draw(seed: int, id: int, purpose: int) -> float:
    """A number in [0, 1) that depends on nothing but its arguments (splitmix64)."""
    x = (seed * 0x9E3779B97F4A7C15 + id * 0xBF58476D1CE4E5B9 + purpose * 0x94D049BB133111EB) & _MASK
    for multiplier in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):
        x = ((x ^ (x >> 30)) * multiplier) & _MASK
        x ^= x >> 27
    return ((x ^ (x >> 31)) >> 11) / 2**53


def span(delay: Delay, seed: int, id: int, purpose: int) -> int:
    """The delay of one message in microseconds; `purpose` keeps its several draws apart."""
    if isinstance(delay, Fixed):  # what nearly every message has
        return round(delay.seconds * SECOND)
    match delay:
        case Uniform(low, high):
            drawn = low + (high - low) * draw(seed, id, purpose)
        case Lognormal(median, sigma):
            radius = sqrt(-2 * log(1 - draw(seed, id, purpose)))
            normal = radius * cos(2 * pi * draw(seed, id, purpose + 1))
            drawn = min(median * exp(sigma * normal), LONGEST_SECONDS)
    return round(drawn * SECOND)
