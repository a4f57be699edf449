"""`eims-sim bench`: how much does a gateway take, and how fast is it? Any gateway: only the protocol is spoken."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult

import click

from ..client.address import is_loopback, read_url
from .options import VariableOption
from .output import echo_json, remark

if TYPE_CHECKING:
    import ssl

    from ..load.drive import Outcome, Plan
    from ..load.requests import Asked

DEFAULT_SECONDS: Final = 10.0
CONTENT: Final = "Hello from eims-sim"

BUSY: Final = 0.9
LONG_ENOUGH_SECONDS: Final = 1.0
"""A load that used more than this share of one CPU, for longer than that, was the limit itself."""

OWN_BALANCE: Final = 10**9
"""More than a run can spend."""


@click.command()
@click.option(
    "--url", cls=VariableOption, metavar="URL", help="The gateway; without one a server of its own is started."
)
@click.option("--account", cls=VariableOption, default="demo", metavar="NAME", help="Who asks. Default: demo.")
@click.option("--password", cls=VariableOption, default="demo123", help="Its password. Default: demo123.")
@click.option("--key", cls=VariableOption, help="Sign with md5 and this key; seq grows with each request.")
@click.option(
    "--seq", cls=VariableOption, type=click.IntRange(min=1), default=1, metavar="N", help="The first seq. Default: 1."
)
@click.option(
    "--endpoint",
    cls=VariableOption,
    type=click.Choice(["sendsms", "getbalance", "getreport"]),
    default="sendsms",
    help="What is asked. Default: sendsms.",
)
@click.option(
    "--method",
    cls=VariableOption,
    type=click.Choice(["get", "post"]),
    default="get",
    help="How sendsms is asked. Default: get.",
)
@click.option(
    "--numbers",
    cls=VariableOption,
    type=click.IntRange(1, 100_000),
    default=1,
    metavar="N",
    help="How many numbers each sendsms has. Default: 1.",
)
@click.option("--to", cls=VariableOption, metavar="N[,N...]", help="The numbers to send to. Default: made-up ones.")
@click.option(
    "--content", cls=VariableOption, default=CONTENT, metavar="TEXT", help=f"What is sent. Default: {CONTENT}."
)
@click.option(
    "--ids", cls=VariableOption, default="1", metavar="ID[,ID...]", help="What getreport asks for. Default: 1."
)
@click.option(
    "--connections",
    cls=VariableOption,
    type=click.IntRange(1, 10_000),
    default=32,
    metavar="N",
    help="How many connections, each with one request at a time. Default: 32.",
)
@click.option(
    "--requests", cls=VariableOption, type=click.IntRange(min=1), metavar="N", help="Stop after so many requests."
)
@click.option(
    "--duration",
    cls=VariableOption,
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help=f"Stop after so long. Default: {DEFAULT_SECONDS:g}, unless --requests says when.",
)
@click.option(
    "--rate",
    cls=VariableOption,
    type=click.FloatRange(min=0, min_open=True, max=1_000_000),
    metavar="N",
    help="Begin so many requests a second, whatever became of those before. Default: each connection asks on at once.",
)
@click.option(
    "--timeout",
    cls=VariableOption,
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    metavar="SECONDS",
    help="After so long a request is given up. Default: 30.",
)
@click.option(
    "--accept-cost",
    cls=VariableOption,
    is_flag=True,
    help="Drive a gateway that is not on this machine: its owner may mind, and real messages cost money.",
)
@click.option(
    "--json", "as_json", cls=VariableOption, envvar="EIMS_SIM_JSON", is_flag=True, help="Print the figures as JSON."
)
def bench(url: str | None, accept_cost: bool, as_json: bool, **chosen: Any) -> None:
    """Drive a gateway with load and tell how fast it is.

    Any gateway, also a real one: nothing but the protocol is spoken. Latencies are of whole answers; with --rate a
    request that had to wait for a free connection counts from the moment at which it was to begin.
    """
    if chosen["method"] == "post" and chosen["endpoint"] != "sendsms":
        raise click.UsageError(f"{chosen['endpoint']} is asked by GET only; leave out --method post.")
    with _gateway(url, accept_cost, chosen) as target:
        asked, plan = _asked(target, chosen), _plan(target, chosen)
        outcome, stopped = _drive(asked, plan)
    from .bench_figures import as_object, lines

    own = url is None
    if as_json:
        echo_json(as_object(asked, plan, outcome))
    else:
        click.echo("\n".join(lines(asked, plan, outcome, own)))
    if outcome.seconds > LONG_ENOUGH_SECONDS and outcome.cpu_seconds / outcome.seconds > BUSY:
        remark("The load itself kept a CPU busy: the gateway may be faster than these figures say.")
    if stopped:
        raise click.Abort
    if not outcome.latencies:
        raise click.ClickException("no request was answered as the protocol has it.")


@contextmanager
def _gateway(url: str | None, accept_cost: bool, chosen: Mapping[str, Any]) -> Iterator[SplitResult]:
    """The gateway to drive: the one that is named, else a server of its own."""
    if url is None:
        from .own_server import own_server

        with own_server(_own_configuration(chosen)) as own:
            yield read_url(own)
        return
    target = read_url(url)
    if not accept_cost and not is_loopback(target.hostname or ""):
        raise click.UsageError(
            f"{target.hostname} is not this machine: its owner may mind the load, and if it is a real gateway every "
            "message costs money. Say --accept-cost if that is what you want."
        )
    yield target


def _own_configuration(chosen: Mapping[str, Any]) -> str:
    """A world with that account; a JSON string is a TOML string."""
    signed = f'auth = "md5"\nkey = {json.dumps(chosen["key"])}\n' if chosen["key"] else ""
    named = f"account = {json.dumps(chosen['account'])}\npassword = {json.dumps(chosen['password'])}\n"
    return f'[[accounts]]\n{named}{signed}balance = "{OWN_BALANCE}"\n'


def _asked(target: SplitResult, chosen: Mapping[str, Any]) -> "Asked":
    from ..load.requests import Asked

    taken = ("endpoint", "account", "password", "seq", "numbers", "content", "ids")
    return Asked(
        target=target,
        post=chosen["method"] == "post",
        key=chosen["key"] or "",
        to=[number for number in (chosen["to"] or "").split(",") if number.strip()],
        **{name: chosen[name] for name in taken},
    )


def _plan(target: SplitResult, chosen: Mapping[str, Any]) -> "Plan":
    from ..load.drive import Plan

    requests, seconds = chosen["requests"], chosen["duration"]
    host, tls = target.hostname or "", target.scheme == "https"
    return Plan(
        host=host,
        port=target.port or (443 if tls else 80),
        tls=_tls(host) if tls else None,
        connections=min(chosen["connections"], requests or chosen["connections"]),
        requests=requests,
        seconds=DEFAULT_SECONDS if requests is None and seconds is None else seconds,
        rate=chosen["rate"],
        timeout_seconds=chosen["timeout"],
    )


def _tls(host: str) -> "ssl.SSLContext":
    """The certificate of a server on this machine is a test's and proves nothing; elsewhere it is verified."""
    import ssl

    context = ssl.create_default_context()
    if is_loopback(host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _drive(asked: "Asked", plan: "Plan") -> tuple["Outcome", bool]:
    """What came of it, and whether it was stopped by hand on the way."""
    from ..engine.clock import real_now
    from ..load.drive import Outcome, drive
    from ..load.requests import make_requests
    from .bar import Bar
    from .loop import run

    outcome = Outcome()
    with Bar(asked.endpoint) as bar:

        def watch(outcome: "Outcome") -> None:
            shares = (outcome.done / (plan.requests or inf), outcome.seconds / (plan.seconds or inf))
            bar.show(max(shares), f"{outcome.done:,} done, {outcome.done / outcome.seconds:,.0f} a second")

        try:
            run(drive(plan, make_requests(asked, real_now), outcome, watch))
        except KeyboardInterrupt:
            return outcome, True
    return outcome, False
