"""Who may come in, and how are they told what is wrong (C4)? Every call of the control API passes here.

Any page in a user's browser can reach localhost: a Host that is not ours and an Origin that is not our own are refused
before anything is read.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from difflib import get_close_matches
from http import HTTPStatus
from ipaddress import ip_address
from itertools import islice
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from ...domain.accounts import on_list, read_networks
from ...engine.controls import Controls
from ...engine.controls.state import VIOLATIONS
from ...engine.own_client import OwnClientError
from ...errors import ConflictError, NotFoundError, OverloadedError, StorageError, ViolationError
from ...protocol.signature import same_text
from ..connection import BODY_SECONDS, logger
from ..http_errors import RETRY_SECONDS
from ..paths import CONTROL

T = TypeVar("T")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CONTROLS: Final = web.AppKey("controls", Controls)

AUTHORITY: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?").fullmatch
"""A name or an address with its port, as a Host names it: no user, no path, and nothing that a name server cannot be
asked for."""

HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What no answer of ours may be used for: to be kept by a browser, or to be a part of a page of another site."""

WRONG_QUERY: Final = "the query is not as it should be"
WRONG_BODY: Final = "the request is not as it should be"


class Problem(Exception):  # noqa: N818  it is an answer on its way, not a failure
    """An answer `application/problem+json`: the HTTP status, and one entry for each of the first `VIOLATIONS`."""

    def __init__(self, status: int, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = (errors or [])[:VIOLATIONS]  # nobody reads more, and a hostile body has 200,000

    def response(self) -> web.Response:
        """The problem as HTTP."""
        title = HTTPStatus(self.status).phrase
        body = {
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
        }
        response = web.Response(status=self.status, body=to_json(body), content_type="application/problem+json")
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = RETRY_SECONDS
        if self.status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


def to_json(value: object) -> bytes:
    """JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_response(value: object, status: int = 200) -> web.Response:
    """An answer in JSON."""
    return web.Response(status=status, body=to_json(value), headers={"Content-Type": "application/json; charset=utf-8"})


class Door:
    """Guards the handlers of the control API."""

    CONTROLS: Final = CONTROLS

    def __init__(self, token: str, allowed_hosts: tuple[str, ...]) -> None:
        self._token = token
        self._hosts = frozenset(host.lower().rstrip(".") for host in allowed_hosts)

    @property
    def guarded(self) -> bool:
        """Whether the token is asked for."""
        return bool(self._token)

    def guard(self, handler: Handler) -> Handler:
        """Let in who names a host of ours, comes from no other page and, where there is one, has the token."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            self._check_token(request)
            return await handler(request)

        return self.open_to_all(guarded)

    def open_to_all(self, handler: Handler) -> Handler:
        """As `guard`, but no token is asked for."""

        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                self._check_host(request)
                self._check_origin(request)
                response = await _translated(handler, request)
            except Problem as problem:
                response = problem.response()
            if not response.prepared:
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
            return response

        return answered

    def check_secrets(self, request: web.Request) -> None:
        """Secrets are shown on this machine, or to who had to have the token (C4). Raises a 403."""
        # open: a proxy on this machine may speak for anybody, so whom it forwards is not on this machine.
        forwarded = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
        if not self._token and (forwarded or not on_list(request.remote or "", _THIS_MACHINE)):
            raise Problem(403, "secrets are shown on the simulator's own machine, or where admin_token is set")

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """Say that there is no such path, or what it takes."""
        allowed: set[str] = set()
        for resource in request.app.router.resources():
            if resource.canonical.startswith(CONTROL[:-1]):
                allowed |= (await resource.resolve(request))[1]
        if allowed:
            response = Problem(405, f"this path takes {', '.join(sorted(allowed))}").response()
            response.headers["Allow"] = ", ".join(sorted(allowed))
            return response
        known = [r.canonical for r in request.app.router.resources() if r.canonical.startswith(CONTROL)]
        near = get_close_matches(request.path[:100], known, n=1)
        raise Problem(404, f"unknown path; the nearest known one is {near[0]}" if near else "unknown path")

    def _check_token(self, request: web.Request) -> None:
        if not self._token:
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not same_text(token.strip(), self._token):
            raise Problem(401, "this call needs the header Authorization: Bearer TOKEN, with the server's admin_token")

    def _check_host(self, request: web.Request) -> None:
        if not all(self._is_ours(_host_name(authority)) for authority in _authorities(request)):
            raise Problem(403, "the Host is neither an address, localhost, a one-label name nor in allowed_hosts")

    def _is_ours(self, name: str) -> bool:
        if "." not in name and ":" not in name:
            return bool(name)
        return name in self._hosts or _is_address(name)

    def _check_origin(self, request: web.Request) -> None:
        origin = request.headers.get("Origin")
        if origin is None:
            # What a page loads as an image or a script comes without an Origin; browsers say in this way whose it is.
            foreign = request.headers.get("Sec-Fetch-Site", "") in ("cross-site", "same-site")
            foreign = foreign and request.headers.get("Sec-Fetch-Mode") != "navigate"
        else:
            foreign = _authority(origin) != request.headers.get("Host", "").lower()
        if foreign:
            raise Problem(403, "calls from pages of another origin are refused")


DOOR: Final = web.AppKey("door", Door)

_THIS_MACHINE: Final = read_networks(("127.0.0.0/8", "::1"))


def _authorities(request: web.Request) -> Iterator[str]:
    """Who is asked, as the Host says and as a URL says that came whole. aiohttp itself refuses a second Host."""
    yield request.headers.get("Host", "")
    if not request.raw_path.startswith("/"):
        yield _authority(request.raw_path)


def _host_name(authority: str) -> str:
    """The name or the address, without brackets; empty for what can be neither."""
    found = AUTHORITY(authority)
    return "" if found is None else found[1].strip("[]").lower().removesuffix(".")


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


async def _translated(handler: Handler, request: web.Request) -> web.StreamResponse:
    """Failures of a deed as problems."""
    try:
        return await handler(request)
    except ViolationError as error:
        errors = [{"pointer": pointer(*path), "detail": detail} for path, detail in error.violations]
        raise Problem(422, WRONG_BODY, errors) from error
    except NotFoundError as error:
        raise Problem(404, str(error)) from error
    except ConflictError as error:
        raise Problem(409, str(error)) from error
    except (StorageError, OverloadedError, OwnClientError) as error:
        raise Problem(503, str(error)) from error
    except web.HTTPRequestEntityTooLarge as error:
        raise Problem(413, "the body is larger than body_limit") from error
    except web.RequestPayloadError as error:
        raise Problem(400, "the body could not be read to its end") from error
    except TimeoutError as error:
        raise Problem(408, "the body did not arrive in time") from error
    except (Problem, ConnectionError):
        raise
    except Exception as error:
        logger.exception("%s %s failed", request.method, request.path)
        raise Problem(500, "the simulator failed; its log says how") from error


def path_id(request: web.Request) -> int:
    """The number in the path. Raises a 404 for what is none."""
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem(404, "an id is a positive integer")
    return int(text)


def read_query(request: web.Request, adapter: TypeAdapter[T]) -> T:
    """The query as an object. Raises a 422 with every violation."""
    values = dict(request.query)
    twice = (name for name in values if len(request.query.getall(name)) > 1)
    errors = [{"pointer": pointer(name), "detail": "given twice"} for name in islice(twice, VIOLATIONS)]
    try:
        found = adapter.validate_python(values)
    except ValidationError as error:
        raise Problem(422, WRONG_QUERY, errors + violations(error, adapter)) from error
    if errors:
        raise Problem(422, WRONG_QUERY, errors)
    return found


def refuse_query(request: web.Request) -> None:
    """For a call that takes no parameters. Raises a 422 that names every one."""
    detail = "unknown; this call takes no parameters"
    names = islice(dict.fromkeys(request.query), VIOLATIONS)
    errors = [{"pointer": pointer(name), "detail": detail} for name in names]
    if errors:
        raise Problem(422, WRONG_QUERY, errors)


async def read_body(request: web.Request, adapter: TypeAdapter[T], *, empty: bytes | None = None) -> T:
    """The JSON body as an object; `empty` stands for a body that is not there.

    Raises a 415 for another Content-Type, a 400 for what is not JSON, a 422 with every violation.
    """
    async with asyncio.timeout(BODY_SECONDS):
        body = await request.read()
    if not body.strip() and empty is not None:
        body = empty
    elif request.content_type != "application/json":
        raise Problem(415, "the body must be sent with Content-Type: application/json")
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        if is_not_json(error):
            raise Problem(400, "the body is not JSON") from error
        raise Problem(422, WRONG_BODY, violations(error, adapter)) from error


def violations(error: ValidationError, adapter: TypeAdapter[Any], *place: str | int) -> list[dict[str, str]]:
    """The first `VIOLATIONS` in what was found at a place."""
    known = _known_names(adapter.json_schema())
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [_violation(one, known, place) for one in found[:VIOLATIONS]]


def is_not_json(error: ValidationError) -> bool:
    """Whether it was no JSON at all, or has a text in it that is none; that is told at once, and alone."""
    return (
        error.error_count() == 1 and error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid"
    )


def _violation(one: Mapping[str, Any], known: list[str], place: tuple[str | int, ...]) -> dict[str, str]:
    where = pointer(*place, *(part for part in one["loc"] if part not in ("object", "list")))  # the tags of a union
    if one["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        nearest = get_close_matches(str(one["loc"][-1])[:60], known, n=1)
        entry = {"pointer": where, "detail": f"unknown; known are {', '.join(known)}"}
        return entry | {"nearest": nearest[0]} if nearest else entry
    detail = one["msg"].removeprefix("Value error, ")
    return {"pointer": where, "detail": detail}


def pointer(*parts: object) -> str:
    """The JSON pointer of a place."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _known_names(schema: Mapping[str, Any]) -> list[str]:
    names = list(schema.get("properties", {}))
    for definition in schema.get("$defs", {}).values():
        names += definition.get("properties", {})
    return names
