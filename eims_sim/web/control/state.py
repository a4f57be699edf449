"""How is everything taken out, and put in (C4)? One document, written and read as it comes and goes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from pydantic import GetCoreSchemaHandler

from ...engine.clock import real_sleep
from ..connection import BODY_SECONDS, logger
from .accounts import SecretsQuery
from .door import HEADERS, Problem
from .operation import JSON, Asked, Operation

if TYPE_CHECKING:
    from ...domain.state import State

STATE_BYTES: Final = 256 * 1024 * 1024
"""The largest document that is read, after decompression."""

PART: Final = 64 * 1024
"""So many bytes are read or written at a time."""

STALL_SECONDS: Final = 20.0
"""A client that takes nothing for so long is dropped: while it reads, the database's log cannot be emptied."""


class StateDocument:
    """The type of the document, which is loaded when it is first asked for."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """As that of the document."""
        from . import state_document

        return handler(state_document.StateDocument)


async def export(asked: Asked[SecretsQuery, None]) -> web.StreamResponse:
    """Everything but the journal as it is at this moment, as one document. Writing goes on meanwhile."""
    from .state_writing import write_state

    secrets = asked.query.secrets
    if secrets:
        asked.check_secrets()
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": f"{JSON}; charset=utf-8"})
    try:
        async with asked.controls.state.exported() as exported:
            texts = write_state(exported, asked.zone, secrets=secrets)
            async with aclosing(texts), aclosing(_parts(texts)) as parts:
                async for part in parts:
                    async with asyncio.timeout(STALL_SECONDS):
                        await _send(response, asked.request, part)
        await response.write_eof()
    except Exception as error:
        if not response.prepared:
            raise
        # The client took a part for an answer: it is to see that the rest is missing.
        logger.warning("an export of the state ended too early: %s", error or type(error).__name__)
        if asked.request.transport is not None:
            asked.request.transport.abort()
        raise ConnectionResetError from error
    return response


async def _send(response: web.StreamResponse, request: web.Request, part: bytes) -> None:
    if not response.prepared:
        await response.prepare(request)
    await response.write(part)


async def _parts(texts: AsyncIterator[str]) -> AsyncGenerator[bytes]:
    """Texts as bytes, gathered."""
    gathered: list[str] = []
    size = 0
    async for text in texts:
        gathered.append(text)
        size += len(text)
        if size >= PART:
            yield "".join(gathered).encode()
            gathered, size = [], 0
    yield "".join(gathered).encode()


async def replace(asked: Asked[None, None]) -> web.StreamResponse:
    """Put a document in the place of everything but the journal, in one transaction or not at all.

    A password or key that is null stays as it is. Who waits for something is let go.
    """
    if asked.request.content_type != JSON:
        raise Problem(415, f"the body must be sent with Content-Type: {JSON}")
    with asked.controls.state.importing():
        await asked.controls.state.replace(await _read(asked.request))
    return web.Response(status=204)


async def _read(request: web.Request) -> "State":
    """The state in the body, which may be larger than any other. Raises 400, 413, 422."""
    from .state_reading import StateReading

    too_large = Problem(413, f"a state is read up to {STATE_BYTES // 2**20} MiB")
    if (request.content_length or 0) > STATE_BYTES:
        raise too_large
    reading, size = StateReading(), 0
    while True:
        async with asyncio.timeout(BODY_SECONDS):
            part = await request.content.read(PART)
        if not part:
            return reading.finish()
        size += len(part)
        if size > STATE_BYTES:
            raise too_large
        reading.feed(part)
        await real_sleep(0)  # others have their turn


OPERATIONS = (
    Operation(method="GET", path="state", handler=export, query=SecretsQuery, replies={200: StateDocument}),
    Operation(method="PUT", path="state", handler=replace, body=StateDocument, streamed=True, replies={204: None}),
)
