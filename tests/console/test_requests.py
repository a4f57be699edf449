"""The journal as a person reads it (issue: reasons in plain words, what came and went, curl, send again, findings)."""

import json
import os
import subprocess
from collections.abc import Callable
from http.client import IncompleteRead

import pytest

from tests.conftest import DEMO, GOOD, signed
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect

HOSTILE = (
    'it\'s "$(touch pwned)" `touch pwned` !! \\ ${HOME} $EIMS_PASSWORD ; & | > pwned * ~ # @/etc/passwd % + = & '
    "你好 \u202e\u200b"
)
PASTED = [
    HOSTILE,
    "\n\r\n\t lines \x1b[31m\x7f",
    "@/etc/passwd",
    "'",
    "\\",
    "'; touch pwned; '",
    "'\"'\"'$(touch pwned)",
    "-o pwned",
    "\x00",
]


def rows(page: Page):
    return page.locator("[data-rows] tr")


def detail(page: Page):
    return page.locator("#detail")


def entries(console: Console, query: str = "") -> list[dict]:
    return console.control("GET", f"requests?{query}")["items"]


def test_the_journal_is_live_and_filtered_by_its_address(console: Console, open_page: Callable[..., Page]):
    """issue: every view can be linked; what is wrong is said in words"""
    page = open_page("console/requests")
    expect(page.get_by_text("No client has asked anything yet.")).to_be_visible()

    console.get("getbalance", DEMO | {"password": "wrong"})
    console.submit()
    console.ask("GET", "/queryBalance?account=demo")
    console.control("POST", "faults", {"endpoint": "getsms", "body": "truncated"})
    with pytest.raises(IncompleteRead):
        console.get("getsms", DEMO)

    expect(rows(page)).to_have_count(4)
    expect(rows(page).nth(0)).to_contain_text("not delivered")
    expect(rows(page).nth(1)).to_contain_text("HTTP 404")
    expect(rows(page).nth(2)).to_contain_text("0 success")
    expect(rows(page).nth(3)).to_contain_text("auth-password-mismatch")
    page.get_by_label("Status").select_option("-1")
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Endpoint").fill("sendsms")
    page.get_by_label("Endpoint").press("Enter")
    expect(rows(page)).to_have_count(1)
    console.submit()
    expect(rows(page)).to_have_count(2)
    page.goto("console/requests?submit=2")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("Only the request that made submit 2.")).to_be_visible()


def test_a_request_tells_everything_and_is_sent_again(console: Console, open_page: Callable[..., Page]):
    """C4, C5: opened beside the list, under an address of its own"""
    console.get("sendsms", GOOD | {"password": "wrong", "content": "  two\u00a0 blanks\u202e", "sender": ""})
    console.get("getbalance", signed("digest", "7"))
    page = open_page("console/requests", permissions=["clipboard-read", "clipboard-write"])

    page.get_by_role("link", name="#1 GET /sendsms").click()

    expect(page).to_have_url(f"{console.url}/_sim/console/requests/1")
    expect(rows(page)).to_have_count(2)
    expect(detail(page)).to_contain_text("the password is not the account's")
    expect(detail(page).get_by_role("link", name="auth-password-mismatch")).to_have_attribute(
        "href", "/_sim/console/codes#auth-password-mismatch"
    )
    sent = detail(page).get_by_role("table")
    expect(sent.get_by_role("row").filter(has_text="password")).to_contain_text("secret, masked")
    expect(sent.get_by_role("row").filter(has_text="sender")).to_contain_text("empty")
    content = sent.get_by_role("row").filter(has_text="content").get_by_role("cell")
    assert content.evaluate("cell => cell.textContent") == "  two\u00a0 blanks\u202e"
    assert content.locator("[data-sign]").evaluate_all("all => all.map(one => one.dataset.sign)") == [
        *("··", "U+00A0", "U+202E"),
    ]
    bytes_shown = page.locator("#answer-bytes")
    expect(bytes_shown).to_have_text('{"status":-1,"success":0,"fail":1,"array":[]}')
    page.get_by_role("button", name="Pretty").click()
    assert json.loads(bytes_shown.inner_text())["status"] == -1
    assert bytes_shown.inner_text().splitlines()[1] == '  "status": -1,'

    expect(detail(page)).to_contain_text("This submits once more, and costs.")
    page.get_by_role("button", name="Send again").click()
    made = page.locator("#again-result")
    expect(made).to_contain_text("0 success")
    expect(made).to_contain_text('"array":[[13800000000,1]]')
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Send with the old password").click()
    expect(made).to_contain_text("the password is not the account's")
    expect(made.get_by_role("link", name="request #4")).to_be_visible()
    page.go_back()
    expect(detail(page)).to_be_hidden()

    page.get_by_role("link", name="#2 GET /getbalance").click()
    expect(detail(page)).to_contain_text("a new seq or time needs a new one")
    page.get_by_role("button", name="Send again").click()
    made.get_by_role("link", name="request #5").click()
    expect(page.locator("#detail-title")).to_contain_text("#5")
    assert [one["status"] for one in entries(console)] == [-1, 0, 0, -1, 0]
    page.get_by_role("button", name="Older", exact=True).click()
    expect(page.locator("#detail-title")).to_contain_text("#4")
    page.get_by_role("link", name="Close").click()
    expect(page).to_have_url(f"{console.url}/_sim/console/requests")
    assert "demo123" not in page.content()


