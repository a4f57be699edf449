"""How is the console served (C4)? Rendering is loaded with the first page (D8)."""

from functools import partial
from typing import Final, get_args

from aiohttp import web

from ..control.door import Door
from ..paths import CONTROL
from .language import choose_language
from .pages import PAGES, Page
from .static_files import packed_or_plain, static_file

LANGUAGE_COOKIE: Final = "eims_sim_language"
THEME_COOKIE: Final = "eims_sim_theme"
"""What was chosen; the pages' modules write them."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing runs and nothing is loaded that is not our own file; no text can become markup."""

PAGE_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def add_console(app: web.Application, door: Door) -> None:
    """Serve every page and what pages load. They hold no data and need no token; Host and Origin are checked."""
    for page in PAGES:
        for path in page.paths:
            app.router.add_route("GET", CONTROL + path, door.open_to_all(partial(_page, page)))
    app.router.add_route("GET", f"{CONTROL}static/{{version}}/{{name}}", door.open_to_all(static_file))
    app.router.add_route("GET", CONTROL[:-1], door.open_to_all(_to_console))


def lead_to_console() -> web.Response:
    """Lead a browser on to the first page."""
    return web.Response(status=302, headers={"Location": CONTROL})


async def _to_console(_: web.Request) -> web.StreamResponse:
    return lead_to_console()


async def _page(page: Page, request: web.Request) -> web.StreamResponse:
    from .rendering import Theme, render

    language = choose_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("Accept-Language", ""))
    chosen = request.cookies.get(THEME_COOKIE)
    theme = next((one for one in get_args(Theme) if one == chosen), "system")
    rendered = render(page, language, theme)
    headers = PAGE_HEADERS | {"Content-Language": language}
    return packed_or_plain(request, rendered.plain, rendered.packed, headers)
