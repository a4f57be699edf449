"""Can everybody use the console: by ear, by keyboard alone, on a small screen, in either language, light and dark?"""

import re
from typing import Any

import pytest

from eims_sim.web.console.pages import PAGES
from tests.console.conftest import Console, Page, playwright
from tests.console.test_safety import WATCH, settled, unfold
from tests.console.worlds import believable

expect = playwright.expect
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing: pip install -e '.[test]'")

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}

LOOKS = {"en": (WIDE, "light"), "zh": (NARROW, "dark")}
"""How each page is looked at in a language."""

ADDRESSES = {page.name: re.sub("[{].*[}]", "1", page.paths[-1]) for page in PAGES}


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody out: the rule, and what breaks it."""
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("language", LOOKS)
def test_nobody_is_kept_out_of_any_page(console: Console, open_page, language):
    """issue: axe-core finds nothing serious; from 360 px"""
    believable(console)
    size, scheme = LOOKS[language]
    page = open_page(language=language, reduced_motion="reduce", viewport=size, color_scheme=scheme)
    page.add_init_script(WATCH)
    found: dict[str, Any] = {}

    for name, path in ADDRESSES.items():
        page.goto(path)
        settled(page)
        unfold(page)
        trouble = serious(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            trouble.append(f"the page scrolls sideways by {wider} px")
        if trouble:
            found[name] = trouble

    assert found == {}


PLACE = """() => {
  const one = document.activeElement;
  const { width, height } = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return { where: one.closest("body > *")?.localName ?? "", what: one.outerHTML.slice(0, 150),
    seen: seen && width > 0 && height > 0 };
}"""
"""Where the focus is, and whether it can be seen there."""

BEGIN = "() => { const { body } = document; body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex'); }"
"""The next Tab is the first of the page again."""

TABS = 40
"""The page's own content begins after fewer than so many."""


def test_the_keyboard_alone_leads_through_every_page(console: Console, open_page):
    """issue: usable by keyboard alone; header, navigation content in this order, and a link that skips to the last"""
    believable(console)
    page = open_page()
    page.add_init_script(WATCH)

    for name, path in ADDRESSES.items():
        page.goto(path)
        settled(page)
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        expect(skip).to_have_attribute("href", "#main")
        expect(skip).to_be_in_viewport()

        places = []
        while len(places) < TABS and (not places or places[-1]["where"] != "main"):
            page.keyboard.press("Tab")
            places.append(page.evaluate(PLACE))
        page.evaluate(BEGIN)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        skipped = page.evaluate(PLACE)

        assert list(dict.fromkeys(place["where"] for place in places)) == ["header", "nav", "main"], name
        assert [place["what"] for place in places if not place["seen"]] == [], name
        assert skipped["what"] == places[-1]["what"], name
        assert page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0, name


def test_what_opens_takes_the_focus_and_gives_it_back(page: Page):
    """Menus and questions by keyboard alone"""
    expect(page.locator("#clock-now")).to_have_text("2026-01-01 12:00:00")
    menu = page.locator("#more > summary")
    menu.focus()
    page.keyboard.press("Enter")
    for _ in range(5):
        page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="Theme").get_by_role("button", name="Dark")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    assert serious(page) == []

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(":focus")).to_have_count(1)
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Reset the simulator")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
