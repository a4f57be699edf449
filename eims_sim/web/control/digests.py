"""Which digest does an account take, and of what is it made (C4)?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from aiohttp import web
from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from ...domain.authentication import SEQ_WRONG, TIME_WRONG, is_seq, is_time
from ...domain.fields import STRICT
from ...protocol.limits import SEQ_DIGITS_MAX, TIME_DIGITS
from .door import json_response
from .operation import Asked, Operation


def _check_seq(seq: str) -> str:
    if not is_seq(seq):
        raise ValueError(SEQ_WRONG.sentence)
    return seq


def _check_time(time: str) -> str:
    if not is_time(time):
        raise ValueError(TIME_WRONG.sentence)
    return time


_SEQ: Final = {"type": "string", "maxLength": SEQ_DIGITS_MAX, "pattern": "^0*[1-9][0-9]*$"}
_TIME: Final = {"type": "string", "pattern": f"^({'|'.join(f'[0-9]{{{digits}}}' for digits in TIME_DIGITS)})$"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestOf:
    """What is beside the secrets in a digest, as a client would send it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    seq: Annotated[
        str, AfterValidator(_check_seq), WithJsonSchema(_SEQ), Field(description="The number of the request.")
    ] = "1"
    time: Annotated[
        Annotated[str, AfterValidator(_check_time), WithJsonSchema(_TIME)] | None,
        Field(description="Unix time in seconds or milliseconds; null: now."),
    ] = None


class PartShown(TypedDict):
    """A part of what is hashed; a secret one is masked."""

    name: Annotated[str, Field(description="account, password, seq, time or key.")]
    text: str


class DigestShown(TypedDict):
    """A digest, and what it is made of with secrets masked: whole, and part by part."""

    account: str
    seq: str
    time: str
    text: str
    parts: list[PartShown]
    digest: str


async def digest(asked: Asked[None, DigestOf]) -> web.StreamResponse:
    """The md5 password that an account takes for a seq and a time, and what is hashed for it.

    It lets in whoever sends it, so it is told to those only who may see secrets. 409 for an account that takes no
    digest.
    """
    asked.check_secrets()
    found = asked.controls.accounts.digest(asked.account, asked.body.seq, asked.body.time)
    parts = found.parts._asdict()
    return json_response(
        DigestShown(
            account=parts["account"],
            seq=parts["seq"],
            time=parts["time"],
            text=found.text,
            parts=[{"name": name, "text": text} for name, text in parts.items()],
            digest=found.digest,
        )
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="accounts/{account}/digest",
        handler=digest,
        body=DigestOf,
        empty=b"{}",
        replies={200: DigestShown},
        problems=(404, 409),
        reads=True,
    ),
)
