"""The console's pages as they are served: what they say of themselves, and that they say it in both languages (C4)."""

import gzip
import re
import tomllib

import pytest

from eims_sim.web.console.language import LANGUAGES, choose_language
from eims_sim.web.console.pages import PAGES
from eims_sim.web.console.rendering import render
from eims_sim.web.console.static_files import STATIC
from eims_sim.web.console.texts import SHELL, TEXTS
from tests.conftest import Simulator

NAMES = [page.name for page in PAGES]
SHARED = sorted({name for page in PAGES for name in page.shares})
ADDRESSES = [re.sub(r"\{.*\}", "1", path) for page in PAGES for path in page.paths]

PLAIN = {"Accept-Encoding": "identity"}


def keys_of(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((TEXTS / f"{name}.toml").read_text("utf-8"))


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_page_lets_nothing_run_but_our_own_files(sim: Simulator, address: str):
    """C4: a Content-Security-Policy without unsafe-inline, and nosniff"""
    answer = await sim.control("GET", address, headers=PLAIN)
    policy = answer.headers["Content-Security-Policy"]

    assert answer.http_status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.findall(r"<script(?! type=\"module\" src=\"/_sim/static/)", answer.text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", answer.text) == []


async def test_a_host_that_is_not_ours_gets_no_page_and_no_file(sim: Simulator):
    """C4: Host is checked on every call"""
    page = await sim.control("GET", "", headers=PLAIN)
    style = re.search(r'href="/_sim/(static/[^"]+console\.css)"', page.text)
    assert style is not None

    for path in ("", "console/messages", style[1]):
        refused = await sim.control("GET", path, headers={"Host": "rebind.example"})
        assert refused.http_status == 403, path


async def test_files_are_kept_for_good_under_their_version_and_compressed(sim: Simulator):
    page = await sim.control("GET", "", headers=PLAIN)
    path = re.search(r'src="/_sim/(static/[^"]+/overview\.js)"', page.text)
    assert path is not None

    plain = await sim.control("GET", path[1], headers=PLAIN)
    packed = await sim.control("GET", path[1], headers={"Accept-Encoding": "gzip"})
    old = await sim.control("GET", "static/0123456789ab/overview.js")
    missing = await sim.control("GET", path[1].replace("overview.js", "..%2Fpages.py"))

    assert "immutable" in plain.headers["Cache-Control"]
    assert plain.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert gzip.decompress(packed.body) == plain.body == (STATIC / "overview.js").read_bytes()
    assert old.headers["Cache-Control"] == "no-store"
    assert missing.http_status == 404


async def test_pages_need_no_token_and_what_they_ask_for_does(start):
    """C4: pages and static files need none"""
    sim = await start(admin_token="a-token-of-16-or-more")

    assert (await sim.control("GET", "")).http_status == 200
    assert (await sim.control("GET", "messages")).http_status == 401


@pytest.mark.parametrize(("chosen", "accepted", "language"), [
    (None, "", "en"),
    (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
    (None, "de,zh;q=0.5,en;q=0.8", "en"),
    (None, "zh;q=0, *", "en"),
    (None, "en;q=x, zh-Hant", "zh"),
    ("zh", "en", "zh"),
    ("en", "zh", "en"),
    ("klingon", "zh", "zh"),
])  # fmt: skip
def test_the_language_is_the_chosen_one_else_the_browsers(chosen, accepted, language):
    assert choose_language(chosen, accepted) == language


@pytest.mark.parametrize("name", [SHELL, *SHARED, *NAMES])
def test_every_text_is_there_in_every_language(name):
    wrong = [key for key, both in keys_of(name).items() if both.keys() != set(LANGUAGES) or not all(both.values())]
    holes = re.compile(r"\{(\w+)\}").findall
    differing = [key for key, both in keys_of(name).items() if sorted(holes(both["en"])) != sorted(holes(both["zh"]))]

    assert wrong == []
    assert differing == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_page_can_be_rendered_in_every_language(page):
    for language in LANGUAGES:
        assert b"<h1" in render(page, language, "system").plain


def test_no_text_is_without_use():
    """A text that nobody shows is a text that nobody keeps right"""
    templates = [path for path in (TEXTS.parent / "templates").rglob("*") if path.is_file()]
    sources = "".join(path.read_text("utf-8") for path in [*STATIC.glob("*.js"), *templates])
    whole = set(re.findall(r"[\w.-]+", sources))
    beginnings = tuple(re.findall(r"[`'\"]([\w-]+(?:[.\w-]+)?[.-])(?:\$\{|['\"] [~+])", sources))
    unused = [
        key
        for name in (SHELL, *SHARED, *NAMES)
        for key in keys_of(name)
        if key not in whole and not key.startswith(beginnings) and key != f"{name}.title"
    ]

    assert unused == []
