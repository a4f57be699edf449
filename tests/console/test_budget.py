"""How much does the first page cost? (issue: at most 60 KB over the wire in at most 6 requests until it is painted)"""

from typing import Any

from tests.console.conftest import Console, playwright

expect = playwright.expect


def test_the_first_paint_of_the_overview_stays_within_its_budget(console: Console, browser: Any):
    """What paints is the document and its files, the icon among them; its figures come by calls of the control API"""
    page = browser.new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked: dict[str, str] = {}
    sizes: dict[str, int] = {}
    network.on("Network.responseReceived", lambda it: asked.update({it["requestId"]: it["response"]["url"]}))
    network.on("Network.loadingFinished", lambda it: sizes.update({it["requestId"]: it["encodedDataLength"]}))

    page.goto(f"{console.url}/_sim/")
    expect(page.locator("#coverage a").first).to_be_visible()
    icon = page.evaluate("""async () => {
      const answer = await fetch(document.querySelector("link[rel=icon]").href, { cache: "no-store" });
      await answer.text();
      return answer.url;
    }""")  # a browser without a window asks for none
    page.wait_for_function("document.fonts.status === 'loaded'")

    calls = [url for url in asked.values() if "/_sim/static/" not in url and not url.endswith("/_sim/")]
    files = {url: sizes.get(id, 0) for id, url in asked.items() if url not in calls}
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint').length")
    page.close()

    assert painted == 1
    assert icon in files
    assert len(files) <= 6, files
    assert all(files.values()), files
    assert sum(files.values()) <= 60_000, files
    assert len(calls) <= 8, calls