def test_what_cannot_be_sent_again_or_is_cut_is_said(console: Console, open_page: Callable[..., Page]):
    """C3, C4"""
    console.submit(",".join(f"138{n:08d}" for n in range(300)))
    page = open_page("console/requests/1")

    expect(detail(page)).to_contain_text("what ends in … goes on")
    expect(detail(page)).to_contain_text("The journal keeps 2 KiB of an answer")
    expect(detail(page)).to_contain_text("Answer, 2,048 bytes")
    expect(page.get_by_role("button", name="Pretty")).to_be_disabled()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("longer than the journal keeps")).to_be_visible()
    detail(page).get_by_role("link", name="Its messages").click()
    expect(page).to_have_url(f"{console.url}/_sim/console/messages?submit=1")

    page.goto("console/requests/9")
    expect(detail(page)).to_contain_text("is not in the journal")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_curl_line_does_what_was_done_and_nothing_else(
    console: Console, open_page: Callable[..., Page], tmp_path, method
):
    """issue: copy as curl, pasted into a shell; contents are hostile"""
    sent = [GOOD | {"content": text} for text in PASTED] + [GOOD | {HOSTILE: HOSTILE, "b!=c": "x", "[a-z]{b}": "y"}]
    for one in sent:
        if method == "GET":
            console.get("sendsms", one)
        else:
            console.ask("POST", "/sendsms", one)
    page = open_page("console/requests", permissions=["clipboard-read", "clipboard-write"])
    for id in range(1, len(sent) + 1):
        page.get_by_role("link", name=f"#{id} {method} /sendsms", exact=True).click()
        expect(page.locator("#detail-title")).to_contain_text(f"#{id} ")
        page.get_by_role("button", name="Copy as curl").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        line = page.evaluate("navigator.clipboard.readText()")
        assert line == page.locator("#curl-line").evaluate("pre => pre.textContent")
        assert all(character.isprintable() for character in line.replace(" \\\n  ", " "))
        environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "EIMS_PASSWORD": "demo123"}
        ran = subprocess.run(
            ["bash", "-c", f"{line} -sS"], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, b""), line
        expect(page.get_by_role("link", name=f"#{len(sent) + id} {method} /sendsms", exact=True)).to_be_visible()

    made = entries(console)
    before, after = made[: len(sent)], made[len(sent) :]
    assert [(one["method"], one["parameters"], one["status"]) for one in after] == [
        (one["method"], one["parameters"], one["status"]) for one in before
    ]
    assert not [*tmp_path.glob("pwned*")]


def test_requests_are_grouped_by_finding_and_the_journal_is_cleared(console: Console, open_page: Callable[..., Page]):
    """issue: group by finding; in the other language"""
    for _ in range(3):
        console.get("getbalance", DEMO | {"password": "wrong"})
    console.get("getbalance", DEMO | {"version": "9"})
    page = open_page("console/requests", language="zh")
    page.get_by_role("link", name="按诊断分组").click()

    groups = page.locator("#findings-list > li")
    expect(groups).to_have_count(2)
    expect(groups.first.locator("summary")).to_contain_text("3")
    expect(groups.first.locator("summary")).to_contain_text("密码与账户不符")
    expect(groups.nth(1)).to_contain_text("version-unknown")
    groups.first.locator("summary").click()
    expect(groups.first.locator(".finding-requests li")).to_have_count(3)
    console.get("getbalance", DEMO | {"password": "wrong"})
    expect(groups.first.locator(".finding-requests li")).to_have_count(4)
    groups.first.get_by_role("link", name="在日志中查看全部").click()
    expect(page).to_have_url(f"{console.url}/_sim/console/requests?finding=auth-password-mismatch")
    expect(rows(page)).to_have_count(4)
    expect(rows(page).first).to_contain_text("认证错误")
    page.get_by_role("link", name="#5 GET /getbalance").click()
    expect(detail(page)).to_contain_text("密码与账户不符")
    detail(page).get_by_role("button", name="重新发送").click()
    expect(detail(page).get_by_role("link", name="请求 #6")).to_be_visible()

    page.get_by_role("button", name="清空日志").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    assert len(entries(console)) == 6
    page.get_by_role("button", name="清空日志").click()
    page.get_by_role("dialog").get_by_role("button", name="清空").click()
    expect(page.get_by_text("日志已清空。")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    assert entries(console) == []


def test_the_keyboard_is_enough_and_nothing_is_too_wide(console: Console, open_page: Callable[..., Page]):
    """issue: by keyboard alone, from 360 px"""
    console.get("sendsms", GOOD | {"content": HOSTILE, "colour" * 20: HOSTILE * 4, "sender": "x" * 200})
    console.get("x" * 300, DEMO | {"account": "y" * 100})
    page = open_page("console/requests", viewport={"width": 360, "height": 740})

    link = page.get_by_role("link", name="#1 GET /sendsms")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_be_focused()
    for width, path in ((360, "requests/1"), (360, "requests"), (360, "requests?view=findings"), (1280, "requests/1")):
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(f"console/{path}")
        ready = page.locator(
            "#findings-list summary" if "view" in path else "#curl-line" if "/" in path else "[data-rows] tr"
        )
        expect(ready.first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
