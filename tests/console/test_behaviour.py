"""Presets, rules and faults, as a person writes, reads and switches them (issue: sentences, switches, counts)."""

from collections.abc import Callable

from tests.conftest import DEMO
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect

HOSTILE = "<img src=x onerror=alert(1)>\u202e'\"&"


def row(page: Page, sentence: str):
    return page.get_by_role("listitem").filter(has_text=sentence)


def switch(page: Page, sentence: str):
    return page.get_by_role("switch", name=sentence)


def send(console: Console, **more: str) -> int:
    return console.ask("POST", "/sendsms", DEMO | {"numbers": "13800000000", "content": "Hello"} | more)[1]["status"]


def test_a_fault_is_written_seen_at_work_switched_off_changed_and_deleted(
    console: Console, open_page: Callable[..., Page]
):
    """C3, C4: every violation beside its field, the sentence as it is written, the count as it grows"""
    page = open_page("console/behaviour")
    expect(page.get_by_text("every request is answered as it should be")).to_be_visible()
    page.get_by_role("button", name="New fault…").click()
    form = page.get_by_role("dialog", name="New fault")
    form.get_by_label("Account").fill("demo")
    form.get_by_label("Effect", exact=True).select_option("Answer a status")
    form.get_by_label("Effect: status").select_option("-12 platform error, contact the administrator")
    form.get_by_label("Times").fill("many")
    form.get_by_label("Probability").fill("7")
    form.get_by_role("button", name="Add").click()

    expect(form.locator("#setting-times")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("#setting-probability-wrong")).to_contain_text("less than or equal to 1")
    form.get_by_label("Times").fill("3")
    form.get_by_label("Probability").fill("")
    expect(form.locator(".preview")).to_have_text("Answer -12 to the next 3 sendsms of demo")
    form.get_by_role("button", name="Add").click()

    struck = row(page, "Answer -12 to the next")
    expect(struck).to_contain_text("applied 0 of 3 times")
    assert send(console) == -12
    expect(struck).to_contain_text("Answer -12 to the next 2 sendsms of demo")
    expect(struck).to_contain_text("applied 1 of 3 times")

    turn = struck.get_by_role("switch")
    turn.focus()
    page.keyboard.press("Space")
    expect(turn).to_have_attribute("aria-checked", "false")
    expect(turn).to_be_focused()
    assert send(console) == 0
    page.keyboard.press("Space")
    expect(turn).to_have_attribute("aria-checked", "true")
    assert [send(console), send(console), send(console)] == [-12, -12, 0]
    expect(struck).to_contain_text("used up")

    struck.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Fault 1")
    expect(form.get_by_label("Effect: status")).to_have_value("-12")
    form.get_by_label("Effect", exact=True).select_option("Reset the connection")
    form.get_by_label("Delay", exact=True).select_option("between two bounds")
    form.get_by_label("Delay: from, in seconds").fill("0.1")
    form.get_by_label("Delay: to, in seconds").fill("0.2")
    form.get_by_label("Process it first").check()
    form.get_by_label("Times").fill("")
    form.get_by_role("button", name="Save").click()

    changed = row(page, "Once processed, wait 0.1 to 0.2 s, then reset the connection of every sendsms of demo")
    expect(changed).to_contain_text("applied 0 times")
    made = console.control("GET", "faults/1")
    assert (made["connection"], made["after"], made["status"], made["times"]) == ("reset", True, None, 0)
    assert made["delay_seconds"] == {"uniform": [0.1, 0.2]}
    changed.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("every request is answered as it should be")).to_be_visible()
    assert console.control("GET", "faults")["total"] == 0


