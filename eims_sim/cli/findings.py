"""`eims-sim findings`: what did clients do wrong, and how often?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from .lists import Item
from .options import VariableOption, calls_server
from .output import echo_json, remark
from .requests import explanations
from .table import cut, plain, terminal_columns
from .wording import counted, short_time

if TYPE_CHECKING:
    from ..client.control import Client

REASON: Final = "reason"
NOTE: Final = "note"

_INDENT: Final = "    "


@click.command()
@click.option(
    "--fail-on",
    cls=VariableOption,
    type=click.Choice((REASON, NOTE)),
    help="Exit with 1 if there is a reason for a refusal, or as much as a note.",
)
@calls_server
def findings(client: "Client", fail_on: str | None, as_json: bool) -> int:
    """Show what clients did wrong, with counts and an example each."""
    found = client.control("GET", "findings")
    if as_json:
        echo_json(found)
    else:
        _show(client, found["items"])
    wrong = [one["code"] for one in found["items"] if _is_wrong(one["kind"], fail_on)]
    if wrong:
        remark(f"Failed: --fail-on {fail_on}, and there is {', '.join(wrong)}.")
    return 1 if wrong else 0


def _is_wrong(kind: str, fail_on: str | None) -> bool:
    return fail_on == NOTE or (fail_on == REASON and kind == REASON)


def _show(client: "Client", items: list[dict[str, Any]]) -> None:
    if not items:
        remark("Nothing was found.")
    width = terminal_columns()
    for one in items:
        color = "red" if one["kind"] == REASON else "yellow"
        times = counted(one["count"], "time", "times")
        click.echo(f"{click.style(plain(one['code']), fg=color)} ({plain(one['kind'])}, {times})")
        click.echo(_INDENT + cut(plain(one["text"]), width - len(_INDENT)))
        click.echo(_INDENT + cut(plain(_example(client, one)), width - len(_INDENT)))


def _example(client: "Client", finding: Mapping[str, Any]) -> str:
    """A request of the journal in a line; its ids begin anew with a reset, so it may be another one by now."""
    for id in (finding["first"], finding["last"]):
        request = _request(client, id)
        if request is not None and finding["code"] in [one["code"] for one in explanations(request)]:
            asked = " ".join(f"{name}={value}" for name, value in request["parameters"].items())
            return f"request {id}, {short_time(request['at'])}: {request['method']} {request['endpoint']} {asked}"
    return "the journal no longer holds an example"


def _request(client: "Client", id: int) -> Item | None:
    from ..errors import RefusedError

    try:
        found: Item = client.control("GET", f"requests/{id}")
    except RefusedError as error:
        if error.status != 404:
            raise
        return None
    return found
