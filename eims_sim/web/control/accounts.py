"""Which accounts are there, and how do they come, change and go (C4)?"""

from dataclasses import dataclass, fields
from types import GenericAlias
from typing import Annotated, Any, ClassVar, Final, get_type_hints

from aiohttp import web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from ...domain.accounts import SECRETS, AccountChange, AccountRecord, AccountSettings, TopUp
from ...domain.fields import STRICT, Secret, show_money
from ...domain.lists import NamePage
from .door import json_response
from .operation import Asked, Operation, adapter
from .shapes import QUERY, Limit, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsQuery:
    """Whether to show passwords and keys."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    secrets: Annotated[bool, Field(description="Show password and key.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery(SecretsQuery):
    """The parameters of the list: as of every other, but by name."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    order: Order = "asc"
    limit: Limit = 100
    after: Annotated[str | None, Field(description="Only what is strictly beyond this name.")] = None
    contains: Annotated[str, Field(description="Only names with this in them, whatever its case.")] = ""

    def page(self) -> NamePage:
        """The part of the list that is wanted."""
        return NamePage(self.limit, self.after, self.order == "desc")


_Shape: Final[Any] = TypedDict  # mypy knows only keys that are written down; these are those of the settings

_hints: Final = get_type_hints(AccountSettings, include_extras=True)
_settings: Final = {setting.name: _hints[setting.name] for setting in fields(AccountSettings)}
_kept: Final = "What it is to be from now on; null: as it is."

AccountShown: Final = _Shape(
    "AccountShown",
    _settings
    | dict.fromkeys(SECRETS, Annotated[str | None, Field(description="Null unless secrets are asked for.")])
    | {
        "disabled": Annotated[bool, Field(description="It was in an earlier file and is in none now.")],
        "failures": Annotated[int, Field(description="Failed authentications in a row.")],
    },
)
AccountShown.__doc__ = "An account: its settings, and the money that it has now."

AccountListing: Final = _Shape(
    "AccountListing", {"items": GenericAlias(list, AccountShown), "next": str | None, "total": int}
)
AccountListing.__doc__ = "A page of the accounts."

AccountChanged: Final = _Shape(
    "AccountChanged",
    _settings
    | {
        "password": Annotated[Secret | None, Field(description=_kept)],
        "key": Annotated[str | None, Field(description=_kept, json_schema_extra={"writeOnly": True})],
    },
    total=False,
)
AccountChanged.__doc__ = "What is to change of an account: any of its settings."
AccountChanged.__pydantic_config__ = STRICT


def show_account(record: AccountRecord, *, secrets: bool) -> dict[str, Any]:
    """An account as JSON."""
    shown: dict[str, Any] = adapter(AccountSettings).dump_python(record.account.settings, mode="json")
    if not secrets:
        shown |= dict.fromkeys(SECRETS)
    shown |= {"balance": show_money(record.balance), "gift": show_money(record.gift), "locked": record.locked}
    return shown | {"disabled": record.account.disabled, "failures": record.failures}


async def listed(asked: Asked[AccountQuery, None]) -> web.StreamResponse:
    """The accounts by name, with the money that they have now."""
    if asked.query.secrets:
        asked.check_secrets()
    found = asked.controls.accounts.listed(asked.query.page(), asked.query.contains)
    items = [show_account(record, secrets=asked.query.secrets) for record in found.items]
    return json_response({"items": items, "next": items[-1]["account"] if items else None, "total": found.total})


async def one(asked: Asked[SecretsQuery, None]) -> web.StreamResponse:
    """One account with the money that it has now."""
    if asked.query.secrets:
        asked.check_secrets()
    return json_response(show_account(asked.controls.accounts.one(asked.account), secrets=asked.query.secrets))


async def add(asked: Asked[None, AccountSettings]) -> web.StreamResponse:
    """Make an account; `balance` and `gift` are the money that it has then. It stays, whatever the file says."""
    return json_response(show_account(await asked.controls.accounts.add(asked.body), secrets=False), 201)


async def change(asked: Asked[None, dict[str, Any]]) -> web.StreamResponse:
    """Change the settings that are given, from the next request on; `balance` and `gift` set the money it has now.

    A secret that is null stays as it is. Unlocking forgets failed authentications.
    """
    record = await asked.controls.accounts.change(asked.account, AccountChange(asked.body))
    return json_response(show_account(record, secrets=False))


async def top_up(asked: Asked[None, TopUp]) -> web.StreamResponse:
    """Add to the money that an account has now, at most 10^12 in all; what it is charged meanwhile is not lost."""
    return json_response(show_account(await asked.controls.accounts.top_up(asked.account, asked.body), secrets=False))


async def remove(asked: Asked[None, None]) -> web.StreamResponse:
    """Remove an account with its messages, inbound and reports. One of the file comes back when that is read again."""
    await asked.controls.accounts.remove(asked.account)
    return web.Response(status=204)


OPERATIONS = (
    Operation(method="GET", path="accounts", handler=listed, query=AccountQuery, replies={200: AccountListing}),
    Operation(
        method="POST",
        path="accounts",
        handler=add,
        body=AccountSettings,
        replies={201: AccountShown},
        problems=(409,),
    ),
    Operation(
        method="GET",
        path="accounts/{account}",
        handler=one,
        query=SecretsQuery,
        replies={200: AccountShown},
        problems=(404,),
    ),
    Operation(
        method="PATCH",
        path="accounts/{account}",
        handler=change,
        body=AccountChanged,
        replies={200: AccountShown},
        problems=(404,),
    ),
    Operation(
        method="POST",
        path="accounts/{account}/topup",
        handler=top_up,
        body=TopUp,
        replies={200: AccountShown},
        problems=(404,),
    ),
    Operation(method="DELETE", path="accounts/{account}", handler=remove, replies={204: None}, problems=(404,)),
)
