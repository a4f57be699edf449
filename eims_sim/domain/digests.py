"""What is hashed for an account's md5 password (P1.5), and how may it be shown?"""

from typing import NamedTuple

from ..errors import ConflictError
from ..protocol.digest_mistakes import Parts
from ..protocol.limits import TIME_DIGITS
from ..protocol.notation import SECOND
from ..protocol.signature import sign
from .accounts import SECRETS, AccountSettings
from .masking import MASKED


class Digest(NamedTuple):
    """A right md5 password, and the parts of what it hashes in their order, the secret ones masked."""

    parts: Parts
    digest: str

    @property
    def text(self) -> str:
        """What is hashed, secrets masked."""
        return "".join(self.parts)


def calculate(settings: AccountSettings, seq: str, time: str) -> Digest:
    """The digest that the account takes for a seq and a time. Raises ConflictError when it takes none."""
    if settings.auth == "plain":
        raise ConflictError(
            f"account {settings.account!r} takes its plain password and would refuse a digest: "
            'set its auth to "md5" or "any" and give it a key'
        )
    parts = Parts(settings.account, settings.password, seq, time, settings.key)
    return Digest(parts._replace(**dict.fromkeys(SECRETS, MASKED)), sign(*parts))


def write_time(moment: int) -> str:
    """A moment as clients send it: Unix seconds in 10 digits; near the end of what those can say when it is beyond."""
    seconds = min(max(moment // SECOND, 0), 10 ** TIME_DIGITS[0] - 1)
    return f"{seconds:0{TIME_DIGITS[0]}}"
