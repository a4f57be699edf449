"""How does a wrong plain password come of the right one (C5)?

Asked only when the password is wrong; each guess is computed and compared in constant time, so what is said is so.
"""

from base64 import b64encode
from collections.abc import Callable
from hashlib import new
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote, unquote_plus

from .pairs import Values
from .signature import same_text

MISTAKES: Final[dict[str, Callable[[str, str], tuple[str, str]]]] = {
    "it differs only in case": lambda sent, right: (sent.casefold(), right.casefold()),
    "it differs only in the blanks around it": lambda sent, right: (sent.strip(), right.strip()),
    "it has quotes around it": lambda sent, right: (sent, f'"{right}"' if sent[:1] == '"' else f"'{right}'"),
    "it is percent-encoded once too often": lambda sent, right: (unquote(sent), right),
    "a + in it became a blank: write %2B": lambda sent, right: (sent, right.replace("+", " ")),
    "a % in it was read as an escape: write %25": lambda sent, right: (sent, unquote_plus(right)),
    "it is base64 of the right one": lambda sent, right: (sent, b64encode(_bytes(right)).decode()),
    "its characters are full-width": lambda sent, right: (normalize("NFKC", sent), right),
}
"""What may be wrong, and the two texts that are the same then."""

CUT_AT_AMPERSAND: Final = "it was cut at an & that is not escaped: write %26"
CUT_AT_HASH: Final = "it was cut at a # that is not escaped: write %23"

_HASHES: Final = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
"""By the number of their hex digits."""

_PIECES: Final = 4
_LONGER: Final = 12
"""What is that many times as long as the right password, and longer than any hash, was not made of it."""


def explain_password(sent: Values, right: str) -> str | None:
    """How the parameter `password` comes of the right one, in words; None when in no likely way.

    `sent` holds the parameters in the order in which they came.
    """
    password = sent["password"]
    if len(password) > max(_LONGER * len(right), *_HASHES):
        return None
    for mistake, texts in MISTAKES.items():
        if same_text(*texts(password, right)):
            return mistake
    return cut_short(sent, "password", lambda text: same_text(text, right), right) or explain_hash(
        password, right, "of the plain password"
    )


def cut_short(sent: Values, name: str, is_right: Callable[[str], bool], right: str | None = None) -> str | None:
    """Whether an `&` or a `#` that is not escaped cut the value, what follows being the rest of it.

    Of what follows a `#` nothing arrives: it takes the `right` text to see that.
    """
    names = list(sent)
    text = sent[name]
    following = names[names.index(name) + 1 :]
    if right is not None and not following and same_text(text + "#", right[: len(text) + 1]):
        return CUT_AT_HASH
    for other in following[:_PIECES]:
        if is_right(f"{text}&{other}"):
            return CUT_AT_AMPERSAND
        text = f"{text}&{other}={sent[other]}"
        if is_right(text):
            return CUT_AT_AMPERSAND
    return None


def explain_hash(sent: str, text: str, of_what: str) -> str | None:
    """Whether a text is written like another hash than md5, and whether it is that hash of `text`."""
    kind = _HASHES.get(len(sent))
    if kind is None or not sent.isalnum():
        return None
    try:
        raw = bytes.fromhex(sent)
    except ValueError:
        return None
    name = f"SHA-{kind[3:]}"
    if same_text(raw.hex(), new(kind, _bytes(text)).hexdigest()):
        return f"it is the {name} {of_what}"
    return f"{len(sent)} hex digits look like {name}"


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
