"""Which pages has the console? A page is its template, its module and its texts, all of its name."""

from typing import Final, NamedTuple


class Page(NamedTuple):
    """One page: `paths` are below `/_sim/`, the first being its address in the navigation.

    `templates/NAME.html` is its body, `static/NAME.js` what makes it live, `texts/NAME.toml` every text of it. A page
    that is about one thing of a list names the list's page as `part_of`, and stands in no navigation. `shares` are
    further files of texts, which other pages show too.
    """

    name: str
    paths: tuple[str, ...]
    part_of: str = ""
    shares: tuple[str, ...] = ()

    @property
    def in_navigation(self) -> bool:
        """Whether the navigation leads to it."""
        return not self.part_of

    @property
    def section(self) -> str:
        """The page of the navigation that it belongs to."""
        return self.part_of or self.name


PAGES: Final = (
    Page("overview", ("",)),
    Page("messages", ("console/messages",)),
    Page("message", ("console/messages/{id:[0-9]+}",), part_of="messages", shares=("verdicts",)),
    Page("handset", ("console/handset",)),
    Page("requests", ("console/requests", "console/requests/{id:[0-9]+}")),
    Page("pushes", ("console/pushes",), shares=("verdicts",)),
    Page("behaviour", ("console/behaviour",)),
    Page("accounts", ("console/accounts",)),
    Page("codes", ("console/codes",)),
)
"""In the order of the navigation."""
