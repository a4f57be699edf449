"""What a newcomer sees first: how to send, in five languages, and how it goes (issue: overview)."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import QUICK_JAVA
from tests.conftest import DEMO, GOOD
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect

CLIPBOARD = ["clipboard-read", "clipboard-write"]

RUNS = {
    "curl": ("bash", "send.sh"),
    "Python": (sys.executable, "send.py"),
    "JavaScript": ("node", "send.mjs"),
    "PHP": ("php", "send.php"),
    "Java": ("java", "Send.java"),
}
"""What runs an example, and the name of its file."""

QUICK = {"Java": QUICK_JAVA.split()}

AWKWARD = {"account": 'o\'hara & "söhne"', "password": "p$w'\"\\d +%ü", "key": "k`e$y'"}
"""What has to be written with care in every language, as some password will be."""


def copied(page: Page) -> str:
    page.get_by_role("button", name="Copy the example").click()
    return page.evaluate("navigator.clipboard.readText()")


def has_php_curl() -> bool:
    return bool(shutil.which("php")) and "curl" in subprocess.run(["php", "-m"], capture_output=True, text=True).stdout


@pytest.mark.parametrize("auth", ["plain", "md5"])
def test_every_example_works_as_it_is_copied(console: Console, open_page: Callable[..., Page], tmp_path: Path, auth):
    """P1.5: those are run whose language is here; a secret may hold anything"""
    console.control("POST", "accounts", AWKWARD | {"auth": auth, "balance": "10"})
    page = open_page(permissions=CLIPBOARD)
    page.get_by_label("Account", exact=True).select_option(AWKWARD["account"])
    started: dict[str, subprocess.Popen[str]] = {}

    for language, (program, name) in RUNS.items():
        page.get_by_role("tab", name=language, exact=True).click()
        file = tmp_path / name
        file.write_text(copied(page), "utf-8")
        if shutil.which(program) and (language != "PHP" or has_php_curl()):
            line = [program, *QUICK.get(language, []), file.name]
            started[language] = subprocess.Popen(line, cwd=tmp_path, stdout=-1, stderr=-1, text=True)
    said = {language: process.communicate(timeout=60) for language, process in started.items()}

    journal = console.control("GET", "requests")["items"]
    assert len(journal) == len(started), said
    for one in journal:
        assert (one["status"], one["account"]) == (0, AWKWARD["account"]), (one, said)
        assert (one["parameters"]["content"], one["parameters"]["numbers"]) == ("Hello", "13800138000")
    for printed, failed in said.values():
        assert re.search(r"status.*\b0\b", printed), (printed, failed)


def test_a_newcomer_copies_a_line_that_works_while_the_screen_tells_no_secret(console: Console, open_page):
    """issue: a curl line with a copy button; a screen may be on a projector"""
    page = open_page(permissions=CLIPBOARD)
    example = page.get_by_role("tabpanel", name="curl")

    expect(example).to_contain_text(f"curl '{console.url}/sendsms?account=demo&password=••••••••&numbers=")
    assert "demo123" not in page.content()
    subprocess.run(["bash", "-c", copied(page)], check=True, capture_output=True)
    expect(page.get_by_role("region", name="What just happened")).to_contain_text("sendsms demo0 success")
    assert console.control("GET", "messages/1")["content"] == "Hello"

    page.get_by_role("button", name="Show secrets").click()
    expect(example).to_contain_text("password=demo123")
    console.control("PATCH", "accounts/demo", {"password": "another"})
    expect(example).to_contain_text("password=another")
    page.get_by_label("Account", exact=True).select_option("digest")
    expect(page.locator("#account-facts")).to_contain_text("md5 password")
    expect(example).to_contain_text("password=•••••••• key=••••••••")
    page.get_by_role("button", name="Copy the address").click()
    assert page.evaluate("navigator.clipboard.readText()") == console.url


def test_the_examples_are_tabs_for_the_keyboard_and_what_is_chosen_stays(open_page: Callable[..., Page]):
    page = open_page("?account=templated")
    expect(page.get_by_role("tabpanel")).to_contain_text("Your%20code%20is%204711.")

    page.get_by_role("tab", name="curl").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Python")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Python")).to_contain_text('"content": "Your code is 4711."')
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.reload()

    expect(page.get_by_role("tab", name="Java", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Java", exact=True)).to_contain_text('"Your code is 4711."')
    expect(page.get_by_label("Account", exact=True)).to_have_value("templated")


def test_where_secrets_are_not_told_the_example_says_what_is_missing(open_page: Callable[..., Page]):
    """C4: `?secrets=true` is for loopback or with a token; a proxy's client is neither"""
    page = open_page("?account=digest", extra_http_headers={"X-Forwarded-For": "203.0.113.9"})

    expect(page.get_by_role("tabpanel")).to_contain_text("account=digest password=PASSWORD key=KEY")
    expect(page.get_by_text("Put the account's password and key in place of PASSWORD and KEY.")).to_be_visible()
    expect(page.get_by_role("button", name="Show secrets")).to_be_hidden()


