"""What docs/security.md promises and no other test is about: secrets in every place, SQL, bodies that unpack."""

import ast
import asyncio
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from eims_sim.config import load_config
from eims_sim.errors import ConfigurationError
from eims_sim.server import Server
from eims_sim.web.control.app import OPERATIONS
from tests.conftest import Receiver, Simulator, signed
from tests.reliability.patterns import HOUSE

# --- secrets ------------------------------------------------------------------------------------------------------

PASSWORD, KEY, TOKEN = "p4ssw0rd&t41l&h4lf=done", "k3y-of-the-account", "t0ken-of-the-operator"
PIECES = ("p4ssw0rd", "t41l", "h4lf", "k3y-of", "t0ken-of")
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}

WORLD = "".join(
    f'[[accounts]]\naccount = "{auth}"\nauth = "{auth}"\npassword = "{PASSWORD}"\nkey = "{KEY}"\nbalance = 9\n'
    for auth in ("plain", "md5", "any")
)


@pytest.fixture
async def sim(tmp_path: Path) -> AsyncIterator[Simulator]:
    """A server with a token and an access log; who reads its configuration again finds nonsense with secrets in it."""
    file = tmp_path / "config.toml"
    file.write_text(WORLD, "utf-8")

    def reload() -> Any:
        file.write_text(WORLD.replace('auth = "md5"', f'auth = ["md5"]\npasswort = "{PASSWORD}"'), "utf-8")
        return load_config(file, {}, {})

    options = {"port": 0, "database": str(tmp_path / "sim.db"), "admin_token": TOKEN}
    server = Server(load_config(file, {}, options), access_log=True, reload=reload)
    started = await server.start()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Simulator(started.url, server, session, tmp_path / "sim.db")
    await server.stop()


def gateway_requests() -> list[tuple[str, str, dict[str, Any]]]:
    """Right and wrong requests of clients with every secret in them: method, target, body and headers."""
    escaped, forwarded = quote(PASSWORD, safe=""), {"X-Forwarded-For": "1.2.3.4"}
    digest = signed("md5", password=PASSWORD, key=KEY)["password"]
    form = {"account": "plain", "password": PASSWORD, "numbers": "13800000000", "content": "Hello"}
    return [
        *(("GET", f"/getbalance?account={name}&password={escaped}", {}) for name in ("plain", "md5", "any", "PLAIN")),
        ("GET", f"/getbalance?account=plain&password={PASSWORD}", {"headers": forwarded}),
        ("GET", f"/getbalance?account=md5&password={digest}&seq=1&time=1767240000", {}),
        ("GET", f"/getbalance?account=md5&password={KEY}&seq=1&time=1767240000", {}),
        ("GET", f"/sendsms?account=plain&passwort={escaped}&content={escaped}&sender={escaped}", {}),
        ("GET", f"/getbalance&account=plain&password={escaped}", {}),
        ("GET", f"/nothing?account=plain&password={escaped}&key={KEY}", {}),
        ("DELETE", f"/getbalance?account=plain&password={escaped}", {}),
        ("POST", "/sendsms", {"json": form}),
        ("POST", "/sendsms", {"json": form | {"password": {"a": PASSWORD}}}),
        ("POST", "/sendsms", {"data": form}),
        ("POST", "/sendsms", {"data": json.dumps(form)[:-5], "headers": {"Content-Type": "application/json"}}),
        ("POST", f"/sendsms?account=plain&password={escaped}", {"data": io.BytesIO(b"x" * 3_000_000)}),
        ("GET", f"/getbalance?account=plain&password={escaped}", {"headers": {"X": "x" * 70_000}}),
    ]


def operator_calls() -> list[tuple[str, str, Any]]:
    """Wrong calls of the control API with secrets in them, and every call that only reads."""
    secrets = {"password": PASSWORD, "key": KEY}
    reads = [one.path for one in OPERATIONS if one.method == "GET" and "{" not in one.path and one.path != "events"]
    return [
        ("POST", "accounts", {"account": "new", **secrets}),
        ("POST", "accounts", {"account": "new", **secrets}),
        ("POST", "accounts", {"account": " ", "password": [PASSWORD], "key": {KEY: KEY}, "auth": PASSWORD}),
        ("PATCH", "accounts/new", secrets | {"callback_url": "http://127.0.0.1:9/"}),
        ("PATCH", "accounts/new", secrets | {"price": PASSWORD}),
        ("POST", "accounts/md5/digest", {"seq": "1", "time": "1767240000"}),
        ("PUT", "state", {"accounts": [{"account": "x", **secrets, "auth": 7}]}),
        ("POST", "requests/1/send", {}),
        ("POST", "requests/2/send", {"as_sent": True}),
        ("POST", "reload", None),
        *(("GET", path, None) for path in reads if path != "openapi.json"),
    ]


