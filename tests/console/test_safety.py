"""Contents, senders, numbers, names and parameters are hostile text: nothing of it runs anywhere (C4)."""

import re
from typing import Any
from urllib.parse import quote

from eims_sim.web.console.pages import PAGES
from tests.console.conftest import Console, Page
from tests.console.worlds import EVERYTHING, NAME, REPORTED, RUNS, hostile

WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
window.calls = { open: 0, done: 0, last: 0 };
const real = window.fetch;
window.fetch = async (...given) => {
  if (String(given[0]).startsWith("/_sim/events")) return real(...given);
  window.calls.open++;
  try { return await real(...given); }
  finally { window.calls.open--; window.calls.done++; window.calls.last = performance.now(); }
};
"""
"""Runs before anything of a page: what was refused, and which calls are under way."""

SETTLED = """() => document.querySelector("#live").dataset.live === "on" &&
  calls.done > 0 && calls.open === 0 && performance.now() - calls.last > 150"""
"""Everything that a page asks for at its start has come and is shown."""

FOUND = """() => ({
  ran: window.ran ?? null,
  refused: window.refused,
  foreign: [...document.querySelectorAll("img, iframe, object, embed, base, script:not([src])")]
    .map((one) => one.outerHTML),
  handlers: [...document.querySelectorAll("*")]
    .filter((one) => one.getAttributeNames().some((name) => /^on/i.test(name))).map((one) => one.outerHTML),
  links: [...document.querySelectorAll("[href], [src], [action]")]
    .flatMap((one) => ["href", "src", "action"].map((name) => one.getAttribute(name) ?? ""))
    .filter((address) => /^\\s*(javascript|data|vbscript):/i.test(address)),
})"""
"""What is there that none of our modules makes."""

NOTHING = {"ran": None, "refused": [], "foreign": [], "handlers": [], "links": []}

SHOWN = """() => document.body.textContent + [...document.querySelectorAll("input, textarea, [title]")]
  .map((one) => `\\n${one.value ?? ""}\\n${one.title}`).join("")"""


VIEWS = {
    "handset": [f"console/handset?number={quote(number)}" for number in (NAME, "13800000000")],
    "pushes": ["console/pushes?push=1"],
}
"""What is shown of a page when something of it was chosen."""

SOME = 6
"""So many things of a list are looked at one by one, or a few more."""


def settled(page: Page) -> None:
    """Wait until everything is shown that the page asked for."""
    page.wait_for_function(SETTLED)


def addresses(console: Console) -> dict[str, list[str]]:
    """Every page's addresses; one that is about one thing of a list has some of that list, from its whole length."""
    found: dict[str, list[str]] = {}
    for page in PAGES:
        for path in page.paths:
            if "{id" in path:
                kind = {"message": "messages"}.get(page.name, page.name)
                ids = [one["id"] for one in console.control("GET", f"{kind}?limit=100")["items"]]
                some = ids[:: len(ids) // SOME or 1]
                found.setdefault(page.name, []).extend(re.sub(r"\{id.*?\}", str(id), path) for id in some)
            else:
                found.setdefault(page.name, []).extend([path, *VIEWS.get(page.name, ())])
    return found


def unfold(page: Page) -> None:
    """Open whatever can be unfolded."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")


def test_nothing_of_what_is_sent_runs_on_any_page_and_all_of_it_is_there_to_be_read(console: Console, open_page):
    hostile(console)
    told: list[str] = []
    page = open_page()
    page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
    page.add_init_script(WATCH)
    read: dict[str, str] = {}
    wrong: dict[str, Any] = {}

    for name, paths in addresses(console).items():
        for path in paths:
            page.goto(path)
            settled(page)
            unfold(page)
            read[name] = read.get(name, "") + page.evaluate(SHOWN)
            found = page.evaluate(FOUND)
            if found != NOTHING:
                wrong[path] = found

    assert wrong == {}
    assert told == []
    missing = [f"{name}: {text}" for name, texts in LITERALLY.items() for text in texts if text not in read[name]]
    assert missing == []


LITERALLY = {
    "overview": [NAME],
    "messages": [NAME, EVERYTHING, *RUNS.values()],
    "message": [NAME, EVERYTHING, REPORTED, *RUNS.values()],
    "handset": [NAME, EVERYTHING],
    "requests": [NAME, EVERYTHING],
    "pushes": [NAME, REPORTED],
    "behaviour": [NAME, EVERYTHING],
    "accounts": [NAME, REPORTED],
}
"""What must be read on a page as it was sent."""


def test_nothing_that_an_address_holds_runs(console: Console, open_page):
    """A link to the console may come from anybody."""
    hostile(console)
    page = open_page()
    page.add_init_script(WATCH)
    names = (
        "account",
        "number",
        "sender",
        "content",
        "q",
        "text",
        "state",
        "endpoint",
        "group",
        "finding",
        "with",
        "id",
    )
    wrong: dict[str, Any] = {}

    for one in PAGES:
        query = "&".join(f"{name}={quote(EVERYTHING)}" for name in names)
        page.goto(f"{re.sub(r'[{].*[}]', '1', one.paths[0])}?{query}#{quote(EVERYTHING)}")
        settled(page)
        unfold(page)
        found = page.evaluate(FOUND)
        if found != NOTHING:
            wrong[one.name] = found

    assert wrong == {}


def test_the_browser_itself_refuses_what_would_run(console: Console, elsewhere: Page):
    """C4: even a page with a hole runs nothing; markup cannot be made of text at all"""
    elsewhere.goto(f"{console.url}/_sim/")

    made = elsewhere.evaluate("""() => {
      const made = document.createElement("script");
      try { made.text = "window.ran = 1"; } catch (error) { return error.name; }
    }""")
    write = "(text) => { try { document.body.innerHTML = text; } catch (error) { return error.name; } }"
    markup = elsewhere.evaluate(write, EVERYTHING)
    inline = elsewhere.evaluate("""() => {
      document.body.setAttribute("style", "color: rgb(1, 2, 3)");
      return getComputedStyle(document.body).color;
    }""")

    assert (made, markup) == ("TypeError", "TypeError")
    assert inline != "rgb(1, 2, 3)"
    assert elsewhere.evaluate("window.ran ?? null") is None


def test_every_page_and_file_says_what_it_is_and_lets_nothing_else_run(console: Console, page: Page):
    """C4: the policy to the letter"""
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    for one in PAGES:
        page.goto(f"{console.url}/_sim/{re.sub('[{].*[}]', '1', one.paths[0])}")
    own = [answer for answer in answers if "/static/" in answer.url or answer.request.is_navigation_request()]
    pages = [answer.headers for answer in own if answer.request.is_navigation_request()]

    assert len(pages) == len(PAGES)
    for answer in own:
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
        assert answer.url.startswith(console.url)
    for headers in pages:
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy == {
            "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'",
            "connect-src": "'self'", "form-action": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
            "require-trusted-types-for": "'script'", "trusted-types": "'none'",
        }  # fmt: skip