@pytest.mark.parametrize(("language", "traffic", "states", "pushes", "unsent", "failed", "waiting", "met", "rate"), [
    ("en", "Traffic", "Messages by state", "Pushes of reports", "1 unsent", "1005 Send Refuse", "1 waiting",
     "-4 the content is empty: met, 1 times", r"Requests a second .* highest (?!0$)"),
    ("zh", "流量", "各状态的消息", "状态报告推送", "1 未发送", "1005 对端拒绝发送", "1 待推送",
     "-4 短信内容为空：出现过 1 次", r"每秒请求数.*最高 (?!0$)"),
], ids=["en", "zh"])  # fmt: skip
def test_what_goes_on_is_seen_as_it_happens(
    console: Console, open_page, language, traffic, states, pushes, unsent, failed, waiting, met, rate
):
    """issue: live counters, requests a second and latency, messages by state, pushes, codes met and never met"""
    console.control("PATCH", "accounts/demo", {"callback_url": "http://127.0.0.1:9/nobody"})
    page: Page = open_page(language=language)
    part: Callable[[str], Any] = lambda name: page.get_by_role("region", name=name)  # noqa: E731
    expect(part(traffic)).to_contain_text(re.compile(r"0"))
    expect(page.get_by_role("link", name=met)).to_have_count(0)

    console.submit("13800138000,13800001005")
    assert console.get("sendsms", GOOD | {"content": " "})["status"] == -4
    expect(part(states)).to_contain_text(f"{unsent}2")
    expect(page.get_by_role("link", name=met, exact=True)).to_have_attribute("href", re.compile("codes#status--4$"))
    expect(page.get_by_role("img", name=re.compile(rate))).to_be_visible()
    expect(part(traffic).locator("dd")).to_have_text(["2", "1", "2", "0"])
    console.advance(60)

    expect(part(states).get_by_role("link", name=failed)).to_have_attribute("href", re.compile(r"\?state=1005$"))
    expect(part(pushes)).to_contain_text(waiting)
    expect(part(traffic).locator("dd").last).not_to_have_text("0")


def test_what_clients_send_stays_text_and_a_link_keeps_the_focus(console: Console, page: Page):
    """the names of accounts and paths are anybody's"""
    hostile = '<img src=x onerror="window.ran=1">'
    region = page.get_by_role("region", name="What just happened")

    console.get(f"{hostile.replace(' ', '%20')}", {"account": hostile})
    console.ask("POST", "/sendsms", DEMO | {"account": hostile, "numbers": "1", "content": hostile})
    expect(region).to_contain_text(hostile)
    region.get_by_role("link").last.focus()
    address = page.evaluate("document.activeElement.getAttribute('href')")
    console.get("getbalance", DEMO)

    expect(region).to_contain_text("getbalance")
    assert page.evaluate("document.activeElement.getAttribute('href')") == address == "/_sim/console/requests/1"
    assert page.evaluate("window.ran") is None
    assert page.locator("main img").count() == 0
