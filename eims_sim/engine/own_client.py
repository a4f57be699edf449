"""How does the simulator ask its own gateway? Over a socket: what comes back is what a client gets."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from ..errors import EimsSimError

PATIENCE_SECONDS: Final = 60.0
"""How long an answer may take: a fault may delay it."""

_ANY_ADDRESS: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  it is what is replaced


class OwnAnswer(NamedTuple):
    """What came back: the HTTP status, the headers in their order with lower-case names, the bytes."""

    http_status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of this name, in whatever case."""
        return next((value for known, value in self.headers if known == name.lower()), None)


class OwnClientError(EimsSimError):
    """There was no answer, because of a fault or because the server stops."""


class OwnClient:
    """A client of this very server; its HTTP client is made when it is first needed. `settle` tells where that is."""

    def __init__(self) -> None:
        self._base: URL | None = None
        self._session: ClientSession | None = None

    def settle(self, scheme: str, host: str, port: int) -> None:
        """The server listens there."""
        self._base = URL.build(scheme=scheme, host=_ANY_ADDRESS.get(host, host), port=port)

    async def ask(
        self, method: str, target: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> OwnAnswer:
        """Send a request; `target` is a path with its query, encoded. Raises OwnClientError when nothing comes back."""
        if self._base is None:
            raise OwnClientError("the server does not listen yet")
        url = URL(f"{self._base.origin()}{target}", encoded=True)
        try:
            async with self._client().request(method, url, headers=headers, data=body, allow_redirects=False) as answer:
                pairs = tuple((name.lower(), value) for name, value in answer.headers.items())
                return OwnAnswer(answer.status, pairs, await answer.read())
        except TimeoutError as error:
            raise OwnClientError(f"there was no answer within {PATIENCE_SECONDS:g} s") from error
        except (ClientError, OSError) as error:
            raise OwnClientError("the connection ended before there was a whole answer") from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _client(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=0, ssl=False, force_close=True),  # nobody else answers at this address
                cookie_jar=DummyCookieJar(),
                timeout=ClientTimeout(total=PATIENCE_SECONDS),
                auto_decompress=False,
            )
            self._session._retry_connection = False  # noqa: SLF001  a submit that was cut must not be made twice
        return self._session
