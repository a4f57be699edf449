"""Is the simulator well?"""

from typing import NotRequired

from aiohttp import web
from typing_extensions import TypedDict

from ... import __version__
from ...errors import OverloadedError, StorageError
from .door import json_response
from .operation import Asked, Operation


class HealthShown(TypedDict):
    """How the simulator is."""

    status: str
    version: str
    reason: NotRequired[str]


async def show(asked: Asked[None, None]) -> web.StreamResponse:
    """Is the simulator up? 200 while the database can be written to, else 503 with the reason; asks for no token."""
    try:
        await asked.controls.world.check_health()
    except (StorageError, OverloadedError) as error:
        shown = HealthShown(status="database does not answer", version=__version__, reason=str(error))
        return json_response(shown, 503)
    return json_response(HealthShown(status="ok", version=__version__))


OPERATIONS = (
    Operation(
        method="GET",
        path="health",
        handler=show,
        replies={200: HealthShown, 503: HealthShown},
        open_to_all=True,
    ),
)
