"""How is the configuration read again (C3)?"""

from aiohttp import web
from typing_extensions import TypedDict

from ...errors import ConfigurationError
from .door import Problem, json_response
from .operation import Asked, Operation


class ReloadShown(TypedDict):
    """What a reload could not change: keys that are read at the start only."""

    restart: list[str]


async def reload(asked: Asked[None, None]) -> web.StreamResponse:
    """Read the configuration again, as SIGHUP does; a bad one is refused with its errors and changes nothing."""
    try:
        restart = await asked.controls.world.reload()
    except ConfigurationError as error:
        errors = [{"pointer": "", "detail": problem} for problem in error.problems]
        raise Problem(422, "the configuration cannot be used; the last good one stays", errors) from error
    return json_response(ReloadShown(restart=list(restart)))


OPERATIONS = (Operation(method="POST", path="reload", handler=reload, replies={200: ReloadShown}, problems=(422,)),)
