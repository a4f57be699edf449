"""A page left open while messages arrive: what memory does it take, and does it keep scrolling? In a real Chromium.

Memory is that of all of the browser's renderer processes (PSS, from /proc) and the page's own heap after a collection.
Playwright, which drives the browser, keeps the answers that the page got: its share is in the figures. Frames are told
by requestAnimationFrame while the mouse wheel is turned.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from .rounds import Competitor, Load, run_load, serve

PAGES = {"overview": "/_sim/", "messages": "/_sim/console/messages"}

MESSAGES = 200_000

SETTLE_SECONDS = 5

LATE_MS = 100

GO_ON = {"EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "0.5", "EIMS_SIM_LIFECYCLE_SENDING_SECONDS": "1"}

COUNT_FRAMES = """() => {
  const gaps = window.gaps = [];
  let last = performance.now();
  const step = (now) => { gaps.push(now - last); last = now; requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""


class Memory(NamedTuple):
    """In MB."""

    heap: float
    renderers: float


class Watched(NamedTuple):
    """What became of a page while messages arrived."""

    rate: float
    before: Memory
    after: Memory
    peak: float
    frames_a_second: float
    longest_ms: float
    late: float


class Eyes:
    """A page in a browser, and how to look into it."""

    def __init__(self, browser: Any, url: str) -> None:
        self._processes = browser.new_browser_cdp_session()
        self._page = browser.new_page(viewport={"width": 1280, "height": 800})
        self._inside = self._page.context.new_cdp_session(self._page)
        self._inside.send("Performance.enable")
        self._page.goto(url)
        self._page.wait_for_selector('#live[data-live="on"]')
        time.sleep(SETTLE_SECONDS)

    def renderers_mb(self) -> float:
        """The proportional memory of every renderer."""
        told = self._processes.send("SystemInfo.getProcessInfo")["processInfo"]
        return sum(_pss_mb(one["id"]) for one in told if one["type"] == "renderer")

    def memory(self) -> Memory:
        """What is left after a collection."""
        for _ in range(3):
            self._inside.send("HeapProfiler.collectGarbage")
        metrics = {one["name"]: one["value"] for one in self._inside.send("Performance.getMetrics")["metrics"]}
        return Memory(metrics["JSHeapUsedSize"] / 1e6, self.renderers_mb())

    def watch(self, arriving: Callable[[], int]) -> Watched:
        """Turn the wheel, up and down, until `arriving` is done; it returns how many messages came."""
        before = self.memory()
        came: list[int] = []
        load = threading.Thread(target=lambda: came.append(arriving()))
        self._page.mouse.move(700, 500)
        self._page.evaluate(COUNT_FRAMES)
        began, until, peak, turn = time.monotonic(), 0.0, before.renderers, 0
        load.start()
        while load.is_alive() or time.monotonic() < until:
            if load.is_alive():
                until = time.monotonic() + SETTLE_SECONDS  # what arrived last is still being shown
            self._page.mouse.wheel(0, 120 if turn % 8 < 4 else -120)
            self._page.wait_for_timeout(100)
            turn += 1
            if turn % 10 == 0:
                peak = max(peak, self.renderers_mb())
        seconds = time.monotonic() - began
        gaps = self._page.evaluate("window.gaps")
        after = self.memory()
        return Watched(
            rate=came[0] / (until - SETTLE_SECONDS - began),
            before=before,
            after=after,
            peak=max(peak, after.renderers),
            frames_a_second=len(gaps) / seconds,
            longest_ms=max(gaps),
            late=sum(gap > LATE_MS for gap in gaps) / len(gaps),
        )

    def close(self) -> None:
        """Close the page."""
        self._page.close()


def _pss_mb(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def browsing() -> Iterator[Any]:
    """A Chromium without a window. Raises SystemExit where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        raise SystemExit("this needs Chromium and Playwright: apt install chromium, pip install -e '.[test]'")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def until_there(port: int, load: Load, of_each: int) -> int:
    """Load until MESSAGES have arrived; how many came."""
    came = 0
    while came < MESSAGES:
        told = run_load(port, load)
        if told["refused"]:
            raise RuntimeError(f"{told['refused']:.0f} requests were refused")
        came += int(told["requests"]) * of_each
    return came


def nothing(_: int) -> int:
    """Beside it: nothing arrives for a while."""
    time.sleep(10)
    return 0


def console(single: bytes, bulk: bytes, of_bulk: int) -> None:
    """Open each page, let messages arrive by `single` (2 numbers) and by `bulk`, and print what became of it."""
    loads = {
        "nothing": nothing,
        "GETs of 2 numbers": partial(until_there, load=Load(single, 8, 5.0), of_each=2),
        f"POSTs of {of_bulk:,} numbers": partial(until_there, load=Load(bulk, 1, 1.0), of_each=of_bulk),
    }
    print(f"\nA page left open while {MESSAGES:,} messages arrive\n")
    print("| page | what arrives | messages/s | heap MB | renderers MB (peak) | more MB | frames/s | longest | late |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, path in PAGES.items():
        for what, arriving in loads.items():
            with tempfile.TemporaryDirectory() as folder, browsing() as browser:
                server = Competitor("eims-sim", serve(f"{folder}/console.db"), GO_ON)
                try:
                    eyes = Eyes(browser, f"http://127.0.0.1:{server.port}{path}")
                    _print_row(name, what, eyes.watch(partial(arriving, server.port)))
                    eyes.close()
                finally:
                    server.stop()


def _print_row(page: str, what: str, seen: Watched) -> None:
    print(
        f"| {page} | {what} | {seen.rate:,.0f} | {seen.before.heap:.1f} to {seen.after.heap:.1f} "
        f"| {seen.before.renderers:.0f} to {seen.after.renderers:.0f} ({seen.peak:.0f}) "
        f"| **{seen.peak - seen.before.renderers:.0f}** | {seen.frames_a_second:.0f} | {seen.longest_ms:.0f} ms "
        f"| {seen.late:.1%} |",
        flush=True,
    )
