"""How does everything, or one account, begin anew (C4)?"""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from aiohttp import web
from pydantic import ConfigDict, TypeAdapter

from ...domain.fields import STRICT
from .door import CONTROLS, read_body, refuse_query


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBody:
    """The body: nothing for everything, or one account."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    account: str | None = None


@cache
def _body() -> TypeAdapter[ResetBody]:
    return TypeAdapter(ResetBody)


async def reset(request: web.Request) -> web.StreamResponse:
    """As on a fresh start with the file last loaded."""
    refuse_query(request)
    wanted = await read_body(request, _body(), empty=b"{}")
    controls = request.app[CONTROLS]
    if wanted.account is None:
        await controls.reset()
    else:
        await controls.reset_account(wanted.account)
    return web.Response(status=204)