def shows(text: str) -> list[str]:
    """The secrets that a text shows, in whatever form."""
    return [piece for piece in (*PIECES, quote(PASSWORD, safe="")) if piece in text]


async def test_no_secret_is_in_the_log_an_answer_or_an_event(sim: Simulator, caplog: pytest.LogCaptureFixture):
    """C4, C5: whatever is asked, rightly and wrongly, by clients and by operators"""
    caplog.set_level("DEBUG", logger="eims_sim")
    caplog.set_level("INFO")
    told: list[tuple[str, str]] = []

    async with sim.session.get(f"{sim.url}/_sim/events", headers=AUTHORIZED) as events:
        for method, target, more in gateway_requests():
            answer = await sim.request(method, target, **more)
            told.append((f"{method} {target}", f"{answer.headers}{answer.text}"))
        for method, path, body in operator_calls():
            answer = await sim.control(method, path, body, headers=AUTHORIZED)
            told.append((f"{method} /_sim/{path}", f"{answer.headers}{answer.text}"))
        for header in (f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}"):
            answer = await sim.control("GET", "messages", headers={"Authorization": header})
            told.append((header, f"{answer.headers}{answer.text}"))
        await sim.get("getbalance", {"account": "the last one"})
        seen = b""
        async with asyncio.timeout(10):
            while b"the last one" not in seen:
                seen += await events.content.readany()
    told.append(("events", seen.decode()))
    told.append(("log", caplog.text))

    assert [(asked, found) for asked, text in told if (found := shows(text))] == []
    assert {b"event: request", b"event: message", b"event: account"} <= set(seen.splitlines())
    assert "GET /getbalance 200" in caplog.text


async def test_what_is_shown_with_secrets_is_shown_when_asked_for(sim: Simulator):
    """Or the test above would look for what nobody could tell"""
    answer = await sim.control("GET", "accounts?secrets=true", headers=AUTHORIZED)

    assert {one["password"] for one in answer.json()["items"]} == {PASSWORD}


def test_a_broken_configuration_is_told_without_its_secrets(tmp_path: Path):
    """C3: also what a reload finds, which goes to the log"""
    file = tmp_path / "config.toml"
    file.write_text(WORLD.replace('auth = "md5"', f'auth = ["md5"]\npasswort = "{PASSWORD}"'), "utf-8")

    with pytest.raises(ConfigurationError) as refused:
        load_config(file, {}, {"admin_token": [TOKEN]})

    assert shows("\n".join(refused.value.problems)) == []
    assert len(refused.value.problems) >= 3


# --- accounts -----------------------------------------------------------------------------------------------------


async def test_what_an_account_sent_and_got_is_its_own(sim: Simulator):
    """P5.2, P6: nobody else's ids and messages, and an id that is another's looks like one that is nobody's"""
    who = {name: {"account": name, "password": PASSWORD} for name in ("plain", "any")}
    sent = await sim.post(who["plain"] | {"numbers": "13800000000", "content": "Hello"})
    (id,) = [id for _, id in sent.json()["array"]]
    await sim.control("PATCH", "accounts/plain", {"numbers": ["10010"]}, headers=AUTHORIZED)
    inbound = {"from": "13800000000", "to": "10010", "content": "for plain only"}
    assert (await sim.control("POST", "inbound", inbound, headers=AUTHORIZED)).http_status == 201

    other = await sim.get("getreport", who["any"] | {"ids": str(id)})
    nobodys = await sim.get("getreport", who["any"] | {"ids": str(id + 1)})
    fetched = await sim.get("getsms", who["any"])

    assert other.body == nobodys.body
    assert other.json()["nofound"] == 1
    assert fetched.json()["cnt"] == 0
    assert (await sim.get("getreport", who["plain"] | {"ids": str(id)})).json()["nofound"] == 0
    assert (await sim.get("getsms", who["plain"])).json()["cnt"] == 1


