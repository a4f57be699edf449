"""Is the simulator well?"""

from aiohttp import web

from ... import __version__
from ...errors import StorageError
from .door import CONTROLS, json_response, refuse_query


async def show(request: web.Request) -> web.StreamResponse:
    """200 while the database answers, else 503."""
    refuse_query(request)
    try:
        await request.app[CONTROLS].check_health()
    except StorageError:
        return json_response({"status": "database does not answer", "version": __version__}, 503)
    return json_response({"status": "ok", "version": __version__})
