"""The messages, as a person looks for them and into one (issue: item 2)."""

import socket
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import with_callback
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect


def rows(page: Page):
    return page.get_by_role("table", name="Messages, the newest first").locator("tbody tr")


def fact(page: Page, name: str):
    return page.locator("dt", has_text=name).locator("xpath=following-sibling::dd[1]")


def page_parts(page: Page):
    return page.locator(".part")


@pytest.fixture
def nobody() -> Iterator[str]:
    """A callback URL at which nobody listens, as long as the test lasts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/reports"


@pytest.fixture
def console(start_console: Callable[..., Console], nobody: str) -> Console:
    """A simulator with an account, pushed, whose reports reach nobody."""
    return start_console(with_callback(nobody))


def test_messages_appear_are_filtered_and_the_filters_are_in_the_address(console: Console, open_page):
    """C4: exact filters, `content` a part; bounds are of acceptance"""
    page = open_page("console/messages")
    expect(page.get_by_text("No message yet.")).to_be_visible()
    expect(page.locator("#first-curl")).to_contain_text(f'curl "{console.url}/sendsms?account=')
    expect(page.locator("#first-curl")).to_contain_text("password=$EIMS_PASSWORD&numbers=13800138000&content=Hello")

    console.submit("13800000000", "Your code is 482913", sender="ACME")
    expect(rows(page)).to_have_count(1)
    console.advance(60)
    console.submit("13800001005,13800000007", "<b>sale</b>")
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text("<b>sale</b>")
    expect(rows(page).last).to_contain_text("0 success")
    expect(page.get_by_text("3 in all")).to_be_visible()

    page.get_by_label("Content").fill("code")
    page.get_by_label("Content").press("Enter")
    expect(rows(page)).to_have_count(1)
    assert page.url.endswith("?content=code")
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("State").select_option("1 unsent")
    expect(rows(page)).to_have_count(2)
    console.advance(30)
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Number").fill("13800001005")
    page.get_by_label("Number").press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("1005 Send Refuse")
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_text("More filters").click()
    page.get_by_label("Accepted until").fill("2026-01-01T12:00:05")
    page.get_by_label("Sender").fill("ACME")
    page.get_by_label("Sender").press("Enter")
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Accepted until")).to_have_value("2026-01-01T12:00:05")
    page.goto("console/messages?since=2026-01-01T04:00:30Z")
    expect(page.get_by_label("Accepted from")).to_have_value("2026-01-01T12:00:30")
    expect(rows(page)).to_have_count(2)


def test_pages_come_from_the_server_and_newcomers_wait_for_who_reads(console: Console, open_page):
    """issue: paged from the server, live"""
    console.submit(",".join(str(13_811_100_001 + place * 10) for place in range(120)))
    page = open_page("console/messages")
    expect(rows(page).first.get_by_role("link").first).to_have_text("120")
    expect(rows(page)).to_have_count(50)

    page.get_by_role("link", name="Older").click()
    expect(rows(page).first.get_by_role("link").first).to_have_text("70")
    page.get_by_role("link", name="Older").click()
    expect(rows(page)).to_have_count(20)
    page.go_back()
    expect(rows(page).first.get_by_role("link").first).to_have_text("70")
    page.get_by_role("link", name="Newer").click()
    expect(rows(page).first.get_by_role("link").first).to_have_text("120")
    page.get_by_role("link", name="Newest").click()
    expect(page).to_have_url(f"{console.url}/_sim/console/messages")
    page.goto("console/messages?older=71")
    page.get_by_role("link", name="Older").click()
    expect(rows(page)).to_have_count(20)
    page.goto("console/messages?older=51")  # the last fifty, and no more
    expect(rows(page)).to_have_count(50)
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    page.goto("console/messages?older=101")
    page.get_by_role("link", name="Newer").click()
    expect(rows(page)).to_have_count(20)
    expect(page.get_by_role("link", name="Newer")).to_have_count(0)
    page.get_by_role("link", name="Older").click()
    expect(rows(page).first.get_by_role("link").first).to_have_text("100")
    page.goto("console/messages?older=1")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("link", name="Newest").click()
    expect(rows(page)).to_have_count(50)

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows(page).nth(1).get_by_role("link").first).to_be_focused()
    console.submit("13800000000,13800000001", "new")
    expect(page.get_by_role("button", name="2 new: show")).to_be_visible()
    expect(rows(page).nth(1).get_by_role("link").first).to_be_focused()
    page.get_by_role("button", name="2 new: show").click()
    expect(rows(page).first.get_by_role("link").first).to_have_text("122")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Message 122")


def test_what_a_reset_removed_is_gone_from_every_page_though_nothing_happens(console: Console, open_page):
    """C4: ids from 1 again: what has the id then is another message"""
    console.submit(",".join(str(13_811_100_001 + place * 10) for place in range(40)), "before")
    one, many = open_page("console/messages/1"), open_page("console/messages", viewport={"width": 1280, "height": 400})
    expect(page_parts(one)).to_contain_text("before")
    expect(rows(many)).to_have_count(40)
    many.evaluate("scrollTo(0, 900)")  # somebody reads: newcomers would wait, but these are none

    console.control("POST", "reset")
    expect(one.get_by_text("There is no message 1")).to_be_visible()
    expect(rows(many)).to_have_count(0)
    console.submit(content="after")

    expect(page_parts(one)).to_contain_text("after")
    expect(one.locator("#state")).to_contain_text("unsent")
    expect(rows(many)).to_have_count(1)
    console.advance(86_400)
    expect(rows(many).locator("time")).to_have_text("2026-01-01 12:00:00")  # it is another day's now


def test_a_life_is_followed_to_its_end_and_its_report_is_pushed_again(console: Console, open_page: Callable[..., Page]):
    """P9.1, P8.3, C4"""
    (id,) = console.submit("13800000007", "Hi", account="pushed", sender="ACME")
    page = open_page(f"console/messages/{id}")
    life = page.get_by_role("img", name=f"The life of message {id}")
    expect(life).to_contain_text("1011 Black Number")
    expect(page.locator("#state")).to_have_text("1 unsent")
    expect(fact(page, "Decided by")).to_contain_text("Rule 1 was the first that matched: 1011 Black Number.")
    expect(fact(page, "Decided by")).to_contain_text('number suffix "7"')
    expect(fact(page, "Charge")).to_contain_text("0.05 for this message, segments: 1")
    expect(fact(page, "Charge")).to_contain_text("paid 0 from the gift, 0.05 from the balance")
    expect(fact(page, "Request").get_by_role("link")).to_have_attribute("href", "/_sim/console/requests/1")
    expect(page.get_by_text("The report is pushed once the message is final.")).to_be_visible()
    expect(page.locator("#poll")).to_have_text(
        f'curl "{console.url}/getreport?account=pushed&password=$EIMS_PASSWORD&ids={id}"'
    )

    console.advance(10)
    expect(page.locator("#state")).to_have_text("2 sending")
    console.advance(21)
    expect(page.locator("#state")).to_have_text("1011 Black Number")
    expect(page.get_by_text("It is final")).to_be_visible()
    expect(page.get_by_role("button", name="Force")).to_be_hidden()
    reports = page.get_by_role("article", name="Push 1")
    expect(reports).to_contain_text("nothing listens there")
    tries = reports.locator("tbody tr").count()
    reports.get_by_role("button", name="Push again").click()
    expect(page.get_by_text("Push 1 is due now.")).to_be_visible()
    expect(reports.locator("tbody tr")).to_have_count(tries + 1)
    expect(life).to_contain_text("no answer")

    page.locator("summary", has_text="Exact times").click()
    times = page.get_by_role("table", name="Exact times").locator("tbody tr")
    expect(times.nth(0)).to_contain_text("2026-01-01 12:00:00.000000+08:00")
    expect(times.nth(1)).to_contain_text("sending")
    expect(times.nth(1)).to_contain_text("10 s")
    expect(times.nth(2)).to_contain_text("1011 Black Number")
    expect(times.nth(2)).to_contain_text("20 s")
    expect(times.nth(3)).to_contain_text("push 1: no answer")
    chinese = open_page(f"console/messages/{id}", language="zh")
    expect(chinese.get_by_role("article", name="推送 1")).to_contain_text("未送达：该地址没有程序在监听")


def test_a_message_is_ended_by_hand_and_one_that_is_final_is_not(console: Console, open_page: Callable[..., Page]):
    """C4: PATCH, 409 if it is final; in Chinese"""
    first, second = console.submit("13800000000,13800001005")
    page = open_page(f"console/messages/{first}", language="zh")
    expect(fact(page, "结果由来")).to_contain_text("没有匹配的规则")
    page.get_by_label("状态报告代码").select_option("1003")
    page.get_by_role("button", name="强制").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    assert console.control("GET", f"messages/{first}")["state"] == 1
    page.get_by_role("button", name="强制").click()
    page.get_by_role("dialog").get_by_role("button", name="强制").click()

    expect(page.locator("#state")).to_contain_text("1003")
    expect(fact(page, "结果由来")).to_contain_text("操作员在其“未发送”时将其强制结束为 1003")
    expect(page.get_by_text("已是最终状态，不会再改变。")).to_be_visible()

    page.get_by_role("link", name=f"下一条：消息 {second}").click()
    expect(fact(page, "结果由来")).to_contain_text("魔术号码")
    page.get_by_role("button", name="强制").click()
    console.control("PATCH", f"messages/{second}", {"state": 0})
    page.get_by_role("dialog").get_by_role("button", name="强制").click()
    expect(page.get_by_text(f"消息 {second} 已是最终状态，无法再更改。")).to_be_visible()
    page.goto("console/messages/99")
    expect(page.get_by_text("没有编号为 99 的消息")).to_be_visible()


def test_parts_are_drawn_and_what_forced_ucs2_is_marked(console: Console, open_page: Callable[..., Page]):
    """P4.3: alphabet, length of each part, the first character that forced UCS-2"""
    (long,) = console.submit(content="a" * 66 + "你" + "b" * 10 + "你")
    (short,) = console.submit(content="Hello [you]")
    page = open_page(f"console/messages/{long}")

    parts = page.locator(".part")
    expect(parts).to_have_count(2)
    expect(parts.nth(0)).to_contain_text("67 of 67")
    expect(parts.nth(0).locator("mark")).to_have_text("你")
    expect(parts.nth(1)).to_contain_text("11 of 67")
    expect(parts.nth(1).locator("mark")).to_have_count(0)
    expect(page.get_by_text("UCS-2 because of")).to_contain_text("你 U+4F60 at character 67")
    page.goto(f"console/messages/{short}")
    expect(page.get_by_text("GSM 7-bit · one part, with room for 160 units")).to_be_visible()
    expect(parts).to_contain_text("13 of 160")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_label_covers_another_whether_a_life_takes_days_or_no_time(console: Console, open_page, width: int):
    """issue: readable both for 0.5 s and for days"""
    lives = console.submit("13800000000", account="pushed", sendtime="20260104080000")
    lives += console.submit("13800001019", account="pushed")
    console.advance(4 * 86_400)  # ten attempts, then it is parked
    console.control("POST", "pushes/1/retry")
    lives += console.submit("13800009001", account="pushed")
    console.control("PATCH", f"messages/{lives[-1]}", {"state": 1003})
    page = open_page("console/messages", viewport={"width": width, "height": 700})

    for id in lives:
        page.goto(f"console/messages/{id}")
        expect(page.locator("svg.life")).to_be_visible()
        boxes = page.evaluate("""() => [...document.querySelectorAll("svg.life text")].map((one) => {
            const { left, right, top, bottom } = one.getBoundingClientRect();
            return { text: one.textContent, left, right, top: top + 2, bottom: bottom - 2 };
        })""")
        assert len(boxes) >= 4
        assert [
            (one["text"], other["text"])
            for place, one in enumerate(boxes)
            for other in boxes[place + 1 :]
            if one["left"] < other["right"]
            and other["left"] < one["right"]
            and one["top"] < other["bottom"]
            and other["top"] < one["bottom"]
        ] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_line_to_copy_names_the_account_whatever_it_is_called(console: Console, open_page):
    """The place of the password is where the password goes, and no other"""
    odd = "PASSWORD=-&*** $(id)"
    console.control("POST", "accounts", {"account": odd, "password": "demo123", "balance": "10"})
    id = console.submit(account=odd)[0]
    page = open_page(f"console/messages/{id}")

    expect(page.locator("#poll")).to_have_text(
        f'curl "{console.url}/getreport?account=PASSWORD%3D-%26***+%24%28id%29&password=$EIMS_PASSWORD&ids={id}"'
    )
