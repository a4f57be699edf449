"""Every code: found, explained in both languages, linked to, and made to arise (issue, C5)."""

import re
from collections.abc import Callable

from eims_sim.protocol.codes import ReportCode, Status
from tests.conftest import DEMO
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect


def entry(page: Page, id: str):
    """A code, by the name it is linked to."""
    return page.locator(f"[id='{id}']")


def shown(page: Page, kind: str):
    """The codes of a kind that are not filtered out."""
    return page.locator(f"#{kind} .code-entry:visible")


def test_a_code_is_found_by_its_number_its_wording_and_either_language(open_page: Callable[..., Page]):
    """C5: every diagnosis code is searchable in the console"""
    page = open_page("console/codes")
    expect(shown(page, "statuses")).to_have_count(len(Status))
    expect(shown(page, "reports")).to_have_count(len(ReportCode))
    expect(entry(page, "status--13")).to_contain_text("the user is locked 用户被锁定")
    expect(entry(page, "status--13")).to_contain_text("Arises when the account is locked, by hand")
    expect(entry(page, "report-1003")).to_contain_text("NoBablance")
    find = page.get_by_role("searchbox", name="Find a code")

    find.fill("-1")
    expect(page.locator("#statuses .code-code:visible")).to_have_text(["-1"])
    expect(shown(page, "reports")).to_have_count(0)
    expect(entry(page, "auth-md5-mismatch")).to_be_visible()
    find.fill("noroute")
    expect(page.locator(".code-entry:visible")).to_have_count(1)
    expect(entry(page, "report-1001")).to_be_visible()
    find.fill("黑号码")
    expect(entry(page, "report-1011")).to_be_visible()
    find.fill("full-width COMMA")
    expect(page.locator(".code-code:visible")).to_have_text(
        ["numbers-full-width-comma", "numbers-some-full-width-comma"]
    )

    page.reload()
    expect(page.locator(".code-entry:visible")).to_have_count(2)
    find.fill("<script>")
    expect(page.get_by_text("No code matches.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(shown(page, "statuses")).to_have_count(len(Status))
    expect(find).to_be_focused()


def test_what_was_met_is_counted_live_and_leads_to_its_requests(console: Console, open_page: Callable[..., Page]):
    """C4: coverage and findings"""
    page = open_page("console/codes?met=yes")
    expect(page.get_by_text("No code matches.")).to_be_visible()

    console.get("getbalance", DEMO | {"password": "wrong"})
    console.get("getbalance", DEMO | {"password": "wrong"})

    expect(page.locator(".code-code:visible")).to_have_text(["-1", "auth-password-mismatch"])
    met = entry(page, "status--1").get_by_role("link", name="met 2 ×")
    expect(met).to_have_attribute("href", "/_sim/console/requests?status=-1")
    finding = entry(page, "auth-password-mismatch").get_by_role("link", name="met 2 ×")
    expect(finding).to_have_attribute("href", "/_sim/console/requests?finding=auth-password-mismatch")
    page.get_by_role("button", name="Never met").click()
    expect(shown(page, "statuses")).to_have_count(len(Status) - 1)
    expect(page.locator("#statuses")).to_contain_text("1 of 14 met")
    assert page.url.endswith("?met=no")


def test_a_status_and_a_report_code_are_made_to_arise(console: Console, open_page: Callable[..., Page]):
    """issue: a button that makes it arise and shows the answer"""
    page = open_page("console/codes", permissions=["clipboard-read", "clipboard-write"])
    poor = entry(page, "status--10")
    poor.get_by_role("button", name="Make it arise -10").click()

    expect(poor).to_contain_text("It arose")
    expect(poor).to_contain_text('{"status":-10,"success":0,"fail":1,"array":[]}')
    expect(poor).to_contain_text("balance-too-low balance and gift together are less")
    expect(poor).to_contain_text("met 1 ×")
    poor.get_by_role("button", name="Copy").click()
    expect(poor.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -G {console.url}/sendsms -d account=arise-")
    expect(poor.get_by_role("link", name="In the journal: 1")).to_have_attribute("href", "/_sim/console/requests/1")

    black = entry(page, "report-1011")
    black.get_by_role("button", name="Make it arise 1011").focus()
    page.keyboard.press("Enter")
    expect(black).to_contain_text(re.compile(r'\[\[1,"13800001011",\d+,1011\]\]'))
    expect(black.get_by_role("button", name="Make it arise 1011")).to_be_focused()
    page.get_by_role("button", name="Never met").click()
    expect(black).to_contain_text("met 1 ×")
    black.get_by_role("button", name="Hide").click()
    expect(black).to_be_hidden()
    page.get_by_role("button", name="All", exact=True).click()
    expect(black).not_to_contain_text("13800001011")
    assert console.control("GET", "messages")["total"] == 0

    console.control("POST", "faults", {"endpoint": "*", "body_text": "<img src=x onerror=alert(1)>"})
    poor.get_by_role("button", name="Make it arise").click()
    expect(poor).to_contain_text("Something else came back")
    expect(poor.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    expect(poor).to_contain_text("fault-struck")
    console.control("DELETE", "faults")
    console.control("POST", "faults", {"endpoint": "*", "connection": "reset"})
    poor.get_by_role("button", name="Make it arise").click()
    expect(poor).to_contain_text("no answer")


def test_a_link_leads_to_a_code_in_chinese_too_on_a_phone(open_page: Callable[..., Page]):
    """issue: both languages, from 360 px"""
    narrow = {"width": 360, "height": 740}
    page = open_page("console/codes?q=nothing+of+the+kind#auth-md5-mismatch", language="zh", viewport=narrow)

    expect(entry(page, "auth-md5-mismatch")).to_be_in_viewport()
    expect(entry(page, "auth-md5-mismatch")).to_contain_text("摘要不等于 UTF-8 编码的")
    expect(page.get_by_role("searchbox", name="查找代码")).to_have_value("")
    entry(page, "auth-md5-mismatch").get_by_role("link", name="认证错误").click()
    status = entry(page, "status--1")
    expect(status).to_be_in_viewport()
    expect(status).to_contain_text("认证错误 authentication error")
    status.get_by_role("button", name="使其出现").click()
    expect(status).to_contain_text("密码与账户不符")
    expect(status).to_contain_text("the password is not the account's")
    expect(status).to_contain_text("已出现")

    assert page.evaluate("document.documentElement.scrollWidth") == 360
