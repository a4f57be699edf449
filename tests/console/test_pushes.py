"""The pushes, as a person sees them (issue: batches, attempts, verdicts, retry, parked ones apart)."""

import inspect
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from eims_sim.domain import callbacks as domain_callbacks
from eims_sim.engine import verdicts as engine_verdicts
from eims_sim.web.console.pages import PAGES
from eims_sim.web.console.static_files import STATIC
from eims_sim.web.console.texts import texts_of
from tests.conftest import with_callback
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect


class Callback:
    """The client's server: it answers 500 until it is told otherwise."""

    def __init__(self) -> None:
        self.answer = 500
        callback = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(callback.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/reports"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def callback() -> Iterator[Callback]:
    callback = Callback()
    yield callback
    callback.stop()


@pytest.fixture
def console(start_console: Callable[..., Console], callback: Callback) -> Console:
    """Push 1 of a and push 2 of b are parked, after ten attempts each; push 3 of a is retried."""
    console = start_console(with_callback(callback.url, "a") + with_callback(callback.url, "b"))
    console.submit("13800000001,13800000002,13800000003", account="a")
    console.submit(account="b")
    console.advance(7200)
    console.submit(account="a")
    console.advance(31)
    return console


def test_every_verdict_is_known_to_pages_of_another_language():
    """P8.3; what the control API says in English"""
    texts = texts_of(next(page for page in PAGES if page.name == "pushes"), "en").items()
    known = {text for key, text in texts if key.startswith("verdict.")}
    module = (STATIC / "verdicts.js").read_text("utf-8")
    sources = [inspect.getsource(module) for module in (domain_callbacks, engine_verdicts)]
    said = set(re.findall(r'"(not delivered: [^"{]+)"', sources[1])) - {"not delivered: nothing listens there; "}
    said |= {f"not delivered: {text}" for text in re.findall(r'return "(the callback[^"]+)"', sources[0])}

    assert len(said) > 8
    assert {text for text in said if not any(one.startswith(text) for one in known)} == set()
    assert {text for text in known if f'["{text}"' not in module} == set()


def states(console: Console) -> list[str]:
    return [push["state"] for push in console.control("GET", "pushes")["items"]]


def test_parked_pushes_stand_apart_and_are_tried_again(
    console: Console, callback: Callback, open_page: Callable[..., Page]
):
    """P8.3: parked until someone asks; C4: retry"""
    page = open_page("console/pushes")
    parked = page.get_by_role("region", name="Parked")
    every = page.get_by_role("region", name="All pushes")
    expect(parked.locator("tbody tr")).to_have_count(2)
    expect(every.locator("tbody tr")).to_have_count(3)
    expect(every.locator("tbody tr").first).to_contain_text("retrying")
    expect(parked.locator("tbody tr").first).to_contain_text("only a 2xx answer counts; attempt 10 of 10: parked")

    parked.get_by_role("link", name="1", exact=True).click()
    panel = page.get_by_role("region", name="Push 1")
    attempts = panel.locator(".attempts li")
    expect(attempts).to_have_count(10)
    expect(attempts.first).to_contain_text("HTTP 500")
    expect(attempts.first).to_contain_text(f"PUT {callback.url}")
    messages = panel.get_by_role("link", name="Message")
    assert [link.get_attribute("href") for link in messages.all()] == [
        f"/_sim/console/messages/{id}" for id in (1, 2, 3)
    ]

    callback.answer = 200
    panel.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("Push 1 is due now.")).to_be_visible()
    expect(attempts).to_have_count(11)
    expect(attempts.first).to_contain_text("delivered")
    expect(panel.get_by_role("button", name="Push again")).to_be_visible()
    expect(parked.locator("tbody tr")).to_have_count(1)

    page.reload()
    expect(attempts).to_have_count(11)
    parked.get_by_role("button", name="Retry all (1)").click()
    expect(page.get_by_text("Due now, the oldest first: 1.")).to_be_visible()
    expect(parked).to_be_hidden()
    console.advance(60)
    expect(every.get_by_text("delivered").first).to_be_visible()
    assert states(console) == ["delivered"] * 3


def test_filters_are_in_the_address_and_the_list_is_live(
    console: Console, callback: Callback, open_page: Callable[..., Page]
):
    """issue: every view can be linked and reloaded"""
    page = open_page("console/pushes", language="zh")
    rows = page.locator("#list tbody tr")
    expect(rows).to_have_count(3)

    page.get_by_label("账户").fill("a")
    page.get_by_label("状态", exact=True).select_option("已搁置")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("已搁置")
    expect(rows).to_contain_text("未送达：只有 2xx 应答才算成功；第 10/10 次尝试：已搁置")
    assert page.url.endswith("?account=a&state=parked")
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("状态", exact=True).select_option("已送达")
    expect(page.get_by_text("没有符合条件的记录。")).to_be_visible()

    callback.answer = 200
    console.control("POST", "pushes/1/retry")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="清除筛选").click()
    expect(rows).to_have_count(3)
    expect(page.get_by_role("button", name="全部重试（1）")).to_be_visible()


def test_where_nothing_was_pushed_it_says_what_is_needed(start_console: Callable[..., Console], browser):
    """C3: callback_url"""
    quiet = start_console()
    page = browser.new_page(locale="en-GB")
    page.goto(f"{quiet.url}/_sim/console/pushes")

    expect(page.get_by_text("Nothing was pushed yet.")).to_be_visible()
    expect(page.get_by_role("region", name="All pushes")).to_contain_text("callback_url = ")
    expect(page.get_by_role("region", name="Parked")).to_be_hidden()
    page.goto(f"{quiet.url}/_sim/console/pushes?push=7")
    expect(page.get_by_text("There is no such push.")).to_be_visible()
    page.close()
