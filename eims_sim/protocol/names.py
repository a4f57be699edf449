"""Which parameter, or which path, was meant by a name that the gateway does not know (P1.3, P1.8)?"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import islice
from typing import Final

from ..diagnosis import Note

COMMON: Final = ("version", "account", "password", "seq", "time")
PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "getbalance": COMMON,
    "sendsms": (*COMMON, "smstype", "mmstitle", "sender", "numbers", "content", "sendtime"),
    "getreport": (*COMMON, "ids"),
    "getsms": (*COMMON, "start_time"),
}
"""The parameters of each endpoint (P1.4)."""

METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "getbalance": ("GET",),
    "sendsms": ("GET", "POST"),
    "getreport": ("GET",),
    "getsms": ("GET",),
}
"""How each endpoint may be asked (P1.1)."""

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "version": ("v", "ver", "apiversion"),
    "account": ("user", "username", "userid", "userno", "uid", "login", "accountid", "accountname", "appid", "akun"),
    "password": (
        *("pass", "passwd", "pwd", "psw", "userpwd", "secret", "passwort", "passwordpengguna", "sandi", "katasandi"),
        *("senha", "contrasena", "clave", "motdepasse", "parola", "sifre", "matkhau", "mima"),
    ),
    "seq": ("sequence", "seqno", "seqnum", "sequenceno", "serial", "serialno", "nonce"),
    "time": ("timestamp", "ts", "datetime", "unixtime"),
    "smstype": ("type", "msgtype", "messagetype"),
    "mmstitle": ("title", "subject"),
    "sender": ("from", "senderid", "sendername", "source", "sourceaddr", "srcaddr", "originator", "oa"),
    "numbers": (
        *("number", "mobile", "mobiles", "mobileno", "mobilenumber", "msisdn", "phone", "phones", "phoneno"),
        *("phonenumber", "phonenumbers", "tel", "telephone", "to", "sendid", "sendto", "dest", "destination"),
        *("destaddr", "da", "recipient", "recipients", "receiver", "receivers", "contact", "contacts"),
        *("nomor", "nohp", "telefono", "telefone", "shouji", "haoma"),
    ),
    "content": (
        *("msg", "text", "message", "messages", "body", "sms", "smstext", "smscontent", "smsbody", "msgcontent"),
        *("messagetext", "isi", "pesan", "mensaje", "mensagem", "neirong"),
    ),
    "sendtime": ("schedule", "scheduletime", "scheduled", "scheduledat", "sendat", "senddate", "timing", "deliverat"),
    "ids": (
        *("id", "msgid", "msgids", "messageid", "messageids", "smsid", "smsids", "taskid", "taskids"),
        *("reportid", "reportids", "resultid", "resultids", "batchid"),
    ),
    "start_time": ("start", "starttime", "startdate", "begin", "begintime", "from", "fromtime", "since", "after"),
}
"""What clients call a parameter instead, by its right name; without capitals, `_` and `-`."""

PATH_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "getbalance": ("balance", "querybalance", "checkbalance", "getcredit", "credit", "credits", "money"),
    "sendsms": ("send", "sms", "submit", "sendmessage", "message", "messages", "sendmms", "batchsend", "smssend"),
    "getreport": ("report", "reports", "queryreport", "getreports", "getstatus", "status", "query", "dlr", "getdlr"),
    "getsms": ("getmo", "mo", "inbox", "getinbox", "receive", "receivesms", "getreply", "reply", "pull", "upstream"),
}
"""What clients call an endpoint instead."""

PUSH_URLS: Final = frozenset(
    (
        *("pushurl", "callback", "callbackurl", "statuscallback", "notifyurl", "notify", "webhook", "webhookurl"),
        *("reporturl", "dlrurl", "deliveryurl", "returnurl", "hookurl"),
    )
)
"""What clients call a parameter that no edition has: where reports go is configured."""

TEXTS: Final = ("account", "password", "content", "mmstitle", "sender")
"""The parameters whose value may hold an `&`."""

NOTED_NAMES: Final = 8
"""So many unknown names earn a note each."""

PARAMETER_UNKNOWN: Final = Note("parameter-unknown", "a parameter that the gateway does not know was ignored")
PUSH_URL_IGNORED: Final = Note(
    "push-url-ignored",
    "a parameter like a push URL was ignored: the push URL is configured, not sent",
)
CUT_AT_AMPERSAND: Final = Note(
    "ampersand-unescaped", "a value seems to be cut at an & that is not escaped; write %26 where an & is meant"
)

_NO_LETTER: Final = re.compile("[^a-z0-9]+")
_LOOKED_AT: Final = 40


def notes_on_names(names: Iterable[str], endpoint: str) -> list[Note]:
    """A note for each of the first names that the endpoint does not know (P1.8).

    The most telling come first. Finding the nearest name is slow, and a hostile body has 100,000 of them: nobody reads
    that many notes.
    """
    known = PARAMETERS[endpoint]
    unknown = islice((name for name in names if name not in known), NOTED_NAMES)
    return sorted((_note_on(name, endpoint) for name in unknown), key=lambda note: note.code == PARAMETER_UNKNOWN.code)


def note_on_order(names: Iterable[str], endpoint: str) -> Note | None:
    """The note on an unknown name that follows a text in a query or form: it may be the rest of it."""
    known = PARAMETERS[endpoint]
    before = ""
    for name in islice(names, len(known) + NOTED_NAMES):
        if name not in known and before in TEXTS and before in known and not _is_meant(name, endpoint):
            return CUT_AT_AMPERSAND.because(f"an unknown parameter follows {before}")
        before = name
    return None


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known parameter that a name is meant for, or None when it is like none of them."""
    plain = _plain(name)
    for target in _targets().get(plain, ()):
        if target in known:
            return target
    return _similar(plain, known)


