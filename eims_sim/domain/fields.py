"""Which kinds of values do settings take? Each kind is described once; file, API and documents read the description."""

from ipaddress import ip_network
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from ..protocol.codes import STATES, ReportCode
from ..protocol.notation import UNIT, read_money, write_money
from .delays import LONGEST_SECONDS, Delay, Fixed, Lognormal, Uniform
from .matching import KINDS, Matcher, compile_template

STRICT: Final = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
"""Unknown keys and wrong types are refused, never guessed, and a failure that is logged repeats no value. Validate JSON
with it, not Python objects: a strict dataclass takes a JSON object but no dict."""

MONEY_MAX: Final = 10**12 * UNIT


def read_amount(value: object, most: int) -> int:
    """Micro-units of a decimal text or an integer, up to `most`. Raises ValueError."""
    if isinstance(value, float):
        raise ValueError('money is a string or an integer, never a float: write "0.05"')
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('money is a string or an integer, such as "0.05" or 100')
    amount = read_money(str(value))
    if amount is None or amount > most:
        bound = "10^12" if most == MONEY_MAX else show_money(most)
        raise ValueError(f'money has at most 6 decimals and lies between 0 and {bound}, such as "0.05"')
    return amount


def _read_money(value: object) -> int:
    return read_amount(value, MONEY_MAX)


def show_money(amount: int) -> str:
    """Micro-units as settings write them, without needless zeros: `0.05`, `100`."""
    text = write_money(amount).rstrip("0")
    return text.rstrip(".")


Money = Annotated[
    int,
    PlainValidator(_read_money),
    PlainSerializer(show_money, return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^(0?[0-9]{1,12}(\.[0-9]{1,6})?|1000000000000(\.0{1,6})?)$"},
                {"type": "integer", "minimum": 0, "maximum": MONEY_MAX // UNIT},
            ]
        },
        mode="validation",
    ),
]
"""Micro-units inside, decimal text outside."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _seconds(value: object, name: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= LONGEST_SECONDS:
        raise ValueError(f"{name} is a number of seconds from 0 to {LONGEST_SECONDS}")
    return float(value)


def _read_delay(value: object) -> Delay:
    forms = "a delay is a number of seconds, {uniform = [0.1, 2.0]} or {lognormal = {median = 1.0, sigma = 0.5}}"
    if isinstance(value, Fixed | Uniform | Lognormal):
        return value
    if _is_number(value):
        return Fixed(_seconds(value, "a delay"))
    match value:
        case {"uniform": [low, high], **rest} if not rest:
            bounds = Uniform(_seconds(low, "uniform[0]"), _seconds(high, "uniform[1]"))
            if bounds.low > bounds.high:
                raise ValueError("uniform needs its lower bound first")
            return bounds
        case {"lognormal": {"median": median, "sigma": sigma, **more}, **rest} if not rest and not more:
            if not isinstance(sigma, int | float) or isinstance(sigma, bool) or not 0 <= sigma <= 10:
                raise ValueError("lognormal.sigma is a number from 0 to 10")
            return Lognormal(_seconds(median, "lognormal.median"), float(sigma))
    raise ValueError(forms)


def _show_delay(delay: Delay) -> Any:
    match delay:
        case Fixed(seconds):
            return seconds
        case Uniform(low, high):
            return {"uniform": [low, high]}
        case Lognormal(median, sigma):
            return {"lognormal": {"median": median, "sigma": sigma}}


_SECONDS_SCHEMA: Final = {"type": "number", "minimum": 0, "maximum": LONGEST_SECONDS}

DelayField = Annotated[
    Delay,
    PlainValidator(_read_delay),
    PlainSerializer(_show_delay),
    WithJsonSchema(
        {
            "anyOf": [
                _SECONDS_SCHEMA,
                {
                    "type": "object",
                    "properties": {
                        "uniform": {"type": "array", "items": _SECONDS_SCHEMA, "minItems": 2, "maxItems": 2}
                    },
                    "required": ["uniform"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {
                        "lognormal": {
                            "type": "object",
                            "properties": {
                                "median": _SECONDS_SCHEMA,
                                "sigma": {"type": "number", "minimum": 0, "maximum": 10},
                            },
                            "required": ["median", "sigma"],
                            "additionalProperties": False,
                        }
                    },
                    "required": ["lognormal"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""Seconds, or a distribution of them (P9.1)."""


