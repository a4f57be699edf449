"""A phone on the screen: its conversation, codes to copy, replies of who holds it (C4)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import DEMO
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect

NUMBER = "13800138000"
HANDSET = f"console/handset?number={NUMBER}"
LIFE = 60
"""In so many seconds every message of fixtures/spec.toml is final."""


def reply(console: Console, content: str = "STOP", number: str = NUMBER) -> None:
    console.control("POST", "inbound", {"from": number, "to": "123456", "content": content})


def inbound(console: Console) -> list[tuple[str, str, str]]:
    """From, to and content of every inbound message."""
    return [(one["from"], one["to"], one["content"]) for one in console.control("GET", "inbound")["items"]]


def bubbles(page: Page) -> Any:
    return page.get_by_role("log").get_by_role("listitem").filter(has=page.locator(".bubble"))


@pytest.mark.parametrize(
    ("language", "recent", "copy", "copied", "send", "waiting", "fetched"),
    [
        ("en", "Recent numbers", "Copy 482913", "482913 is copied.", "Send", "waiting for getsms", "at 12:01:00"),
        ("zh", "最近的号码", "复制 482913", "已复制 482913。", "发送", "等待 getsms 获取", "12:01:00 已获取"),
    ],
)  # fmt: skip
def test_a_code_arrives_is_copied_and_answered(
    console: Console, open_page, language, recent, copy, copied, send, waiting, fetched
):
    """issue: see its conversation as on a phone, reply, codes highlighted, click to copy; in both languages"""
    console.submit(NUMBER, "\U0001f511 Your code is 482913.", sender="ACME")
    console.advance(LIFE)
    page = open_page("console/handset", language=language, permissions=["clipboard-read", "clipboard-write"])

    page.get_by_role("region", name=recent).get_by_role("link", name=NUMBER).click()
    expect(page.get_by_role("heading", level=2)).to_have_text(NUMBER)
    expect(bubbles(page)).to_have_count(1)
    expect(bubbles(page)).to_contain_text("ACME")
    page.get_by_role("button", name=copy).click()

    expect(page.get_by_text(copied)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "482913"
    assert page.evaluate("location.search") == f"?number={NUMBER}"

    page.get_by_role("textbox", name=NUMBER).fill("One line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and another")
    page.keyboard.press("Enter")

    expect(bubbles(page).last).to_contain_text("One line\nand another")
    expect(bubbles(page).last).to_contain_text(waiting)
    expect(page.get_by_role("textbox", name=NUMBER)).to_have_value("")
    page.get_by_role("button", name="STOP").click()
    expect(bubbles(page)).to_have_count(3)
    page.get_by_role("textbox", name=NUMBER).fill("Bye")
    page.get_by_role("button", name=send, exact=True).click()
    expect(bubbles(page)).to_have_count(4)
    assert inbound(console) == [
        (NUMBER, "123456", "One line\nand another"),
        (NUMBER, "123456", "STOP"),
        (NUMBER, "123456", "Bye"),
    ]

    console.get("getsms", DEMO)
    expect(bubbles(page).last).to_contain_text(fetched)


def test_a_message_is_followed_until_it_arrives(console: Console, open_page):
    """issue: what has not arrived is seen, but not as if it had"""
    console.control("POST", "rules", {"content": {"contains": "lottery"}, "outcome": 1011})
    page = open_page(HANDSET)
    expect(page.get_by_text("Nothing was said yet.")).to_be_visible()
    expect(page.get_by_text("numbers=13800138000")).to_be_visible()

    (id,) = console.submit(NUMBER, "Hello")
    expect(bubbles(page)).to_contain_text("Not on the phone yet: unsent")
    expect(page.get_by_text("Nothing was said yet.")).to_be_hidden()
    console.advance(10)
    expect(bubbles(page)).to_contain_text("Not on the phone yet: sending")
    console.advance(LIFE)
    expect(bubbles(page)).not_to_contain_text("Not on the phone yet")
    console.submit(NUMBER, "You won the lottery")
    console.advance(LIFE)
    expect(bubbles(page).last).to_contain_text("Never reached the phone: 1011 Black Number")
    console.submit(NUMBER, "Catalogue", smstype="1", mmstitle="Spring", sendtime="20260101180000")
    expect(bubbles(page).last).to_contain_text("Spring")
    expect(bubbles(page).last).to_contain_text("Not on the phone yet: scheduled for 2026-01-01 18:00")
    expect(page.get_by_role("region", name="Recent numbers").get_by_role("link")).to_contain_text("Catalogue")

    page.get_by_role("link", name=f"Message {id}", exact=True).click()
    expect(page).to_have_url(f"{console.url}/_sim/console/messages/{id}")


def test_any_number_can_be_picked_and_gone_back_from(console: Console, open_page):
    """issue: pick a number; the page's address holds it"""
    for number in (NUMBER, "13800138001", "+8613900000000"):
        console.submit(number, f"To {number}")
    page = open_page("console/handset")
    recent = page.get_by_role("region", name="Recent numbers").get_by_role("link")
    field = page.get_by_label("Number", exact=True)
    expect(recent).to_have_count(3)

    field.fill("1380013800")
    expect(recent).to_have_count(2)
    field.fill("+86")
    expect(recent).to_have_count(1)
    recent.click()
    expect(bubbles(page)).to_contain_text("To +8613900000000")
    field.fill("10010")
    expect(page.get_by_text("No recent number begins so.")).to_be_visible()
    field.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("10010")
    expect(page).to_have_title("10010 – Handset · eims-sim")
    page.get_by_role("button", name="YES").click()
    expect(bubbles(page)).to_contain_text("YES")

    page.go_back()
    expect(bubbles(page)).to_contain_text("To +8613900000000")
    page.reload()
    expect(bubbles(page)).to_contain_text("To +8613900000000")
    page.goto("console/handset?number=+8613900000000")  # the sign is not escaped, as somebody would type it
    expect(bubbles(page)).to_contain_text("To +8613900000000")
    page.get_by_role("link", name="Message list").click()
    assert page.evaluate("new URLSearchParams(location.search).get('number')") == "+8613900000000"