def test_a_rule_is_written_with_every_condition_and_read_as_a_sentence(
    console: Console, open_page: Callable[..., Page]
):
    """C3, P9.2: hostile text is only text"""
    page = open_page("console/behaviour", viewport={"width": 360, "height": 740})
    expect(row(page, "Messages to numbers that end in 7 fail with 1011 Black Number")).to_be_visible()
    page.get_by_role("button", name="New rule…").click()
    form = page.get_by_role("dialog", name="New rule")
    form.get_by_role("button", name="Add").click()
    expect(form.locator("#setting-outcome")).to_have_attribute("aria-invalid", "true")

    form.get_by_label("Type").select_option("SMS")
    for name, kind, text in (
        ("Number", "begins with", "138"),
        ("Content", "matches the pattern", "("),
        ("Sender", "contains", HOSTILE),
    ):
        form.get_by_label(name, exact=True).select_option(kind)
        form.get_by_label(f"{name}: text").fill(text)
    form.get_by_label("Outcome").select_option("1005 Send Refuse")
    form.get_by_label("Time in sending", exact=True).select_option("as in real networks")
    form.get_by_label("Time in sending: median, in seconds").fill("2")
    form.get_by_label("Time in sending: sigma").fill("0.5")
    form.get_by_label("Probability").fill("0.25")
    form.get_by_label("On", exact=True).uncheck()
    form.get_by_role("button", name="Add").click()
    expect(form.locator("#setting-content-wrong")).to_contain_text("re2 cannot take this pattern")
    form.get_by_label("Content: text").fill("promo")
    form.get_by_role("button", name="Add").click()

    added = page.locator("#rules li").nth(1)
    sentence = "SMS to numbers that begin with 138 with a content like /promo/ from senders that contain"
    expect(added).to_contain_text(
        f"{sentence} {HOSTILE} fail with 1005 Send Refuse, sending for about 2 s (σ 0.5), 25%"
    )
    expect(added.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    made = console.control("GET", "rules/2")
    assert (made["number"], made["sender"]) == ({"prefix": "138"}, {"contains": HOSTILE})
    assert (made["enabled"], made["sending_seconds"]) == (False, {"lognormal": {"median": 2.0, "sigma": 0.5}})

    added.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Rule 2")
    form.get_by_label("On", exact=True).check()
    form.get_by_role("button", name="Save").click()
    expect(added.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_preset_is_switched_on_and_off(console: Console, open_page: Callable[..., Page]):
    """C4: presets, each with how often it has applied"""
    page = open_page("console/behaviour")
    names = [preset["name"] for preset in console.control("GET", "presets")["items"]]
    expect(page.locator("#presets [role=switch][aria-checked=false]")).to_have_count(len(names))

    switch(page, "Balance runs out").click()
    expect(switch(page, "Balance runs out")).to_have_attribute("aria-checked", "true")
    expect(row(page, "Answer -10 to every sendsms")).to_be_visible()
    assert send(console) == -10
    expect(page.locator("#presets").get_by_role("listitem").filter(has_text="Balance runs out")).to_contain_text(
        "applied once"
    )
    switch(page, "Balance runs out").click()
    expect(row(page, "Answer -10 to every sendsms")).to_have_count(0)
    assert send(console) == 0


def test_the_page_speaks_chinese(console: Console, open_page: Callable[..., Page]):
    """The whole path in the other language"""
    console.control("PUT", "presets/answer-lost", {"on": True})
    page = open_page("console/behaviour", language="zh")
    expect(row(page, "处理之后，重置每个 sendsms 请求的连接（50% 的概率）")).to_be_visible()
    expect(row(page, "发往尾号为 7 的号码的消息以 1011 黑号码限制 失败")).to_be_visible()

    page.get_by_role("button", name="新建规则…").click()
    form = page.get_by_role("dialog", name="新建规则")
    form.get_by_label("账户").fill("demo")
    form.get_by_label("结果", exact=True).select_option("1005 对端拒绝发送")
    form.get_by_label("次数").fill("2")
    expect(form.locator(".preview")).to_have_text("接下来 2 条账户 demo 的消息以 1005 对端拒绝发送 失败")
    form.get_by_role("button", name="添加").click()

    added = row(page, "接下来 2 条账户 demo 的消息")
    expect(added).to_contain_text("已生效 0/2 次")
    switch(page, "已接受但应答丢失").click()
    expect(switch(page, "已接受但应答丢失")).to_have_attribute("aria-checked", "false")
    assert console.control("GET", "faults")["total"] == 0
    assert console.control("GET", "rules/2")["account"] == "demo"


def test_what_others_change_is_seen_and_not_overwritten_unseen(console: Console, open_page: Callable[..., Page]):
    """C3, C4: without a request of a client; contents and answers may have lines; first is what is looked at first"""
    page = open_page("console/behaviour")
    expect(page.locator("#rules li")).to_have_count(1)
    console.control("POST", "rules", {"content": {"exact": "two\nlines"}, "sender": {"exact": ""}, "outcome": 1005})
    console.control("POST", "faults", {"endpoint": "getsms", "body_text": "no\nJSON"})
    for name in ("carrier-refuses", "messages-hang"):
        console.control("PUT", f"presets/{name}", {"on": True})
    expect(page.locator("#rules .num:text-matches('^#')")).to_have_text(["#4", "#3", "#1", "#2"])

    struck = page.locator("#faults li")
    struck.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Times").fill("2")
    form.get_by_label("Delay", exact=True).select_option("always the same")
    form.get_by_role("button", name="Save").click()
    expect(form.locator("#setting-delay_seconds-wrong")).to_contain_text("a number of seconds")
    form.get_by_label("Delay", exact=True).select_option("not set")
    form.get_by_role("button", name="Save").click()
    expect(struck).to_contain_text("the next 2 getsms")
    assert console.control("GET", "faults/1")["body_text"] == "no\nJSON"

    quiet = row(page, "without a sender")
    quiet.get_by_role("button", name="Edit").click()
    form.get_by_label("Times").fill("3")
    console.control("PUT", "rules/2", {"content": {"exact": "two\nlines"}, "outcome": 1006})
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("changed elsewhere meanwhile")
    assert console.control("GET", "rules/2")["outcome"] == 1006
    form.get_by_role("button", name="Save").click()
    expect(quiet).to_contain_text("the next 3 messages", ignore_case=True)
    made = console.control("GET", "rules/2")
    assert (made["outcome"], made["content"], made["times"]) == (1005, {"exact": "two\nlines"}, 3)
    console.control("POST", "reset")
    expect(page.locator("#rules li")).to_have_count(1)
