"""How does a good input become a bad one? Bytes and JSON are changed at random; all chance is one generator's."""

import json
from random import Random
from typing import Any

TOKENS = (
    *(
        b"\0",
        b"\r\n",
        b"\n",
        b"\r",
        b"\t",
        b" ",
        b"%",
        b"%00",
        b"%zz",
        b"%ED%A0%80",
        b"+",
        b"&",
        b"=",
        b"#",
        b"?",
        b",",
    ),
    *(b'"', b"'", b"\\", b"\\ud800", b"\\u0000", b"{", b"}", b"[", b"]", b":", b"null", b"true", b"NaN", b"-Infinity"),
    *(b"1e999", b"-0", b"0x1F", b"9" * 20, b"9" * 400, b"18446744073709551616", b"0.1", b"-1", b"1" * 5000),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc4\xe3", b"\xe2\x80\xae"),
    *("，".encode(), "９".encode(), "🙂".encode(), "\u2028".encode(), "\ufeff".encode(), "e\u0301".encode()),
)
"""What has broken parsers before."""

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 1.5, 1e308, 2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63), 10**400),
    *(
        "",
        " ",
        "0",
        "-1",
        "x",
        "\0",
        "\x7f",
        "\u202e",
        "\ufeff",
        "９",
        "🙂",
        "a" * 300,
        "1" * 5000,
        "1e5",
        "nan",
        "%00",
    ),
    *([], {}, [[]], [None], {"": 0}, {"a": {"a": {}}}, "2026-01-01T00:00:00+08:00", "0001-01-01T00:00:00+23:59"),
    *("9999-12-31T23:59:59.999999-23:59", "1969-12-31T23:59:59Z", "9223372036854.775807", "0.000001", "99999999999999"),
)
"""What settings and states are not used to."""


def mutate(generator: Random, seed: bytes, words: tuple[bytes, ...] = (), most: int = 1 << 16) -> bytes:
    """The seed with a few changes of bytes; most are one change, some are many."""
    changed = bytearray(seed)
    for _ in range(1 + int(generator.expovariate(0.7))):
        _change(generator, changed, (*TOKENS, *words))
    return bytes(changed[:most])


def _change(generator: Random, changed: bytearray, tokens: tuple[bytes, ...]) -> None:
    at = generator.randint(0, len(changed))
    size = min(len(changed) - at, 1 + int(generator.expovariate(0.2)))
    match generator.randrange(8):
        case 0 if changed:
            changed[at - 1] ^= 1 << generator.randrange(8)
        case 1:
            del changed[at : at + size]
        case 2:
            changed[at:at] = generator.choice(tokens)
        case 3:
            changed[at : at + size] = generator.choice(tokens)
        case 4:
            other = generator.randint(0, len(changed))
            changed[other:other] = changed[at : at + size]
        case 5:
            changed[at:at] = generator.randbytes(size or 1)
        case 6:
            changed[at:at] = generator.choice(tokens) * generator.choice((2, 10, 100, 1000))
        case _:
            del changed[at:]


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to each value in a JSON document."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        found += places(one, (*path, step))
    return found


def mutate_json(generator: Random, document: Any, changes: int = 1) -> Any:
    """A copy of the document with so many values changed, moved, doubled or left out."""
    copy = json.loads(json.dumps(document))
    for _ in range(changes):
        ways = places(copy)
        if not ways:
            return copy
        *path, last = generator.choice(ways)
        home = copy
        for step in path:
            home = home[step]
        match generator.randrange(7):
            case 0:
                del home[last]
            case 1 if isinstance(home, list):
                home.insert(last, json.loads(json.dumps(home[last])))
            case 1:
                home[f"{last}_"] = home.pop(last)
            case 2 | 3:
                home[last] = _near(generator, home[last])
            case 4:
                home[last] = json.loads(json.dumps(_at(copy, generator.choice(ways))))
            case _:
                home[last] = generator.choice(VALUES)
    return copy


def _at(document: Any, path: tuple[str | int, ...]) -> Any:
    try:
        for step in path:
            document = document[step]
    except (LookupError, TypeError):
        return None
    return document


def _near(generator: Random, value: Any) -> Any:
    """A value of the same kind, a little off."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + generator.choice((-1, 1, 0.5, 1000, -value, 2**40))
        case str() if value:
            return mutate(generator, value.encode()).decode(errors="replace")
        case list():
            return generator.choice((value * 2, value[::-1], value[1:]))
    return generator.choice(VALUES)


def write_oddly(generator: Random, document: Any) -> bytes:
    """JSON bytes of a document, sometimes not quite JSON: doubled names, deep nests, huge numbers, no UTF-8."""
    written = json.dumps(document, ensure_ascii=generator.random() < 0.5).encode("utf-8", "surrogatepass")
    match generator.randrange(12):
        case 0 if written.endswith(b"}") and len(written) > 2:
            return written[:-1] + b"," + written[1:]
        case 1:
            depth = generator.choice((10, 100, 250, 5000))
            return written.replace(b":", b":" + b"[" * depth + b"]" * depth + b',"x":', 1)
        case 2:
            return b"\xef\xbb\xbf" + written
        case 3 | 4:
            return mutate(generator, written)
    return written
