"""Which likely mistake made a wrong md5 password of the right parts (P1.5, C5)?

Asked only when the digest is wrong. Every guess is computed and compared in constant time, so what is said is so; a
few hundred md5 of short texts are all that a wrong digest costs. What is said names the parts, never their values.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import md5
from hmac import compare_digest
from itertools import permutations
from typing import Final, NamedTuple
from urllib.parse import quote, unquote_plus

from .notation import is_digits
from .password_mistakes import explain_hash
from .signature import same_text

FORMULA: Final = "account+password+seq+time+key"


class Parts(NamedTuple):
    """What a digest is made of, seq and time as they were sent; empty what there is none of."""

    account: str
    password: str
    seq: str
    time: str
    key: str


Guess = tuple[str, bytes]
"""A mistake in words, and the digest that it leads to."""


class Family(NamedTuple):
    """Mistakes of one kind: what they have in common, and how they are tried."""

    kind: str
    guesses: Callable[[Parts], Iterator[Guess]]


_SAID: Final = Parts("the account", "the password", "seq", "time", "the key")
_SEPARATORS: Final = {mark: f'"{mark}"' for mark in "&,|:-_;+/#.*"} | {" ": "blanks", "\n": "line breaks", "\t": "tabs"}
_ENDS: Final = {"\n": "a line break", "\r\n": "a line break", " ": "a blank", "\0": "a zero byte"}
_NOTHING: Final = ("null", "None", "undefined")
_ENCODINGS: Final = ("gbk", "big5", "latin-1", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16")
_STEPS: Final = range(1, 6)

_LONGEST: Final = 128
"""No form of an md5 digest is longer."""

_new: Final = partial(md5, usedforsecurity=False)


def find_mistake(sent: str, parts: Parts) -> str | None:
    """What is wrong with a digest of 32 hex digits: it matches "if …"; None when no likely mistake made it."""
    if not looks_like_digest(sent):
        return None
    raw = bytes.fromhex(sent)
    for family in FAMILIES:
        for mistake, digest in family.guesses(parts):
            if compare_digest(digest, raw):
                return mistake
    return None


def find_form(sent: str, parts: Parts) -> str | None:
    """What is wrong with the way in which the right digest is written, or which other hash it is."""
    if len(sent) > _LONGEST:
        return None
    text = "".join(parts)
    right = _md5(text)
    for form, written in _forms(right):
        if same_text(sent.strip().lower(), written):
            return form
    if any(same_text(sent, written) for written in (_base64(right), _base64(right.hex().encode()))):
        return "it is base64"
    return explain_hash(sent, text, "of the right parts")


def looks_like_digest(sent: str) -> bool:
    """Whether a text is written like an md5 digest: 32 hex digits."""
    return len(sent) == 32 and all(char in "0123456789abcdefABCDEF" for char in sent)


def _md5(text: str) -> bytes:
    return md5(_bytes(text), usedforsecurity=False).digest()


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _with(parts: Parts, **changed: str) -> bytes:
    return _md5("".join(parts._replace(**changed)))


# --- the mistakes -------------------------------------------------------------------------------------------------


def _arranged(parts: Parts) -> Iterator[Guess]:
    raw = [_bytes(part) for part in parts]
    absent = {index for index, part in enumerate(raw) if not part}
    for indices, mistake in _arrangements():
        if absent.isdisjoint(indices):
            yield mistake, md5(b"".join([raw[index] for index in indices]), usedforsecurity=False).digest()


@cache
def _arrangements() -> tuple[tuple[tuple[int, ...], str], ...]:
    """Every choice and order of the parts but the right one, with what is wrong with it; the likely ones first."""
    right = tuple(range(len(_SAID)))
    found = {
        indices: _describe(indices)
        for count in range(len(right), 0, -1)
        for indices in permutations(right, count)
        if indices != right
    }
    likely = sorted(found, key=lambda indices: ("made of" in found[indices], -len(indices)))
    return tuple((indices, found[indices]) for indices in likely)


def _describe(indices: tuple[int, ...]) -> str:
    names = [Parts._fields[index] for index in indices]
    left_out = [_SAID[index] for index in range(len(_SAID)) if index not in indices]
    moved = sorted(index for at, index in enumerate(sorted(indices)) if indices[at] != index)
    if len(indices) == 1:
        return f"{_SAID[indices[0]]} alone is hashed"
    if not moved:
        return f"{_enumerate(left_out)} {'is' if len(left_out) == 1 else 'are'} missing"
    if not left_out and len(moved) == 2:
        return f"{Parts._fields[moved[0]]} and {Parts._fields[moved[1]]} are swapped"
    return f"it is made of {'+'.join(names)} where it should be"


def _enumerate(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _counted(parts: Parts) -> Iterator[Guess]:
    seq, time = parts.seq, parts.time
    for constant in "10":
        yield f"seq is {constant} in it, but another in the request", _with(parts, seq=constant)
    for name in ("seq", "time", "key"):
        for nothing in _NOTHING:
            yield f"the word {nothing} stands in it for {name}", _with(parts, **{name: nothing})
    if not (is_digits(seq) and is_digits(time)):
        return
    yield "seq is one higher in it than in the request", _with(parts, seq=str(int(seq) + 1))
    yield "seq is one lower in it than in the request", _with(parts, seq=str(int(seq) - 1))
    yield "seq is without its leading zeros in it", _with(parts, seq=str(int(seq)))
    yield "time is in milliseconds in it, but in seconds in the request", _with(parts, time=f"{time}000")
    yield "time is in seconds in it, but in milliseconds in the request", _with(parts, time=time[:-3])
    yield "time is a fraction in it", _with(parts, time=f"{time}.0")
    for step in _STEPS:
        yield "time is a little earlier in it than in the request", _with(parts, time=str(int(time) - step))
        yield "time is a little later in it than in the request", _with(parts, time=str(int(time) + step))


def _spelled(parts: Parts) -> Iterator[Guess]:
    password = _bytes(parts.password)
    hashed = _new(password).hexdigest()
    yield "the password is hashed twice", _with(parts, password=hashed)
    yield "the password is hashed twice, first to capitals", _with(parts, password=hashed.upper())
    yield "the password is hashed twice, first to 16 digits", _with(parts, password=hashed[8:24])
    yield "the password is in base64 in it", _with(parts, password=_base64(password))
    yield "the password stands in it for the key", _with(parts, key=parts.password)
    yield "the key stands in it for the password", _with(parts, password=parts.key)
    for name in ("account", "password", "key"):
        part, said = getattr(parts, name), getattr(_SAID, name)
        yield f"{said} is in small letters in it, which differs only in case", _with(parts, **{name: part.lower()})
        yield f"{said} is in capitals in it, which differs only in case", _with(parts, **{name: part.upper()})
        yield f"{said} is capitalized in it, which differs only in case", _with(parts, **{name: part.capitalize()})
        yield f"the blanks around {said} are missing in it", _with(parts, **{name: part.strip()})
        yield f"{said} is percent-encoded in it", _with(parts, **{name: quote(_bytes(part), safe="")})
        yield f"{said} is percent-decoded in it", _with(parts, **{name: unquote_plus(part)})
    for name, part, said in zip(Parts._fields, parts, _SAID, strict=True):
        for end, words in _ENDS.items():
            yield f"{words} follows {said} in it", _with(parts, **{name: part + end})
    yield "a blank comes first in it", _with(parts, account=f" {parts.account}")


def _joined(parts: Parts) -> Iterator[Guess]:
    for separator, words in _SEPARATORS.items():
        yield f"its parts are separated by {words}", _md5(separator.join(parts))
    pairs = [f"{name}={part}" for name, part in zip(Parts._fields, parts, strict=True)]
    for separator in ("&", "", ","):
        yield "its parts are written name=value", _md5(separator.join(pairs))
        yield "its parts are written name=value and sorted", _md5(separator.join(sorted(pairs)))


def _hashed(parts: Parts) -> Iterator[Guess]:
    text = "".join(parts)
    right = _md5(text)
    yield "it is hashed twice", _md5(right.hex())
    yield "it is hashed twice, first to capitals", _md5(right.hex().upper())
    yield "it is hashed twice, first to bytes", _new(right).digest()
    for name in ("key", "password"):
        key = _bytes(getattr(parts, name))
        for signed in (text, "".join(parts[:4])) if key else ():
            yield f"it is an HMAC with the {name}", hmac.new(key, _bytes(signed), _new).digest()
    for encoding in _ENCODINGS:
        try:
            encoded = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        yield f"its text is encoded in {encoding.upper()}, not in UTF-8", _new(encoded).digest()
    yield "its text has a ? for what is no ASCII", _new(text.encode("ascii", "replace")).digest()


FAMILIES: Final = (
    Family("parts swapped, left out or in another order", _arranged),
    Family("another seq or time in the digest than in the request", _counted),
    Family("a part written in another way: hashed before, other case, blanks, escapes", _spelled),
    Family("something between the parts", _joined),
    Family("hashed in another way: twice, as an HMAC, in another encoding", _hashed),
)
"""What is tried, the likely first."""


def _forms(right: bytes) -> Iterator[tuple[str, str]]:
    """Other ways to write a digest; blanks around it and capitals do not count."""
    digits = right.hex()
    yield "there are blanks or a line break around it", digits
    yield "only its middle 16 digits are sent", digits[8:24]
    yield "only its first 16 digits are sent", digits[:16]
    yield "only its last 16 digits are sent", digits[16:]
    for separator in "-: ":
        yield "there are marks between its digits", right.hex(separator)
    for around in (f"0x{digits}", f'"{digits}"', f"'{digits}'", f"{{md5}}{digits}"):
        yield "there is something around it", around
    yield "its leading zeros are missing", digits.lstrip("0")
    yield "its bytes lost their leading zeros", "".join(f"{byte:x}" for byte in right)
    signed = [byte if byte < 128 else byte + 0xFFFFFF00 for byte in right]
    yield "its bytes are written as signed numbers", "".join(f"{byte:x}" for byte in signed)
    yield "its bytes are written as signed numbers", "".join(f"{byte:02x}" for byte in signed)
