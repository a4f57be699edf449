"""Callbacks over TLS, and what can be wrong with it (C3, callback_ca; C4)."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.conftest import FIXTURES, Start, with_callback
from tests.reliability.misbehaviour import OK

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a closed connection looks like is Linux's")

CERTIFICATES = Path(__file__).parent / "tls"
AUTHORITY = str(CERTIFICATES / "authority.pem")
SELF_SIGNED = str(FIXTURES / "localhost.pem")
TRUSTED_BY = "not delivered: TLS failed; callback_ca names the authority of a private certificate"

Listen = Callable[..., "asyncio.Future[str]"]


@pytest.fixture
async def listen() -> AsyncIterator[Listen]:
    """Starts servers: with a certificate, without one, or closing at the first bytes; the URL."""
    async with AsyncExitStack() as stack:

        async def begin(certificate: str | None = None, *, closes: bool = False) -> str:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                came = await reader.read(10)
                if came and not closes:
                    writer.write(OK if certificate else b"HTTP/1.1 400 Bad Request\r\n\r\n")
                writer.close()

            context = None
            if certificate is not None:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(certificate)
            server = await stack.enter_async_context(await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context))
            return f"https://localhost:{server.sockets[0].getsockname()[1]}/"

        yield begin  # type: ignore[misc]


async def verdicts(start: Start, urls: dict[str, str], **options: str) -> dict[str, str]:
    """What came of a first attempt for each."""
    accounts = "".join(with_callback(url, account) for account, url in urls.items())
    sim = await start(accounts, environment={"EIMS_SIM_PUSH_ATTEMPTS": "1"}, **options)
    for account in urls:
        await sim.submit(account=account)
    await sim.advance(60)
    pushes = await sim.pushes("limit=100")
    return {push["account"]: push["attempts"][0]["verdict"].partition("; attempt")[0] for push in pushes}


async def test_each_way_in_which_tls_is_broken_has_its_verdict(start: Start, listen: Listen):
    """C4: the verdict says in words"""
    right = await listen(str(CERTIFICATES / "right.pem"))
    urls = {
        "right": right,
        "right-by-address": right.replace("localhost", "127.0.0.1"),
        "right-with-a-dot": right.replace("localhost", "localhost."),
        "self-signed": await listen(SELF_SIGNED),
        "other-host": await listen(str(CERTIFICATES / "other-host.pem")),
        "expired": await listen(str(CERTIFICATES / "expired.pem")),
        "plain": await listen(),
        "cut": await listen(closes=True),
        "tls-unasked": right.replace("https:", "http:"),
    }

    found = await verdicts(start, urls, callback_ca=AUTHORITY)

    assert found == {
        "right": "delivered",
        "right-by-address": "delivered",
        "right-with-a-dot": "delivered",
        "self-signed": TRUSTED_BY,
        "other-host": "not delivered: TLS failed; the callback's certificate is for another host",
        "expired": "not delivered: TLS failed; the callback's certificate has expired, or is not valid yet",
        "plain": ("not delivered: TLS failed; the callback seems to speak plain HTTP, whose URL begins with http://"),
        "cut": "not delivered: the callback closed the connection in the middle of the TLS handshake",
        "tls-unasked": "not delivered: the callback closed the connection without an answer",
    }


async def test_a_private_authority_is_trusted_beside_those_of_the_system(
    start: Start, listen: Listen, monkeypatch: pytest.MonkeyPatch
):
    """C3: callback_ca is for callbacks under a private authority; the others are as trusted as before."""
    monkeypatch.setenv("SSL_CERT_FILE", SELF_SIGNED)  # where OpenSSL looks for the system's
    urls = {"private": await listen(str(CERTIFICATES / "right.pem")), "public": await listen(SELF_SIGNED)}

    both = await verdicts(start, urls, callback_ca=AUTHORITY)
    system = await verdicts(start, urls, database="other.db")

    assert both == {"private": "delivered", "public": "delivered"}
    assert system == {"private": TRUSTED_BY, "public": "delivered"}


async def test_an_authority_is_read_when_the_server_starts(start: Start, listen: Listen, tmp_path: Path):
    """C3: a file that is gone later is not missed."""
    authority = tmp_path / "ca.pem"
    authority.write_bytes(Path(AUTHORITY).read_bytes())
    url = await listen(str(CERTIFICATES / "right.pem"))
    sim = await start(with_callback(url), callback_ca=str(authority))

    authority.unlink()
    await sim.submit(account="pushed")
    await sim.advance(60)

    assert [push["state"] for push in await sim.pushes()] == ["delivered"]
