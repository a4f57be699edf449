"""What is sent when a request of the journal is sent again, with the right password in it (C4)?"""

from collections.abc import Mapping

from ..protocol.signature import sign
from .accounts import AccountSettings


def is_signed(settings: AccountSettings, parameters: Mapping[str, str]) -> bool:
    """Whether the right password is a digest: where the account takes no other, or it came with seq and time."""
    if settings.auth == "any":
        return bool(parameters.get("seq") and parameters.get("time"))
    return settings.auth == "md5"


def with_password(settings: AccountSettings, parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters with the plain password, in the place where there was one."""
    return {**parameters, "password": settings.password}


def with_digest(settings: AccountSettings, parameters: Mapping[str, str], seq: str, time: str) -> dict[str, str]:
    """The parameters with a seq, a time and their digest (P1.5), in the places where there were such."""
    digest = sign(settings.account, settings.password, seq, time, settings.key)
    return {**parameters, "password": digest, "seq": seq, "time": time}
