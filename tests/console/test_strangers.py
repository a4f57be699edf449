"""Who may not use the console: a page under another name, a page of another site, who has no token (C4)."""

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from eims_sim.web.console.pages import PAGES
from tests.console.conftest import CHROMIUM, Browser, Console, Page, playwright

expect = playwright.expect

ADDRESSES = [re.sub("[{].*[}]", "1", page.paths[0]) for page in PAGES]

ASK = """async (calls) => Promise.all(calls.map(async ([method, path, mode, type]) => {
  const options = { method, mode, headers: type ? { "Content-Type": type } : {}, body: type ? "{}" : undefined };
  try {
    const answer = await fetch(path, options);
    return answer.type === "opaque" ? "opaque" : answer.status;
  } catch (error) {
    return error.name;
  }
}))"""


def deeds(console: Console) -> list[tuple[str, str]]:
    """Every call of the control API that may change something."""
    paths = console.control("GET", "openapi.json")["paths"]
    found = [(method.upper(), path) for path, calls in paths.items() for method in calls if path.startswith("/_sim/")]
    return [(method, re.sub(r"\{.*?\}", "1", path)) for method, path in found if method != "GET"]


def state(console: Console) -> Any:
    """All that the simulator holds, and how many submits it has seen."""
    return console.control("GET", "state"), console.control("GET", "requests?endpoint=sendsms")["total"]


@pytest.fixture
def rebound(browser: Browser) -> Iterator[Page]:
    """A page of a browser for which a name of somebody's leads to this machine."""
    rules = "--host-resolver-rules=MAP rebind.example 127.0.0.1"
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox", rules])
    yield other.new_page()
    other.close()


def test_a_name_that_was_bound_to_this_machine_reads_and_changes_nothing(console: Console, rebound: Page):
    """C4: DNS rebinding; to the browser it is one origin, only the Host tells"""
    console.submit()
    before = state(console)
    own = f"http://rebind.example:{urlsplit(console.url).port}"

    page = rebound.goto(f"{own}/_sim/")
    assert page is not None
    others = [rebound.goto(f"{own}/_sim/{address}") for address in ADDRESSES]
    reads = [
        ("GET", f"/_sim/{path}", "same-origin", None)
        for path in ("messages", "requests", "accounts", "state", "events")
    ]
    writes = [(method, path, "same-origin", "application/json") for method, path in deeds(console)]
    answers = rebound.evaluate(ASK, reads + writes)

    assert page.status == 403
    assert {one.status for one in others if one is not None} == {403}
    assert "Host" in rebound.inner_text("body")
    assert set(answers) == {403}
    assert state(console) == before


@pytest.fixture
def another_site() -> Iterator[str]:
    """The URL of a page on another port of this machine: another origin, but the same site."""

    class Another(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>another</title><p>another</p>")

        def log_message(self, format: str, *args: object) -> None:
            """Be silent."""

    with HTTPServer(("127.0.0.1", 0), Another) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_page_of_another_site_reads_and_changes_nothing(console: Console, elsewhere: Page, another_site: str):
    """C4: forms and calls, with and without asking first"""
    console.submit()
    before = state(console)
    elsewhere.goto(another_site)

    def ask(*calls: tuple[str, str, str, str | None]) -> list[Any]:
        return elsewhere.evaluate(ASK, [(method, console.url + path, *more) for method, path, *more in calls])

    reads = ask(*(("GET", f"/_sim/{path}", "cors", None) for path in ("messages", "requests", "state", "clock")))
    calls = ask(*((method, path, "cors", "application/json") for method, path in deeds(console)))
    posts = [path for method, path in deeds(console) if method == "POST"]
    blind = ask(*(("POST", path, "no-cors", "text/plain") for path in posts))

    assert set(reads + calls + blind) == {"TypeError"}  # opaque answers are not handed over, either
    assert state(console) == before

    for path in ("/_sim/reset", "/_sim/clock/advance", "/_sim/inbound"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            elsewhere.goto(another_site)
            with elsewhere.expect_navigation() as told:
                elsewhere.evaluate(
                    """([action, enctype]) => {
                  const form = Object.assign(document.createElement("form"), { action, enctype, method: "post" });
                  const input = document.createElement("input");
                  form.append(Object.assign(input, { name: '{"seconds":60,"a":"', value: '"}' }));
                  document.body.append(form);
                  form.submit();
                }""",
                    [console.url + path, kind],
                )
            assert told.value is not None
            assert told.value.status == 403, (path, kind)
    assert state(console) == before


def test_a_page_of_another_site_can_show_no_page_of_ours(console: Console, elsewhere: Page, another_site: str):
    """C4: nobody is led to press what he does not see"""
    for address in ADDRESSES:
        elsewhere.goto(another_site)
        with elsewhere.expect_response(lambda answer: answer.url.startswith(console.url)):
            elsewhere.evaluate(
                """(src) => new Promise((resolve) => {
              const frame = Object.assign(document.createElement("iframe"), { src, onload: resolve });
              document.body.append(frame);
            })""",
                f"{console.url}/_sim/{address}",
            )

        assert elsewhere.frames[1].url == "chrome-error://chromewebdata/"


TOKEN = "the-operators-own-token"


def test_a_token_is_asked_for_once_and_kept_for_the_tab(start_console: Callable[..., Console], browser: Browser):
    """C4: and there is no data without it"""
    console = start_console(admin_token=TOKEN)
    console.submit("13812345678", "for nobody's eyes")
    context = browser.new_context(base_url=f"{console.url}/_sim/", locale="en-GB")
    page = context.new_page()
    page.goto("console/messages")
    dialog = page.get_by_role("dialog")

    expect(dialog).to_have_count(1)
    expect(dialog.get_by_role("heading")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    assert "13812345678" not in page.content()
    page.keyboard.type("a wrong one")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert "13812345678" not in page.content()
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("#clock-now")).to_have_text("2026-01-01 12:00:00")

    page.goto("console/handset")
    expect(page.locator("#clock-now")).to_have_text("2026-01-01 12:00:00")
    expect(dialog).to_have_count(0)
    assert TOKEN not in page.url + page.content() + str(context.cookies()) + page.evaluate(
        "JSON.stringify(localStorage)"
    )

    tab = context.new_page()
    tab.goto("")
    expect(tab.get_by_role("dialog")).to_be_visible()
    context.close()
