"""A person at a browser: a simulator on a thread of its own, and Debian's Chromium, headless.

Playwright's synchronous interface keeps an event loop running until it is closed, and other tests of a worker run loops
of their own: so a browser lasts until the next test is none of this folder. A test fails when a script of its page
fails, or when something is refused by the Content-Security-Policy.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from eims_sim.testing.own import OwnServer
from tests.conftest import DEMO, FIXTURES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)
"""The one without windows first: it opens a page in half the time."""

SPARING = ("--disable-gpu", "--in-process-gpu", "--renderer-process-limit=1", "--process-per-site")
"""Nothing is drawn that a graphics card would be needed for, and two cores have enough to do: one process draws all."""

PATIENCE_MS = 15_000
"""How long a browser may take for what it does at once on a machine that has nothing else to do."""


def __getattr__(name: str) -> Any:
    """`playwright` and its classes, for test modules: one that imports them is skipped where they are missing."""
    if name not in ("playwright", "Browser", "BrowserContext", "Page"):
        raise AttributeError(name)
    found = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install -e '.[test]'")
    return found if name == "playwright" else getattr(found, name)


@dataclass
class Console:
    """A simulator with a frozen clock (fixtures/spec.toml), as a client and as an operator reach it, and its pages."""

    url: str
    token: str = ""
    _opened: list[Any] = field(default_factory=list)

    def ask(self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """Any request: the HTTP status and the body, read as JSON where it is JSON."""
        sent = dict(headers or {})
        if self.token and target.startswith("/_sim/"):
            sent["Authorization"] = f"Bearer {self.token}"
        encoded = None
        if body is not None:
            encoded = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        request = Request(self.url + target, data=encoded, headers=sent, method=method)
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, _read(answer.read())
        except HTTPError as error:
            return error.code, _read(error.read())

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control API that must succeed: its answer."""
        status, answer = self.ask(method, f"/_sim/{path}", body)
        assert status < 400, answer
        return answer

    def get(self, endpoint: str, params: Mapping[str, str] | None = None) -> Any:
        """A GET of the gateway: its answer."""
        return self.ask("GET", f"/{endpoint}?{urlencode(params or {})}")[1]

    def submit(self, numbers: str = "13800000000", content: str = "Hello", **more: str) -> list[int]:
        """Submit as demo (or who `more` says); the ids of its messages."""
        answer = self.ask("POST", "/sendsms", DEMO | {"numbers": numbers, "content": content} | more)[1]
        assert answer["status"] == 0, answer
        return [id for _, id in answer["array"]]

    def advance(self, seconds: float) -> Any:
        """Advance the frozen clock."""
        return self.control("POST", "clock/advance", {"seconds": seconds})


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


@pytest.fixture
def start_console(tmp_path: Path) -> Iterator[Callable[..., Console]]:
    """Starts simulators: `start_console(extra_toml, config=FILE, **server_options)`."""
    running: list[OwnServer] = []

    def begin(extra: str = "", *, config: Path = FIXTURES / "spec.toml", **options: Any) -> Console:
        file = tmp_path / f"config{len(running)}.toml"
        file.write_text(config.read_text("utf-8") + extra, "utf-8")
        running.append(OwnServer(file, {"database": tmp_path / f"{len(running)}.db"} | options))
        return Console(*running[-1].start())

    yield begin
    for one in running:
        one.stop()


@pytest.fixture
def console(start_console: Callable[..., Console]) -> Console:
    """A simulator in the world of fixtures/spec.toml."""
    return start_console()


class _Kept:
    """The browser of this worker, started when it is wanted first."""

    def __init__(self) -> None:
        self._driver: Any = None
        self._browser: Browser | None = None

    def get(self, program: str) -> "Browser":
        """The browser."""
        if self._browser is None:
            from playwright.sync_api import expect, sync_playwright

            expect.set_options(timeout=PATIENCE_MS)
            self._driver = sync_playwright().start()
            self._browser = self._driver.chromium.launch(executable_path=program, args=["--no-sandbox", *SPARING])
        return self._browser

    def close(self) -> None:
        """End it, and the event loop of Playwright."""
        browser, driver, self._browser, self._driver = self._browser, self._driver, None, None
        if browser is not None:
            browser.close()
        if driver is not None:
            driver.stop()


_KEPT = _Kept()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Leave no loop running for tests of other folders."""
    try:
        return (yield)
    finally:
        if nextitem is None or nextitem.path.parent != Path(__file__).parent:
            _KEPT.close()


@pytest.fixture
def browser() -> "Browser":
    """Debian's Chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine: apt install chromium-headless-shell, or chromium")
    return _KEPT.get(CHROMIUM)


@pytest.fixture
def open_page(browser: "Browser", console: Console) -> "Iterator[Callable[..., Page]]":
    """Opens pages of `console` as a person would: `open_page("console/messages", language="zh", **context_options)`."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def begin(path: str = "", *, language: str = "en", **options: Any) -> "Page":
        locale = {"en": "en-GB", "zh": "zh-CN"}[language]
        context = browser.new_context(base_url=f"{console.url}/_sim/", locale=locale, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"a script failed: {error}"))
        page.on("console", lambda said: troubles.append(said.text) if _is_trouble(said) else None)
        page.goto(path)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def elsewhere(browser: "Browser") -> "Iterator[Page]":
    """A page of a browser that nobody watches: what it is refused is what is wanted."""
    page = browser.new_page()
    yield page
    page.close()


def _is_trouble(said: Any) -> bool:
    """Errors, but not what the browser says of every answer of 400 and more: the page may have asked for one."""
    return said.type == "error" and "the server responded with a status of" not in said.text


@pytest.fixture
def page(open_page: "Callable[..., Page]") -> "Page":
    """The console's first page, in English."""
    return open_page()
