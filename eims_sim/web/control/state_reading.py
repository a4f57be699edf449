"""What does the document of PUT /_sim/state say (C4)? Read as it arrives: its pieces are never all in memory at once,
and the event loop never waits for more than one of them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from ...domain.state import (
    FORMAT,
    MESSAGES,
    VERSION,
    ClockState,
    FaultState,
    InboundState,
    NextIds,
    PushState,
    RuleState,
    State,
    SubmitState,
)
from ...domain.state_accounts import AccountInState, AccountState
from ...engine.controls.state import VIOLATIONS
from ..json_pieces import JsonPieces, NotJsonError, TooLargeError
from .door import WRONG_BODY, Problem, is_not_json, pointer, violations
from .operation import adapter

SINGLE: Final[Mapping[str, Any]] = {
    "format": Literal[FORMAT],
    "version": Annotated[int, Field(ge=1)],
    "clock": ClockState,
    "next": NextIds,
}
LISTED: Final[Mapping[str, Any]] = {
    "accounts": AccountInState,
    "rules": RuleState,
    "faults": FaultState,
    "submits": SubmitState,
    "inbound": InboundState,
    "pushes": PushState,
}
"""The members of the document in their order, and of what type they, or their elements, are."""

PIECE: Final = 16 * 1024 * 1024
"""A submit, or whatever else the document lists, is no larger than that: it is read in one go."""

NOT_OBJECT: Final = 1 << 20
"""So many bytes of what is no object are kept, to find out whether it is JSON."""


class StateReading:
    """Takes the document as it arrives. What is wrong with it is said at the end, when the client has sent it all."""

    def __init__(self) -> None:
        self._pieces = _pieces(LISTED)
        self._begun = False
        self._no_object: bytearray | None = None
        self._refusal: Problem | None = None
        self._errors: list[dict[str, str]] = []
        self._seen: set[str] = set()
        self._single: dict[str, Any] = {}
        self._listed: dict[str, list[Any]] = {name: [] for name in LISTED}
        self._messages = 0

    def feed(self, arrived: bytes) -> None:
        """Read a part of the document."""
        if not self._begun and arrived.strip():
            self._begun = True
            if not arrived.lstrip().startswith(b"{"):
                self._no_object = bytearray()
        if self._no_object is not None:
            self._no_object += arrived[: NOT_OBJECT - len(self._no_object)]
        elif self._goes_on():
            try:
                for piece in self._pieces.feed(arrived):
                    if not self._goes_on():
                        break
                    self._take(_name(piece.member), piece.place, piece.text)
            except NotJsonError as error:
                self._refusal = _not_json(error)
            except TooLargeError:
                self._refusal = Problem(413, f"one piece of the state has more than {PIECE // 2**20} MiB")

    def _goes_on(self) -> bool:
        """Whether anything that still comes can matter: what is told does not hang on how the document was cut."""
        return self._refusal is None and len(self._errors) < VIOLATIONS

    def finish(self) -> State:
        """The state. Raises a 400 for what is not JSON, a 422 with the violations."""
        if self._no_object is not None:
            self._refusal = _what_is(bytes(self._no_object))
        if self._refusal is not None:
            raise self._refusal
        if len(self._errors) < VIOLATIONS:
            try:
                self._pieces.finish()
            except NotJsonError as error:
                raise _not_json(error) from error
            missing = [name for name in (*SINGLE, *LISTED) if name not in self._seen]
            self._errors += [{"pointer": pointer(name), "detail": "Field required"} for name in missing]
        if self._errors:
            raise Problem(422, WRONG_BODY, self._errors[:VIOLATIONS])
        single = self._single
        return State(single["clock"], single["next"], **self._listed)

    def _take(self, name: str, place: int | None, text: bytes) -> None:
        if not place and name in self._seen:
            self._say(name, "given twice")
        self._seen.add(name)
        if name in SINGLE:
            self._take_single(name, text)
        elif name not in LISTED:
            self._take_unknown(name, text)
        elif place is not None:
            self._take_element(name, place, text)
        elif text != b"[]":
            self._take_odd_list(name, text)

    def _take_single(self, name: str, text: bytes) -> None:
        try:
            found = adapter(SINGLE[name]).validate_json(text, strict=True)
        except ValidationError as error:
            self._complain(error, adapter(SINGLE[name]), name)
            if name == "format" and self._refusal is None:
                self._refuse(name, f'this is no state of eims-sim: the format of those is "{FORMAT}"')
            return
        self._single[name] = found
        if name == "version" and found > VERSION:
            detail = f"version {found} is newer than this eims-sim, which knows {VERSION}; use the one that wrote it"
            self._refuse(name, detail)

    def _take_unknown(self, name: str, text: bytes) -> None:
        from difflib import get_close_matches

        known = [*SINGLE, *LISTED]
        try:
            from_json(text)
        except ValueError:
            self._refusal = _not_json(NotJsonError(f"in {name[:60]!r}"))
        entry = {"pointer": pointer(name), "detail": f"unknown; known are {', '.join(known)}"}
        near = get_close_matches(name[:60], known, n=1)
        self._errors.append(entry | {"nearest": near[0]} if near else entry)

    def _take_element(self, name: str, place: int, text: bytes) -> None:
        kind = adapter(LISTED[name])
        try:
            found = kind.validate_json(text)
        except ValidationError as error:
            self._complain(error, kind, name, place)
            return
        if name == "accounts":
            found = AccountState.of(found)
        elif name == "submits":
            self._messages += found.count
            if self._messages > MESSAGES:
                self._refuse(name, f"a state is imported with up to {MESSAGES:,} messages, and this one has more")
        self._listed[name].append(found)

    def _take_odd_list(self, name: str, text: bytes) -> None:
        """A list whose name is written in an unusual way, or what is no list."""
        if not text.startswith(b"["):
            try:
                from_json(text)
            except ValueError:
                self._refusal = _not_json(NotJsonError(f"in {name}"))
            self._say(name, "a list is wanted")
            return
        for piece in _pieces([name]).feed(b'{"%s":%s}' % (name.encode(), text)):
            if piece.place is not None:
                self._take_element(name, piece.place, piece.text)

    def _complain(self, error: ValidationError, kind: TypeAdapter[Any], *place: str | int) -> None:
        if is_not_json(error):
            self._refusal = _not_json(NotJsonError(f"in {pointer(*place)}"))
        else:
            self._errors += violations(error, kind, *place)

    def _say(self, name: str, detail: str) -> None:
        self._errors.append({"pointer": pointer(name), "detail": detail})

    def _refuse(self, name: str, detail: str) -> None:
        """Nothing else is worth saying."""
        self._refusal = Problem(422, WRONG_BODY, [{"pointer": pointer(name), "detail": detail}])


def _pieces(names: Iterable[str]) -> JsonPieces:
    return JsonPieces([b'"%s"' % name.encode() for name in names], PIECE)


def _name(member: bytes) -> str:
    try:
        return str(from_json(member))
    except ValueError as error:
        raise NotJsonError("in the name of a member") from error


def _not_json(error: NotJsonError) -> Problem:
    return Problem(400, f"the body is not JSON: {error}")


def _what_is(text: bytes) -> Problem:
    try:
        from_json(text)
    except ValueError:
        return Problem(400, "the body is not JSON")
    return Problem(422, WRONG_BODY, [{"pointer": "", "detail": "an object is wanted"}])
