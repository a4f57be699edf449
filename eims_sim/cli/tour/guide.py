"""How does the tour go on: a request shown and sent, its answer shown, explained and checked?"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import Any, Final

from ...client.control import Client
from ...errors import EimsSimError, UnreachableError
from ...protocol.codes import Status
from ...protocol.curl import Parameters, Place, body_of, curl_control, curl_get, curl_post, query_of
from .shapes import answer_faults, read
from .telling import Teller

REASON: Final = "X-EIMS-Sim-Reason"
NOTE: Final = "X-EIMS-Sim-Note"

MEANINGS: Final = {int(one): one.meaning for one in Status}

CUT: Final = "curl: (52) Empty reply from server"
"""What curl says of a connection that was closed before an answer."""


class LostError(EimsSimError):
    """The tour cannot go on: an answer that it needs is not what it needs."""


@dataclass(slots=True)
class Step:
    """What was asked, what came back, and what is wrong with it: for --json."""

    chapter: str
    curl: str
    answer: str
    status: int | None = None
    meaning: str | None = None
    reason: str | None = None
    notes: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


class Guide:
    """Shows, sends and checks.

    `steps` is what it did so far, `met` the statuses that were answered, `ends` the states that were reported.
    """

    def __init__(self, client: Client, place: Place, teller: Teller) -> None:
        self.client = client
        self.tell = teller
        self.steps: list[Step] = []
        self.met: set[int] = set()
        self.ends: set[int] = set()
        self._troubles: list[str] = []
        self._place = place
        self._chapter = ""

    @property
    def complaints(self) -> list[str]:
        """Everything that is not as documented, each with where."""
        return [f"{step.chapter}: {text}" for step in self.steps for text in step.complaints] + self._troubles

    def chapter(self, title: str, text: str) -> None:
        """Begin a chapter."""
        self._chapter = title
        self.tell.heading(title)
        self.tell.prose(text)

    def ask(
        self,
        endpoint: str,
        parameters: Parameters,
        status: int,
        *remarks: str,
        post: bool = False,
        expected: Mapping[str, object] | None = None,
    ) -> Any:
        """A request of the gateway that must answer this status, and these members.

        The answer as JSON; empty when it has not the documented shape.
        """
        lines = (curl_post if post else curl_get)(self._place, endpoint, parameters)
        self.tell.command(lines)
        answer = self._send(endpoint, parameters, post=post)
        text = answer.body.decode(errors="replace")
        self.tell.answer(text)
        found = read(answer.body)
        told = found.get("status") if isinstance(found, dict) else None
        step = self._keep(lines, text, told, answer.headers, remarks)
        wrong = answer_faults(endpoint, answer.status, answer.headers.get("Content-Type"), answer.body)
        self._check(step, wrong or _differences(found, status, expected or {}))
        return {} if wrong else found

    def ask_in_vain(self, endpoint: str, parameters: Parameters, *remarks: str) -> None:
        """A request of the gateway that must get no answer."""
        lines = curl_get(self._place, endpoint, parameters)
        self.tell.command(lines)
        try:
            text = self._send(endpoint, parameters, post=False).body.decode(errors="replace")
        except UnreachableError:
            text = CUT
        self.tell.answer(text)
        step = self._keep(lines, text, None, None, remarks)
        self._check(step, [] if text == CUT else ["there was an answer, though the connection was to be cut"])

    def control(self, method: str, path: str, body: Mapping[str, Any] | None, *remarks: str) -> Any:
        """A call of the control API that is shown. Raises RefusedError."""
        lines = curl_control(self._place, method, path, body)
        self.tell.command(lines)
        answer = self.client.control(method, path, body)
        text = compact(answer)
        self.tell.answer(text)
        self._keep(lines, text, None, None, remarks)
        return answer

    def received(self, head: Sequence[str], body: str, *remarks: str) -> None:
        """What the gateway sent by itself."""
        self.tell.received(head, body)
        self._keep(head, body, None, None, remarks)

    def explain(self, text: str) -> None:
        """One more word about the last step."""
        self.tell.remark(text)

    def skip(self, why: str) -> None:
        """Leave out the rest of a chapter: it is nobody's mistake."""
        self.tell.remark(f"left out: {why}", "yellow")

    def ended(self, states: Iterable[int]) -> None:
        """Messages were reported in these states."""
        self.ends.update(states)

    def complain(self, *wrong: str) -> None:
        """Something about the last step is not as documented."""
        self._check(self.steps[-1], list(wrong))

    def trouble(self, text: str) -> None:
        """Something about the whole is not as it should be."""
        self._troubles.append(text)
        self.tell.complaint(text)

    def _send(self, endpoint: str, parameters: Parameters, *, post: bool) -> Any:
        if post:
            return self.client.gateway(
                "POST", f"/{endpoint}", body_of(parameters), {"Content-Type": "application/json"}
            )
        return self.client.gateway("GET", f"/{endpoint}?{query_of(parameters)}")

    def _keep(
        self, lines: Sequence[str], text: str, status: Any, headers: HTTPMessage | None, remarks: Sequence[str]
    ) -> Step:
        """Keep a step, and explain it."""
        step = Step(self._chapter, "\n".join(lines), text)
        self.steps.append(step)
        if isinstance(status, int):
            self.met.add(status)
            step.status, step.meaning = status, MEANINGS.get(status, "no status of the protocol")
            if status:
                self.tell.remark(f"{status} {step.meaning}", "yellow")
        if headers is not None:
            step.reason, step.notes = headers.get(REASON), headers.get_all(NOTE) or []
        for told in [*([step.reason] if step.reason else []), *step.notes]:
            self.tell.remark(told.replace("; ", ": ", 1))
        for remark in remarks:
            self.tell.remark(remark)
        return step

    def _check(self, step: Step, wrong: list[str]) -> None:
        for one in wrong:
            step.complaints.append(one)
            self.tell.complaint(one)


def ids_of(submitted: Mapping[str, Any]) -> list[int]:
    """The ids in the answer to a submit. Raises LostError when there is none."""
    ids = [row[1] for row in submitted.get("array") or []]
    if not ids:
        raise LostError("The tour cannot go on: no message was accepted that it could follow.")
    return ids


def compact(value: Any) -> str:
    """JSON as the server writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _differences(found: Mapping[str, object], status: int, expected: Mapping[str, object]) -> list[str]:
    """What differs; where the status does, nothing else matters."""
    wanted = {"status": status} if found.get("status") != status else expected
    return [
        f"{name} is {compact(found.get(name))}, expected was {compact(value)}"
        for name, value in wanted.items()
        if found.get(name) != value
    ]
