"""How does a state hold an account (C4)? Its settings, the money that it has, and what is remembered beside them."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from .accounts import SECRETS, AccountSettings
from .fields import STRICT, Money, Secret
from .state_fields import Amount

_COUNTED: Final[Mapping[str, Any]] = {
    "first_balance": Annotated[Money, Field(description="The money it began with, which a reset gives back.")],
    "first_gift": Annotated[Money, Field(description="The gift it began with.")],
    "last_seq": Annotated[int, Field(ge=0, lt=10**18, description="The last seq used; seq_policy increasing.")],
    "failures": Annotated[int, Field(ge=0, le=10**9, description="Failed authentications in a row.")],
    "origin": Annotated[Literal["file", "control", "auto"], Field(description="Who made it.")],
    "disabled": Annotated[bool, Field(description="In an earlier configuration file, and in none now.")],
}
_INSTEAD: Final[Mapping[str, Any]] = {
    "password": Annotated[Secret | None, Field(description="Null keeps what the server has.")],
    "key": Annotated[str | None, Field(description="Null keeps what the server has.")],
    "balance": Annotated[Amount, Field(description="The money that it has now.")],
    "gift": Annotated[Amount, Field(description="The gift that it has now.")],
}


def _account_members() -> list[Any]:
    """The settings of an account in their order, with what differs in a state, and what a state adds."""
    members: list[Any] = []
    for setting in fields(AccountSettings):
        if setting.name in _INSTEAD:
            members.append((setting.name, _INSTEAD[setting.name]))
        elif setting.default is MISSING:
            members.append((setting.name, setting.type))
        else:
            members.append((setting.name, setting.type, field(default=setting.default)))
    return members + list(_COUNTED.items())


AccountInState: Final[Any] = make_dataclass(
    "AccountInState",
    _account_members(),
    frozen=True,
    slots=True,
    kw_only=True,
    namespace={
        "__doc__": "An account: its settings, the money that it has, and what is remembered of its requests.",
        "__pydantic_config__": STRICT,
    },
)


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account as a state has it. `given` are its settings but for the secrets; a secret that is None is kept."""

    given: Mapping[str, Any]
    password: str | None = field(repr=False)
    key: str | None = field(repr=False)
    balance: int
    gift: int
    last_seq: int
    failures: int
    origin: str
    disabled: bool

    @classmethod
    def of(cls, read: Any) -> "AccountState":
        """From an AccountInState."""
        given = {one.name: getattr(read, one.name) for one in fields(AccountSettings) if one.name not in SECRETS}
        given |= {"balance": read.first_balance, "gift": read.first_gift}
        rest = {one.name: getattr(read, one.name) for one in fields(cls) if one.name != "given"}
        return cls(given, **rest)

    @property
    def name(self) -> str:
        """The name that clients send."""
        name: str = self.given["account"]
        return name

    def settings(self, kept: AccountSettings | None) -> AccountSettings:
        """Its settings; where a secret is None, that of `kept`, the account of this name that there is."""
        # open: a key that is null, and no account to have kept it. Who takes the plain password needs none.
        password, key = self.password, self.key
        if kept is not None:
            password = kept.password if password is None else password
            key = kept.key if key is None else key
        return AccountSettings(**self.given, password=password or "", key=key or "")
