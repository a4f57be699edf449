"""TLS (--tls-cert, --tls-key, docs/security.md): what is served, to whom, and what is wrong with a certificate."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from eims_sim.config import load_config
from eims_sim.errors import StartError
from eims_sim.server import Server
from tests.conftest import DEMO, FIXTURES

CERTIFICATE = str(FIXTURES / "localhost.pem")

ANOTHER_KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTUBBfGZBcfj8qILf
jevyPbk44SO8WarIZ7g7e8ywalqhRANCAARE/1ATQbBwX7CmLTVB3gtHxHWYF2en
gHRwE/Hsw6V0uWBUf6jMAFA2Obo7Alx0GMO4HXKXQS21FWB7V4lvVM3X
-----END PRIVATE KEY-----
"""
ENCRYPTED_KEY = """-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjgr7MnAZ5cewICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKpOe0pg4A314v90/SxpHJ8EgZDo
15WXLOxQ7CobXBDsW0cFLlW5sErIdIZIyMIzJ9bey9lQhRUTy+JmaPsLBB2JnV6+
aYMDkWuTPGp08ABwuelElFnCsffWPPhIgSkt0ykUp8KwVdejqRk6n87Swk+VVUgk
AbeA0No/YFn+GZq11FcdAv9fTPi32c0q6zQYhdInW9I2fOAGHkqgewZEkulH9co=
-----END ENCRYPTED PRIVATE KEY-----
"""
REQUEST = f"GET /getbalance?account={DEMO['account']}&password={DEMO['password']} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def server(database: Path, certificate: str, key: str) -> Server:
    """One that is not started."""
    return Server(
        load_config(FIXTURES / "spec.toml", {}, {"port": 0, "database": str(database)}), tls=(certificate, key)
    )


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """Where a server speaks TLS."""
    running = server(tmp_path / "sim.db", CERTIFICATE, CERTIFICATE)
    started = await running.start()
    assert started.url.startswith("https://")
    yield int(started.url.rpartition(":")[2])
    await running.stop()


async def ask(port: int, context: ssl.SSLContext | None) -> bytes:
    """The beginning of the answer to a request; nothing when the connection was closed without one."""
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        try:
            writer.write(REQUEST)
            return await reader.read(15)
        except ConnectionError:
            return b""
        finally:
            writer.close()


async def test_who_trusts_the_certificate_is_served(port: int):
    context = ssl.create_default_context(cafile=CERTIFICATE)

    assert await ask(port, context) == b"HTTP/1.1 200 OK"


async def test_without_tls_nothing_is_answered_nothing_told_and_others_go_on(
    port: int, caplog: pytest.LogCaptureFixture
):
    """The request has a password in it"""
    caplog.set_level("DEBUG")

    assert (await ask(port, None))[:1] in (b"", b"\x15")  # a TLS alert, at most

    assert await ask(port, ssl.create_default_context(cafile=CERTIFICATE)) == b"HTTP/1.1 200 OK"
    assert DEMO["password"] not in caplog.text
    assert "Traceback" not in caplog.text


async def test_tls_1_2_is_the_oldest(port: int):
    old, new = ssl.create_default_context(cafile=CERTIFICATE), ssl.create_default_context(cafile=CERTIFICATE)
    new.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises((ssl.SSLError, ConnectionError)):
        await ask(port, old)
    assert await ask(port, new) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    ("certificate", "key", "said"),
    [
        (None, ANOTHER_KEY, "cannot be used"),
        (None, "no key", "cannot be used"),
        (None, "", "cannot be used"),
        ("no certificate", None, "cannot be used"),
        (None, ENCRYPTED_KEY, "is encrypted"),
    ],
    ids=["the key of another", "no key", "empty", "no certificate", "encrypted"],
)
async def test_what_cannot_be_used_is_told_and_nothing_is_asked_on_a_terminal(
    tmp_path: Path, certificate: str | None, key: str | None, said: str
):
    files = {"certificate": certificate, "key": key}
    for name, text in files.items():
        (tmp_path / name).write_text(Path(CERTIFICATE).read_text() if text is None else text)

    with pytest.raises(StartError, match=said) as refused:
        await server(tmp_path / "sim.db", str(tmp_path / "certificate"), str(tmp_path / "key")).start()

    assert str(tmp_path / "key") in str(refused.value)
    assert "PRIVATE KEY" not in str(refused.value)
    assert not (tmp_path / "sim.db").exists()


@pytest.mark.parametrize("missing", ["certificate", "key"])
async def test_a_file_that_is_not_there_is_named(tmp_path: Path, missing: str):
    files = {"certificate": CERTIFICATE, "key": CERTIFICATE} | {missing: str(tmp_path / "nothing.pem")}

    with pytest.raises(StartError, match=r"nothing\.pem.*cannot be used: .*No such file"):
        await server(tmp_path / "sim.db", files["certificate"], files["key"]).start()
