"""How does what the control API answers become what a test holds?"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ..errors import EimsSimError

T = TypeVar("T")


def read(kind: type[T], answered: object) -> T:
    """An answer as one of the classes of `results`. Raises EimsSimError for that of quite another version."""
    shape: Any = kind
    try:
        found: T = _adapter(shape).validate_python(answered)
    except ValidationError as error:
        raise EimsSimError(
            f"The simulator's version is another one than that of this test helper: {kind.__name__} is not as it "
            f"should be there: {error.errors(include_url=False)[0]}"
        ) from None
    return found


def read_all(kind: type[T], answered: Iterable[object]) -> list[T]:
    """A list of answers, see `read`."""
    return [read(kind, one) for one in answered]


def moment(given: datetime | str | None) -> datetime | str | None:
    """A moment that a test gives. Raises ValueError for a datetime without a zone: it is no moment."""
    if isinstance(given, datetime) and given.tzinfo is None:
        raise ValueError(f"{given!r} has no time zone; give it one, such as tzinfo=datetime.UTC, or RFC 3339 as text")
    return given


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
