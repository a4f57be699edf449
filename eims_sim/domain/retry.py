"""When is a push tried again, and when is it parked (P8.3)?"""

from typing import Final

from ..protocol.notation import SECOND
from .delays import draw
from .settings import PushSettings

JITTER: Final = 0.1
JITTER_DRAW: Final = 8


def next_attempt(settings: PushSettings, attempts: int, push: int, seed: int) -> int | None:
    """Microseconds to wait after that many failed attempts of this cycle, or None: park it (P8.3).

    The wait grows by `retry_factor` up to `retry_max_seconds`, plus 0 to 10 % drawn from the seed.
    """
    if attempts >= settings.attempts:
        return None
    seconds = settings.retry_first_seconds
    for _ in range(attempts - 1):
        seconds = min(seconds * settings.retry_factor, settings.retry_max_seconds)
        if seconds >= settings.retry_max_seconds:
            break
    seconds = min(seconds, settings.retry_max_seconds)
    return round(seconds * (1 + JITTER * draw(seed, push, JITTER_DRAW + attempts)) * SECOND)