def _matcher_field(*kinds: str) -> Any:
    def read(value: object) -> Matcher:
        if isinstance(value, Matcher):
            return value
        if not isinstance(value, dict) or len(value) != 1:
            raise ValueError(f'exactly one matcher of {", ".join(kinds)}, such as {{{kinds[0]} = "…"}}')
        ((kind, text),) = value.items()
        if kind not in kinds:
            raise ValueError(f"{kind!r} does not match here; known are {', '.join(kinds)}")
        if not isinstance(text, str):
            raise ValueError(f"{kind} compares with a string")
        matcher = Matcher(kind, text)
        matcher.compile()
        return matcher

    schema = {
        "type": "object",
        "properties": {kind: {"type": "string"} for kind in kinds},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
    return Annotated[Matcher, PlainValidator(read), PlainSerializer(lambda m: {m.kind: m.text}), WithJsonSchema(schema)]


Enabled = Annotated[
    bool,
    Field(description="One that is off never applies, and keeps its id, place and count.", exclude_if=bool),
]
"""The switch of a rule or a fault; it is written only where it is off."""

NumberMatcher = _matcher_field("exact", "prefix", "suffix", "regex")
ContentMatcher = _matcher_field("exact", "contains", "regex")
SenderMatcher = _matcher_field(*KINDS)


def _check_outcome(value: int) -> int:
    if value not in STATES:
        raise ValueError(
            "an outcome is 0, a report code (1001 to 1023 without 1015), or 1 / 2 to stay unsent / sending"
        )
    return value


Outcome = Annotated[int, AfterValidator(_check_outcome), WithJsonSchema({"enum": sorted(STATES)})]
"""How a message ends: 0, a code of P7, or 1 / 2 to stay."""


def _check_code(value: int) -> int:
    if value not in _CODES:
        raise ValueError("a final state is 0 or a report code (1001 to 1023 without 1015)")
    return value


_CODES: Final = frozenset(map(int, ReportCode))

FinalState = Annotated[int, AfterValidator(_check_code), WithJsonSchema({"enum": sorted(_CODES)})]
"""How a message has ended: 0 or a code of P7."""


def _check_cidr(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        raise ValueError("an address or network such as 10.0.0.0/8 or 2001:db8::/32") from None
    return value


Cidr = Annotated[
    str, AfterValidator(_check_cidr), WithJsonSchema({"type": "string", "pattern": "^[0-9A-Fa-f:.]+(/[0-9.]+)?$"})
]


def _check_word(value: str) -> str:
    if not value.strip():
        raise ValueError("an empty word is in every content; name one, or leave the list empty")
    return value


Word = Annotated[str, AfterValidator(_check_word), WithJsonSchema({"type": "string", "pattern": r"\S"})]


def _check_template(value: str) -> str:
    if not value:
        raise ValueError('an empty template matches nothing; write one such as "Your code is {code}."')
    compile_template(value)
    return value


Template = Annotated[str, AfterValidator(_check_template), WithJsonSchema({"type": "string", "minLength": 1})]


def _check_url(value: str) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
        usable = (
            not any(char.isspace() for char in value)
            and parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("an http or https URL with a host, such as http://127.0.0.1:8080/reports")
    return value


CallbackUrl = Annotated[
    str, AfterValidator(_check_url), WithJsonSchema({"type": "string", "pattern": r"^([Hh][Tt][Tt][Pp][Ss]?://\S+)?$"})
]


def _check_host_or_cidr(value: str) -> str:
    if "/" in value:
        return _check_cidr(value)
    if not value or any(char.isspace() for char in value):
        raise ValueError("a host name, an address or a network")
    return value


HostOrCidr = Annotated[str, AfterValidator(_check_host_or_cidr)]


def _check_token(value: str) -> str:
    if not value.isascii() or any(not char.isprintable() or char.isspace() for char in value):
        raise ValueError("a token of visible ASCII characters, without blanks: it travels in a header")
    return value


Token = Annotated[str, AfterValidator(_check_token)]


def _check_host(value: str) -> str:
    if not value or any(char.isspace() or char in "/:@" for char in value):
        raise ValueError("a host name alone, such as sim.example.com")
    return value


HostName = Annotated[str, AfterValidator(_check_host)]


def _check_number(value: str) -> str:
    if not (
        3 <= len(value.removeprefix("+")) <= 20
        and value.removeprefix("+").isascii()
        and value.removeprefix("+").isdigit()
    ):
        raise ValueError("a number of 3 to 20 digits after an optional +")
    return value


Number = Annotated[
    str, AfterValidator(_check_number), WithJsonSchema({"type": "string", "pattern": r"^\+?[0-9]{3,20}$"})
]


def is_name(text: str) -> bool:
    """Whether an account may have this name."""
    return bool(text) and text == text.strip() and len(text) <= 128 and all(ord(char) >= 32 for char in text)


def _check_name(value: str) -> str:
    if not is_name(value):
        raise ValueError("a name of 1 to 128 characters, without control characters or blanks around it")
    return value


Name = Annotated[
    str,
    AfterValidator(_check_name),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
            "pattern": r"^[^\x00-\x1f\s]([^\x00-\x1f]*[^\x00-\x1f\s])?$",
        }
    ),
]

Secret = Annotated[str, Field(min_length=1, json_schema_extra={"writeOnly": True})]
"""A text that never reaches a log, an error or a list."""
