"""How does a page look before its data comes? It holds none, so each is rendered once in each language and theme."""

import json
from functools import cache
from typing import Final, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ... import __version__
from .language import LANGUAGES, TAGS, Language
from .pages import PAGES, Page
from .static_files import pack, version
from .texts import TEXTS, codes_in, texts_of

Theme = Literal["system", "light", "dark"]

THEMES: Final[tuple[Theme, ...]] = ("system", "light", "dark")


class Rendered(NamedTuple):
    """A page as bytes, plain and compressed."""

    plain: bytes
    packed: bytes


@cache
def _environment() -> Environment:
    templates = FileSystemLoader(TEXTS.parent / "templates", encoding="utf-8")
    return Environment(
        loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def render(page: Page, language: Language, theme: Theme) -> Rendered:
    """A page; `t(KEY)` in its template is a text. Raises KeyError for a text that is not there."""
    texts = texts_of(page, language)
    html = (
        _environment()
        .get_template(f"{page.name}.html")
        .render(
            page=page,
            pages=PAGES,
            t=texts.__getitem__,
            language=language,
            languages=LANGUAGES,
            tag=TAGS[language],
            theme=theme,
            static=f"/_sim/static/{version()}",
            version=__version__,
            given=_compact({"language": language, "texts": texts, "codes": codes_in(language)}),
        )
    )
    plain = html.encode()
    return Rendered(plain, pack(plain))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
