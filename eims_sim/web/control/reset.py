"""How does everything, or one account, begin anew (C4)?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field

from ...domain.fields import STRICT
from .operation import Asked, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBody:
    """What to reset: everything, or one account."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    account: Annotated[str | None, Field(description="Only what is this account's own.")] = None


async def reset(asked: Asked[None, ResetBody]) -> web.StreamResponse:
    """Begin anew as on a fresh start with the file last loaded; with an account, remove what is that account's own."""
    controls, name = asked.controls.world, asked.body.account
    if name is None:
        await controls.reset()
    else:
        await controls.reset_account(name)
    return web.Response(status=204)


OPERATIONS = (
    Operation(
        method="POST", path="reset", handler=reset, body=ResetBody, empty=b"{}", replies={204: None}, problems=(404,)
    ),
)
