"""What does the OpenAPI document consist of?"""

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any

from ... import __version__
from ..control.app import OPERATIONS
from ..control.operation import Operation
from ..control.shapes import ProblemShown
from . import calls, gateway
from .problems import problem_responses
from .schemas import Schema, generate


def document(*, guarded: bool) -> bytes:
    """The document as JSON; `guarded` says whether the control API asks for the token."""
    return json.dumps(build(OPERATIONS, guarded=guarded), ensure_ascii=False, separators=(",", ":")).encode()


def build(operations: Iterable[Operation], *, guarded: bool) -> Schema:
    """The document of these calls and of the gateway's endpoints."""
    told = sorted(operations, key=lambda operation: operation.path)
    kinds = chain.from_iterable(calls.kinds(operation) for operation in told)
    schemas, components = generate([*kinds, (ProblemShown, "serialization")])
    paths: dict[str, Any] = gateway.paths()
    for operation in told:
        paths.setdefault(calls.path(operation), {})[operation.method.lower()] = calls.describe(
            operation, schemas, guarded=guarded
        )
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "eims-sim",
            "version": __version__,
            "summary": "The simulator of the EIMS SMS gateway.",
            "description": "The gateway's endpoints, and below /_sim/ the control API.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [gateway.TAG, *calls.tags(told)],
        "paths": paths,
        "webhooks": gateway.webhooks(),
        "components": {
            "schemas": dict(sorted({**components, **gateway.SCHEMAS}.items())),
            "responses": problem_responses() | gateway.responses(),
            "headers": gateway.HEADERS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": calls.TOKEN}},
        },
    }
