"""Much happens at once: pages stay usable, and hold no more than they show (issue: 5,000 messages a second)."""

from collections.abc import Callable
from threading import Thread

import pytest

from tests.console.conftest import Console, Page, playwright

expect = playwright.expect


@pytest.mark.parametrize(("path", "rows", "most"), [("", "#latest li", 6), ("console/messages", "[data-rows] > *", 50)])
def test_a_page_answers_a_click_while_20000_messages_arrive(
    console: Console, open_page: Callable[..., Page], path, rows, most
):
    """the whole measure is `python -m benchmarks console`"""
    numbers = ",".join(str(13_800_000_000 + place) for place in range(1000))
    console.control("PATCH", "accounts/demo", {"balance": "100000"})
    page = open_page(path)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    flood = Thread(target=lambda: [console.submit(numbers) for _ in range(20)])
    flood.start()
    page.locator("#more > summary").click()
    expect(page.get_by_role("button", name="Reset the simulator")).to_be_visible()
    flood.join()
    console.submit("10010", content="the last")

    if path:
        expect(page.locator(rows).first).to_contain_text("the last")
    else:
        expect(page.get_by_role("region", name="Traffic")).to_contain_text("20,001")
    assert page.locator(rows).count() <= most
