"""What can go wrong that is not an answer of the protocol: a refusal is a value, these are failures."""

from collections.abc import Sequence
from typing import NamedTuple


class EimsSimError(Exception):
    """The root of everything this package raises on purpose; its text is meant for the person who reads it."""


class ConfigurationError(EimsSimError):
    """A configuration that cannot be used. `problems` holds one line for each fault in it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StorageError(EimsSimError):
    """Nothing could be kept: the database failed and the whole group with it."""


class OverloadedError(EimsSimError):
    """More work waits than the bound allows; nothing of this piece was begun."""


class ConflictError(EimsSimError):
    """A deed that does not fit the state of its object, such as a retry of a push that is still queued."""


class NotFoundError(EimsSimError):
    """A deed on an object that does not exist."""


class StartError(EimsSimError):
    """The server cannot start: the port is in use, the database belongs to another server or to a newer version."""


class AccessError(EimsSimError, ValueError):
    """A URL or a token with which no server can be reached, whatever runs there."""


class UnreachableError(EimsSimError):
    """Nobody answered: nothing listens there, the connection was cut, or the patience was over."""


class RefusedError(EimsSimError):
    """The control API said no: `status` is its HTTP status, `detail` its sentence, `violations` what it found wrong."""

    def __init__(self, message: str, status: int, detail: str, violations: list[dict[str, str]]) -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail
        self.violations = violations


class MissingError(RefusedError, LookupError):
    """What was asked for is not there."""


class Violation(NamedTuple):
    """One fault of what an operator sent: where it is, and what is wrong there."""

    path: tuple[str | int, ...]
    detail: str


class ViolationError(EimsSimError):
    """A deed that cannot be done as it was asked for. `violations` holds every fault."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(violation.detail for violation in violations))
        self.violations = violations
