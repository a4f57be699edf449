"""Do the settings fit each other, and the machine they are used on (C3)?

Judged on what the sources say, before it is known to be well-formed: so these errors are told with all the others. What
is not of the right type is passed over here, its description has refused it.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from ..domain.settings import ServerSettings
from ..protocol.notation import read_rfc3339
from .layers import Layer
from .lines import KeyPath
from .problems import Problem, nearest, problem, write_path, wrong_value

_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL).fullmatch


def contradictions(layer: Layer) -> Iterator[Problem]:
    """Every fault of a layer that no setting has by itself."""
    yield from _shared_names(layer)
    yield from _shared_numbers(layer)
    yield from _unknown_zone(layer)
    yield from _no_moment(layer)
    yield from _foreign_database(layer)
    yield from _unreadable_authority(layer)


def idle_moment(layers: Sequence[Layer]) -> Iterator[Problem]:
    """A `now` for a clock that is the system's, whichever layers the two come from."""
    now = _last(layers, "now")
    clock = _last(layers, "clock")
    mode = clock.text("server", "clock") if clock else ServerSettings().clock
    if now and now.text("server", "now") and mode == "real":
        right = 'set clock to "frozen" or "scaled", or leave now out'
        yield wrong_value(now, ("server", "now"), "means nothing to a real clock", right)


def missing_model(layers: Sequence[Layer]) -> Iterator[Problem]:
    """An `auto_accounts` that no account of the file is called like."""
    layer = _last(layers, "auto_accounts")
    model = layer.text("server", "auto_accounts") if layer else ""
    names = [name for one in layers for _, row in one.rows("accounts") if isinstance(name := row.get("account"), str)]
    if layer and model and model not in names:
        close = nearest(model, names) or next(iter(names), None)
        right = f'such as "{close}"' if close else "and there are none"
        yield wrong_value(layer, ("server", "auto_accounts"), "must be the name of an account of the file", right)


def database_path(database: str) -> str | None:
    """The path that a database setting names, None for a URL of what is no SQLite file."""
    url = _URL(database)
    if url is None:
        return database
    scheme, rest = url.groups()
    path = rest.removeprefix("/")
    return path if scheme.lower() == "sqlite" and rest.startswith("/") and path and "?" not in path else None


def _last(layers: Sequence[Layer], key: str) -> Layer | None:
    return next((layer for layer in reversed(layers) if layer.find(("server", key)) is not None), None)


def _shared_names(layer: Layer) -> Iterator[Problem]:
    owners: dict[str, KeyPath] = {}
    for index, row in layer.rows("accounts"):
        name = row.get("account")
        if isinstance(name, str):
            path = ("accounts", index, "account")
            yield from _claim(layer, name, path, owners, "each account has a name of its own")


def _shared_numbers(layer: Layer) -> Iterator[Problem]:
    owners: dict[str, KeyPath] = {}
    for index, row in layer.rows("accounts"):
        numbers = row.get("numbers")
        for place, number in enumerate(numbers if isinstance(numbers, list) else ()):
            if isinstance(number, str):
                path = ("accounts", index, "numbers", place)
                yield from _claim(layer, number, path, owners, "a number belongs to one account")


def _claim(layer: Layer, text: str, path: KeyPath, owners: dict[str, KeyPath], rule: str) -> Iterator[Problem]:
    owner = owners.setdefault(text, path)
    if owner is not path:
        yield wrong_value(layer, path, f"is taken by {write_path(owner)}", rule)


def _unknown_zone(layer: Layer) -> Iterator[Problem]:
    name = layer.text("server", "timezone")
    if name and not _is_zone(name):
        close = nearest(name, sorted(available_timezones())) or "Asia/Shanghai"
        yield wrong_value(layer, ("server", "timezone"), "must be an IANA time zone", f'such as "{close}"')


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, no name at all, the name of a folder
        return False
    return True


def _no_moment(layer: Layer) -> Iterator[Problem]:
    now = layer.text("server", "now")
    if now and read_rfc3339(now) is None:
        right = "such as 2026-01-01T00:00:00+08:00"
        yield wrong_value(layer, ("server", "now"), "must be a moment in RFC 3339 with its offset", right)


def _foreign_database(layer: Layer) -> Iterator[Problem]:
    database = layer.text("server", "database")
    if "\0" in database:
        yield wrong_value(
            layer, ("server", "database"), "no path holds a NUL", "give a path, :memory: or sqlite:///path"
        )
    if database_path(database) is not None:
        return
    scheme = database.partition("://")[0]
    wrong = "PostgreSQL is not supported yet" if scheme.lower().startswith("postgres") else "must be a SQLite file"
    # Only the scheme is shown: what follows it may hold a password.
    text = f'{wrong} (found "{scheme}://…"), give a path, :memory: or sqlite:///path'
    yield problem(layer, ("server", "database"), text)


def _unreadable_authority(layer: Layer) -> Iterator[Problem]:
    path = layer.text("server", "callback_ca")
    if not path:
        return
    try:
        with Path(path).open("rb"):
            wrong = "" if _holds_certificates(path) else "holds no certificate that can be read"
    except (OSError, ValueError) as error:
        wrong = f"cannot be read, {(getattr(error, 'strerror', None) or str(error)).lower()}"
    if not wrong:
        return
    yield wrong_value(layer, ("server", "callback_ca"), wrong, "give the path of a PEM file")


def _holds_certificates(path: str) -> bool:
    import ssl  # slow to import, and most configurations name no authority

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return False
    return True
