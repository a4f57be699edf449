"""Is the simulator well?"""

from aiohttp import web
from typing_extensions import TypedDict

from ... import __version__
from ...errors import StorageError
from .door import json_response
from .operation import Asked, Operation


class HealthShown(TypedDict):
    """How the simulator is."""

    status: str
    version: str


async def show(asked: Asked[None, None]) -> web.StreamResponse:
    """Is the simulator up? 200 while the database answers, else 503; asks for no token."""
    try:
        await asked.controls.world.check_health()
    except StorageError:
        return json_response(HealthShown(status="database does not answer", version=__version__), 503)
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
