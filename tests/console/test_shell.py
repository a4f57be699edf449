"""What stands around every page: navigation, language, theme, the clock, the token, reset (C4)."""

from collections.abc import Callable

import pytest

from tests.console.conftest import Console, Page, playwright

expect = playwright.expect


def test_a_browser_is_led_from_the_root_to_the_console_and_others_are_not(console: Console, browser):
    """C4: `GET /`"""
    page = browser.new_page()
    page.goto(f"{console.url}/")

    assert page.url == f"{console.url}/_sim/"
    assert console.ask("GET", "/")[0] == 404
    assert console.control("GET", "requests")["total"] == 1  # a browser is no client
    page.close()


@pytest.mark.parametrize(("language", "title", "other", "its_title"), [
    ("en", "Messages", "中文", "消息"),
    ("zh", "消息", "English", "Messages"),
])  # fmt: skip
def test_the_language_is_the_browsers_until_another_is_chosen(open_page, language, title, other, its_title):
    page = open_page("console/messages", language=language)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    page.locator("#more > summary").click()
    page.get_by_role("button", name=other).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(its_title)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(its_title)


def test_the_theme_is_the_systems_until_another_is_chosen(open_page: Callable[..., Page]):
    page = open_page(color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    page.locator("#more > summary").click()
    page.get_by_role("button", name="Light").click()
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.reload()

    assert dark != light
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == light


def test_the_clock_is_on_every_page_and_can_be_moved(console: Console, page: Page):
    """issue: real, frozen, scaled; advance by a minute, an hour, to the next due moment"""
    clock = page.locator("#clock > summary")
    expect(clock).to_contain_text("frozen")
    expect(clock).to_contain_text("2026-01-01 12:00:00")
    clock.click()

    page.get_by_role("button", name="+1 min").click()
    expect(clock).to_contain_text("2026-01-01 12:01:00")
    page.get_by_role("button", name="+1 h", exact=True).click()
    expect(clock).to_contain_text("2026-01-01 13:01:00")
    console.submit()
    page.get_by_role("button", name="To what is due next").click()
    expect(clock).not_to_contain_text("13:01:00")
    page.get_by_role("spinbutton").fill("120")
    page.get_by_role("button", name="Scale", exact=True).click()
    expect(clock).to_contain_text("× 120")
    assert console.control("GET", "clock")["mode"] == "scaled"
    page.get_by_role("button", name="Real time").click()
    expect(clock).to_contain_text("real")
    expect(page.get_by_role("button", name="+1 min")).to_be_disabled()


def test_a_reset_asks_first(console: Console, page: Page):
    console.submit()
    page.locator("#more > summary").click()
    page.get_by_role("button", name="Reset the simulator").click()

    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert console.control("GET", "messages")["total"] == 1
    page.get_by_role("button", name="Reset the simulator").click()
    page.get_by_role("dialog").get_by_role("button", name="Reset", exact=True).click()

    expect(page.get_by_text("Everything is as at a fresh start.")).to_be_visible()
    assert console.control("GET", "messages")["total"] == 0


def test_a_copy_needs_no_tls_and_leaves_the_focus_also_in_a_dialog(console: Console, open_page: Callable[..., Page]):
    """issue: copy buttons; http at an address of the network is no secure context"""
    page = open_page("console/messages")
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    (id,) = console.submit(content="two\n  lines")
    page.goto(f"console/messages/{id}")
    copy = page.locator("#content-copy").get_by_role("button")
    copy.press("Enter")
    expect(copy).to_have_text("Copied")
    expect(copy).to_be_focused()

    page.evaluate("""async () => {
        const { h, copyButton, showDialog } = await import(document.scripts[0].src.replace(/\\w+\\.js$/, "core.js"));
        const area = h("textarea", { "aria-label": "Paste" });
        showDialog(h("dialog", {}, h("p", {}, "below")));
        showDialog(h("dialog", {}, area, copyButton(() => "from above", "Take")));
    }""")
    page.get_by_role("textbox", name="Paste").press("Control+V")
    expect(page.get_by_role("textbox", name="Paste")).to_have_value("two\n  lines")
    page.get_by_role("button", name="Take").press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Copied")).to_be_focused()
    page.get_by_role("textbox", name="Paste").fill("")
    page.get_by_role("textbox", name="Paste").press("Control+V")
    expect(page.get_by_role("textbox", name="Paste")).to_have_value("from above")


def test_that_nothing_answers_is_said_once(console: Console, elsewhere: Page):
    """issue: a page stays open while the simulator is restarted"""
    for call in ("accounts?*", "metrics", "requests?*", "coverage"):
        elsewhere.route(f"**/_sim/{call}", lambda route: route.abort())
    failed: list[object] = []
    elsewhere.on("requestfailed", lambda request: failed.append(request))

    with elsewhere.expect_event("requestfailed", lambda _: len(failed) >= 5):
        elsewhere.goto(f"{console.url}/_sim/")

    expect(elsewhere.get_by_text("The simulator does not answer.")).to_have_count(1)