# --- where reports go ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ["\r\nX-Injected: 1", "\n", "\x00", " ", "\x85X: 1", "\u2028"])
async def test_a_callback_url_adds_no_header(sim: Simulator, receiver: Receiver, odd: str):
    """P8: what a URL may not hold is refused or escaped"""
    changed = await sim.control("PATCH", "accounts/plain", {"callback_url": receiver.url + odd}, headers=AUTHORIZED)
    if changed.http_status == 200:
        await sim.post({"account": "plain", "password": PASSWORD, "numbers": "13800000000", "content": "x"})
        await sim.control("PUT", "clock", {"mode": "frozen"}, headers=AUTHORIZED)
        await sim.control("POST", "clock/advance", {"seconds": 3600}, headers=AUTHORIZED)

    assert changed.http_status == 422 or [set(headers) for _, _, headers in receiver.requests] != []
    assert not [headers for _, _, headers in receiver.requests if "X" in headers or "X-Injected" in headers]
    assert {method for method, _, _ in receiver.requests} <= {"PUT"}


# --- SQL ----------------------------------------------------------------------------------------------------------

OF_CONSTANTS = {
    "f'PRAGMA synchronous={self._synchronous}'",
    "f'PRAGMA cache_size=-{CACHE_KIB}'",
    "f'PRAGMA busy_timeout={BUSY_MILLISECONDS}'",
    "f'PRAGMA wal_checkpoint({how})'",
}
"""What SQLite takes no parameters for; each holds a constant or one of a few words."""


RUNS_SQL = re.compile(r"\.(execute|executemany|executescript|exec_driver_sql)\(|\btext\(").search


def test_no_statement_is_put_together_from_text():
    """Values are bound; what is formatted into a statement is none of a client's"""
    built = set()
    sources = [text for text in (path.read_text("utf-8") for path in HOUSE.rglob("*.py")) if RUNS_SQL(text)]
    for node in (node for text in sources for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        if RUNS_SQL(ast.unparse(node.func) + "(") and node.args and not isinstance(node.args[0], ast.Constant):
            first = ast.unparse(node.args[0])
            if isinstance(node.args[0], ast.JoinedStr | ast.BinOp) or "format(" in first:
                built.add(first)

    assert len(sources) > 10
    assert built == OF_CONSTANTS


# --- bodies that unpack -------------------------------------------------------------------------------------------

UNPACKED = 96 * 1024 * 1024
MOST = 48 * 1024 * 1024
"""So much memory a body of 96 MiB may cost at the most: a part of it is unpacked before it is too much."""


@pytest.fixture(scope="module")
def packed() -> bytes:
    """Nothing but zeros, packed."""
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS)
    return b"".join([packer.compress(bytes(2**20)) for _ in range(UNPACKED // 2**20)]) + packer.flush()


def most_memory(*, anew: bool = False) -> int:
    """The most bytes that this process has held."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize(("target", "status"), [("/sendsms", 413), ("/_sim/inbound", 413), ("/_sim/reset", 413)])
async def test_a_body_that_unpacks_to_too_much_costs_little_memory(
    sim: Simulator, packed: bytes, target: str, status: int
):
    """P1.3, C4"""
    headers = AUTHORIZED | {"Content-Type": "application/json", "Content-Encoding": "deflate"}
    before = most_memory(anew=True)

    answer = await sim.request("POST", target, data=packed, headers=headers)

    assert answer.http_status == status
    assert most_memory() - before < MOST


@pytest.mark.parametrize(
    "encoding", ["gzip, gzip", "gzip", "identity, gzip", "x-gzip", "br", "zstd", "compress", "GZIP"]
)
async def test_nothing_is_unpacked_twice(sim: Simulator, encoding: str):
    """C4: what was packed twice is no JSON after the first time, and what nobody here unpacks is none at all"""
    body = gzip.compress(gzip.compress(json.dumps({"seconds": 1}).encode()))
    headers = AUTHORIZED | {"Content-Type": "application/json", "Content-Encoding": encoding}

    answer = await sim.request("POST", "/_sim/clock/advance", data=body, headers=headers)

    assert answer.http_status == 400
