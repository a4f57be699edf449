"""Where is a server, who may ask it, and what does an answer of its control API say (C4)?"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self
from urllib.parse import SplitResult, quote, urlencode

from ..errors import AccessError, MissingError, RefusedError, UnreachableError
from .address import read_url, served_url

CONTROL: Final = "/_sim/"

Query = Mapping[str, object]


class Access(NamedTuple):
    """A server's URL, and the token that its control API asks for."""

    target: SplitResult
    token: str

    @classmethod
    def of(cls, url: str | None, token: str | None) -> Self:
        """`url` absent: where `serve` would be in this environment. Raises AccessError for what is no URL or token."""
        return cls(read_url(url or served_url()), _checked_token(token))

    @property
    def url(self) -> str:
        """The URL, without a password that may have been in it."""
        return self.target._replace(netloc=self.target.netloc.rpartition("@")[2]).geturl().rstrip("/")

    @property
    def base(self) -> str:
        """What stands before every path."""
        return self.target.path.rstrip("/")

    @property
    def authorization(self) -> Mapping[str, str]:
        """The header that shows the token."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def read(self, status: int, body: bytes) -> Any:
        """The JSON of an answer, None without content.

        Raises RefusedError for an HTTP status of 400 and more, UnreachableError for what no eims-sim answers.
        """
        try:
            found = json.loads(body) if body else None
        except ValueError:
            found = None
            if status < 400:
                raise UnreachableError(f"{self.url} is no eims-sim server: what it answers is no JSON.") from None
        if status < 400:
            return found
        problem = found if isinstance(found, dict) and "detail" in found else {}
        raise self._refusal(status, str(problem.get("detail", "")), problem.get("errors") or [])

    def _refusal(self, status: int, detail: str, violations: list[dict[str, str]]) -> RefusedError:
        if status == 401:
            given = "does not take this admin token" if self.token else "asks for its admin token"
            message = f"{self.url} {given}: give the one it was started with by --admin-token or EIMS_SIM_ADMIN_TOKEN."
        elif violations:
            message = "\n".join([f"{detail}:", *map(_violation, violations)])
        elif detail:
            message = f"{detail}." if detail[-1] not in ".!?" else detail
        else:
            message = f"{self.url} answers {status} and is no eims-sim server, or one of another version."
        refusal = MissingError if status == 404 and detail else RefusedError
        return refusal(message, status, detail, violations)


def segment(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="", errors="surrogateescape")


def _checked_token(token: str | None) -> str:
    if token and not (token.isascii() and token.isprintable()):
        raise AccessError("an admin token is made of visible ASCII characters")
    return token or ""


def control_target(path: str, query: Query | None) -> str:
    """The target of a call; parameters that are None are left out."""
    given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
    asked = urlencode(given, errors="surrogateescape")
    return f"{CONTROL}{path}?{asked}" if asked else CONTROL + path


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _violation(violation: Mapping[str, str]) -> str:
    place = violation.get("pointer") or "/"
    nearest = violation.get("nearest")
    hint = f"; the nearest is {nearest}" if nearest else ""
    return f"  {place}: {violation.get('detail', '')}{hint}"