def test_what_was_said_before_is_read_in_peace(console: Console, open_page):
    """Earlier ones are asked for; what comes meanwhile moves nothing"""
    for place in range(70):
        console.submit(NUMBER, f"Message of the day {place}.")
    page = open_page(HANDSET)
    log = page.get_by_role("log")
    expect(bubbles(page)).to_have_count(50)
    expect(log.get_by_text("Message of the day 69.")).to_be_in_viewport()

    page.get_by_role("button", name="Earlier").click()
    expect(bubbles(page)).to_have_count(70)
    expect(page.get_by_role("button", name="Earlier")).to_be_hidden()
    expect(log.get_by_text("Message of the day 21.")).to_be_in_viewport()  # where the reader was
    old = log.get_by_text("Message of the day 3.")
    old.scroll_into_view_if_needed()
    before = old.bounding_box()
    console.submit(NUMBER, "The newest one.")
    page.get_by_role("button", name="Something new below").wait_for()

    assert old.bounding_box() == before
    page.get_by_role("button", name="Something new below").click()
    expect(log.get_by_text("The newest one.")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Something new below")).to_be_hidden()


def test_a_reply_goes_to_who_wrote_last_unless_somebody_chooses(console: Console, open_page):
    """issue: the person who holds the number writes to one of the accounts' inbound numbers"""
    console.submit(NUMBER, account="segments")
    page = open_page(HANDSET)
    to = page.get_by_label("To", exact=True)
    expect(to).to_have_value("654321")

    console.submit(NUMBER, account="demo")
    expect(to).to_have_value("123456")
    to.select_option("+8610690")
    page.get_by_role("button", name="STOP").click()
    expect(bubbles(page)).to_have_count(3)
    console.submit(NUMBER, account="either")
    expect(page.get_by_text("either has no inbound number")).to_be_visible()
    expect(to).to_have_value("+8610690")
    assert inbound(console) == [(NUMBER, "+8610690", "STOP")]

    for account in ("demo", "segments"):
        console.control("PATCH", f"accounts/{account}", {"numbers": []})
    expect(page.get_by_text("No account has an inbound number")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_hidden()


def test_hostile_texts_are_only_texts(console: Console, open_page):
    """issue, Safety: contents, senders and numbers are shown as they are"""
    script = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    console.submit(NUMBER, f"{script} 4711 \u202e gnp.exe", sender="<b>A</b>", smstype="1", mmstitle=script)
    console.submit(NUMBER, "رمزك هو 557788 شكرا")
    reply(console, script + "\r\n\0")
    reply(console, "from a strange one", number="<i>\u202e/../%41")
    page = open_page(HANDSET)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    expect(bubbles(page)).to_have_count(3)
    for text in (script, "<b>A</b>"):
        expect(page.get_by_role("log").get_by_text(text).first).to_be_visible()
    expect(page.get_by_role("button", name="Copy 4711")).to_be_visible()
    assert page.locator(".bubble .text", has_text="557788").evaluate("one => getComputedStyle(one).direction") == "rtl"
    page.get_by_role("link", name="from a strange one").click()
    expect(bubbles(page)).to_have_count(1)
    expect(page.get_by_role("heading", level=2)).to_contain_text("<i>")
    assert page.locator("main img, main script, main i, main b:not(.badge b)").count() == 0


def test_on_a_phone_the_list_and_the_conversation_come_one_after_the_other(console: Console, open_page):
    """issue: from 360 px, by keyboard alone"""
    console.submit(NUMBER, "x" * 1000, sender="ACME")
    page = open_page("console/handset", viewport={"width": 360, "height": 740})
    field = page.get_by_label("Number", exact=True)
    expect(page.get_by_role("log")).to_be_hidden()

    page.get_by_role("link", name=NUMBER).focus()
    page.keyboard.press("Enter")
    expect(bubbles(page)).to_have_count(1)
    expect(page.get_by_role("heading", level=2)).to_be_focused()
    expect(field).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("link", name="Numbers", exact=True).click()

    expect(field).to_be_visible()
    expect(page.get_by_role("log")).to_be_hidden()
    assert page.evaluate("location.search") == ""


def test_nobody_is_there_yet(open_page: Callable[..., Page]):
    """The first look says how to begin"""
    page = open_page("console/handset")

    expect(page.get_by_text("Pick a number and see what its phone shows.")).to_be_visible()
    expect(page.get_by_text("/sendsms?account=demo&password=$EIMS_PASSWORD")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