def nearest_endpoint(path: str) -> str | None:
    """The endpoint that an unknown path is meant for, or None when it is like none of them (P1.3)."""
    last = _plain(path.rstrip("/").rpartition("/")[2])
    for endpoint, aliases in PATH_ALIASES.items():
        if last in aliases:
            return endpoint
    return _similar(path[:64].strip("/").lower(), tuple(PARAMETERS))


def hint(name: str, sent: Iterable[str]) -> str | None:
    """What of the names that were sent looks like the missing parameter `name`, in words that repeat none of them."""
    everywhere = tuple(dict.fromkeys(one for known in PARAMETERS.values() for one in known))
    homes = [known for known in PARAMETERS.values() if name in known]
    for other in islice(sent, len(everywhere) + NOTED_NAMES):
        if other in everywhere:
            if not any(other in known for known in homes):
                return f"{other} belongs to /{_home(other)}: was that meant?"
            continue
        plain = _plain(other)
        if plain in ALIASES[name]:
            return f"a parameter like {plain} was sent: call it {name}"
        if _similar(plain, everywhere) == name:
            return f"a parameter of a similar name was sent: call it {name}"
    return None


def _note_on(name: str, endpoint: str) -> Note:
    """The note on a name that the endpoint does not know; it repeats known names only."""
    if _plain(name) in PUSH_URLS:
        return PUSH_URL_IGNORED
    home = _home(name)
    if home is not None:
        return PARAMETER_UNKNOWN.because(f"it belongs to /{home}")
    known = PARAMETERS[endpoint]
    near = nearest(name, known)
    return PARAMETER_UNKNOWN.because(f"the nearest known one is {near}" if near else f"known are {' '.join(known)}")


def _is_meant(name: str, endpoint: str) -> bool:
    """Whether a name is somebody's word for a parameter, rather than a piece of text."""
    return _home(name) is not None or _plain(name) in PUSH_URLS or nearest(name, PARAMETERS[endpoint]) is not None


def _home(name: str) -> str | None:
    """The other endpoint that has a parameter of exactly this name."""
    return next((endpoint for endpoint, known in PARAMETERS.items() if name in known), None)


def _plain(name: str) -> str:
    """A name without capitals, separators and the brackets of an array."""
    return _NO_LETTER.sub("", name[:_LOOKED_AT].lower().partition("[")[0])


@lru_cache(maxsize=512)
def _similar(name: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches  # its import is felt at start, and most requests never need it

    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return near[0] if near else None


@cache
def _targets() -> dict[str, list[str]]:
    targets: dict[str, list[str]] = {_plain(name): [name] for name in ALIASES}
    for target, aliases in ALIASES.items():
        for alias in aliases:
            targets.setdefault(alias, []).append(target)
    return targets
