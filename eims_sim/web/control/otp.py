"""Which one-time code came to a number (C4)?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import AfterValidator, ConfigDict, Field
from typing_extensions import TypedDict

from ...domain.otp import CodeFilter, compile_code
from ...errors import NotFoundError
from .door import json_response
from .operation import Asked, Operation
from .shapes import QUERY, Id, OfAccount


def _takeable(pattern: str) -> str:
    compile_code(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_takeable)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeQuery:
    """Whose code, and how it is found: a run of 4 to 8 digits, or a pattern in re2's syntax."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    number: Annotated[str, Field(min_length=1, description="To this number, as it is stored.")]
    account: OfAccount = None
    after: Annotated[Id | None, Field(description="Only in messages strictly beyond this id.")] = None
    pattern: Annotated[
        Pattern | None, Field(description="What a code is, in re2's syntax: the first group, else all that matches.")
    ] = None
    wait: Annotated[
        float | None, Field(ge=0, le=300, description="How many real seconds to wait for one when there is none.")
    ] = None


class CodeShown(TypedDict):
    """A code, and the id of the message that holds it."""

    code: str
    message: int


async def newest(asked: Asked[CodeQuery, None]) -> web.StreamResponse:
    """The code in the newest message to a number that holds one; with `wait`, the first to come when none does."""
    query, codes = asked.query, asked.controls.codes
    wanted, find = CodeFilter(query.number, query.account, query.after), compile_code(query.pattern)
    if query.wait is None:
        code = await codes.newest(wanted, find)
    else:
        code = await codes.wait(wanted, find, query.wait, asked.when_lost)
    if code is None:
        raise NotFoundError(f"no message to {query.number} holds a code")
    return json_response(CodeShown(code=code.code, message=code.message))


OPERATIONS = (
    Operation(method="GET", path="otp", handler=newest, query=CodeQuery, replies={200: CodeShown}, problems=(404,)),
)
