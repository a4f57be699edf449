"""`eims-sim generate`: lets made-up people write to an account, to fill a test world or to try a client."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from ..faking import (
    DEFAULT_HOURS,
    DEFAULT_LOCALE,
    INVENTED,
    FakeInbound,
    UnknownLocaleError,
    fake_inbound,
    inbound_calls,
)
from .options import VariableOption, calls_server
from .output import echo_array, remark
from .table import Column, Table, plain
from .wording import short_time

if TYPE_CHECKING:
    from ..client.control import Client

SAMPLES: Final = 5
"""So many of them are shown."""

MOST_HOURS: Final = 24 * 366
"""Longer than a year nobody waits for an answer."""


@click.command()
@click.option(
    "--inbound",
    "count",
    cls=VariableOption,
    envvar="EIMS_SIM_INBOUND",
    type=click.IntRange(1, 1_000_000),
    required=True,
    metavar="N",
    help="How many messages arrive.",
)
@click.option("--account", cls=VariableOption, required=True, metavar="NAME", help="The account that gets them.")
@click.option(
    "--to",
    cls=VariableOption,
    metavar="N[,N...]",
    help="The numbers that are written to. Default: those of the account.",
)
@click.option(
    "--locale",
    cls=VariableOption,
    default=DEFAULT_LOCALE,
    help=f"Whose language and numbers: any locale of Faker's. Default: {DEFAULT_LOCALE}.",
)
@click.option(
    "--seed",
    cls=VariableOption,
    type=int,
    default=1,
    metavar="N",
    help="The same seed makes the same messages. Default: 1.",
)
@click.option(
    "--hours",
    cls=VariableOption,
    type=click.FloatRange(0, MOST_HOURS),
    default=DEFAULT_HOURS,
    metavar="H",
    help=f"They arrive over so many hours, the last one now; 0: all of them now. Default: {DEFAULT_HOURS:g}.",
)
@click.option("--dry-run", cls=VariableOption, is_flag=True, help="Show them and call no server.")
@calls_server
def generate(
    client: "Client",
    count: int,
    account: str,
    to: str | None,
    locale: str,
    seed: int,
    hours: float,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Let made-up inbound messages arrive at an account.

    Whole conversations: answers, words that unsubscribe, codes, questions that are asked again, corrections, long
    stories, in the language and from numbers of the locale. Their times lie in the past of the gateway's clock.
    """
    recipients = _listed(to) or ([] if dry_run else _numbers_of(client, account))
    try:
        made = fake_inbound(count, recipients, locale=locale, seed=seed, hours=hours)
    except UnknownLocaleError as error:
        raise click.BadParameter(str(error), param_hint="--locale") from error
    if dry_run:
        _show_made(made, as_json)
        return
    arrived = _post(client, account, made)
    if as_json:
        echo_array(arrived)
    else:
        _show_arrived(arrived, account)


def _listed(numbers: str | None) -> list[str]:
    return [number.strip() for number in (numbers or "").split(",") if number.strip()]


def _numbers_of(client: "Client", account: str) -> list[str]:
    from ..client.access import segment

    numbers: list[str] = client.control("GET", f"accounts/{segment(account)}")["numbers"]
    if not numbers:
        remark(f"{account} has no number of its own; they write to {INVENTED}.")
    return numbers


def _post(client: "Client", account: str, made: Sequence[FakeInbound]) -> list[Mapping[str, Any]]:
    from .bar import Bar

    now = datetime.fromisoformat(client.control("GET", "clock")["now"])
    arrived: list[Mapping[str, Any]] = []
    with Bar("inbound") as bar:
        for body in inbound_calls(made, account, now):
            arrived += client.control("POST", "inbound", body)
            bar.show(len(arrived) / len(made), f"{len(arrived):,} of {len(made):,}")
    return arrived


def _show_made(made: Sequence[FakeInbound], as_json: bool) -> None:
    if as_json:
        echo_array(
            [
                {"from": one.sender, "to": one.recipient, "content": one.content, "ago_seconds": one.ago_seconds}
                for one in made
            ]
        )
    else:
        _show("ago", ((_ago(one.ago_seconds), one.sender, one.recipient, one.content) for one in made))


def _ago(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _show_arrived(arrived: Sequence[Mapping[str, Any]], account: str) -> None:
    first, last = arrived[0]["id"], arrived[-1]["id"]
    click.echo(plain(f"{len(arrived):,} arrived at {account}, ids {first} to {last}. The first of them:"))
    _show("at", ((short_time(one["received_at"]), one["from"], one["to"], one["content"]) for one in arrived[:SAMPLES]))


def _show(when: str, rows: Iterable[Sequence[str]]) -> None:
    Table([Column(when, right=True), Column("from"), Column("to"), Column("content", flexible=True)], rows).show()
