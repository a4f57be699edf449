"""`eims-sim generate`: lets made-up people write to an account, to fill a test world or to try a client."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import click

from ..faking import DEFAULT_LOCALE, FakeInbound, UnknownLocaleError, fake_inbound
from .options import VariableOption, calls_server
from .output import echo_array, remark
from .table import Column, Table, plain

if TYPE_CHECKING:
    from ..client.control import Client

BATCH: Final = 500
"""So many messages go into one call: far below what a body may hold, whatever the language."""

SAMPLES: Final = 5
"""So many of them are shown."""

INVENTED: Final = "10690000"
"""Whom people write to when the account has no number of its own."""


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
@click.option("--dry-run", cls=VariableOption, is_flag=True, help="Show them and call no server.")
@calls_server
def generate(
    client: "Client",
    count: int,
    account: str,
    to: str | None,
    locale: str,
    seed: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Let made-up inbound messages arrive at an account.

    Short answers, words that unsubscribe, codes, questions and some long stories, in the language and from numbers of
    the locale.
    """
    if dry_run:
        _show_made(_made(count, _listed(to) or [INVENTED], locale, seed), as_json)
        return
    made = _made(count, _listed(to) or _numbers_of(client, account), locale, seed)
    arrived = _post(client, account, made, count)
    if as_json:
        echo_array(arrived)
    else:
        _show_arrived(arrived, account)


def _made(count: int, recipients: Sequence[str], locale: str, seed: int) -> Iterator[FakeInbound]:
    try:
        return fake_inbound(count, recipients, locale=locale, seed=seed)
    except UnknownLocaleError as error:
        raise click.BadParameter(str(error), param_hint="--locale") from error


def _listed(numbers: str | None) -> list[str]:
    return [number.strip() for number in (numbers or "").split(",") if number.strip()]


def _numbers_of(client: "Client", account: str) -> list[str]:
    from ..client.access import segment

    numbers: list[str] = client.control("GET", f"accounts/{segment(account)}")["numbers"]
    if not numbers:
        remark(f"{account} has no number of its own; they write to {INVENTED}.")
    return numbers or [INVENTED]


def _post(client: "Client", account: str, made: Iterator[FakeInbound], count: int) -> list[Mapping[str, Any]]:
    from .bar import Bar

    arrived: list[Mapping[str, Any]] = []
    with Bar("inbound") as bar:
        while batch := [_sent(one) | {"account": account} for one in islice(made, BATCH)]:
            arrived += client.control("POST", "inbound", batch)
            bar.show(len(arrived) / count, f"{len(arrived):,} of {count:,}")
    return arrived


def _sent(one: FakeInbound) -> dict[str, str]:
    return {"from": one.sender, "to": one.recipient, "content": one.content}


def _show_made(made: Iterator[FakeInbound], as_json: bool) -> None:
    shown = [_sent(one) for one in made]
    if as_json:
        echo_array(shown)
    else:
        _show(shown)


def _show_arrived(arrived: Sequence[Mapping[str, Any]], account: str) -> None:
    first, last = arrived[0]["id"], arrived[-1]["id"]
    click.echo(plain(f"{len(arrived):,} arrived at {account}, ids {first} to {last}. The first of them:"))
    _show(arrived[:SAMPLES])


def _show(messages: Iterable[Mapping[str, Any]]) -> None:
    rows = [(one["from"], one["to"], one["content"]) for one in messages]
    Table([Column("from"), Column("to"), Column("content", flexible=True)], rows).show()
