"""`eims-sim tour`: which server is walked through, and what is said at the beginning and the end."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import Final

import click

from ... import __version__
from ...client.address import is_loopback, own_address, read_url
from ...client.receiver import CallbackServer
from ...errors import EimsSimError
from ...protocol.codes import ReportCode, Status
from ...protocol.curl import Place
from ..options import VariableOption, new_client
from ..output import echo_json, remark
from ..own_server import own_server
from ..signals import unwinding
from .guide import Guide
from .happenings import diagnosis, ends, faults, inbound, push
from .requests import credentials, refusals, sending
from .telling import Teller
from .world import OWN_CONFIGURATION, World

BEGINNING: Final = (
    "The gateway has four calls, getbalance, sendsms, getreport and getsms, and makes one itself: it pushes reports. "
    "Every answer is HTTP 200 and a JSON object; its status says how it went, and 0 is good. What follows was asked "
    "and answered right now. Lines after # explain; the simulator gives its reasons itself."
)

END: Final = (
    "Now yours: `eims-sim serve` runs a gateway with demo accounts, `eims-sim send` and `eims-sim receive` try it, "
    "`eims-sim requests` shows what clients sent and why it was refused, `eims-sim --help` the rest."
)


@click.command()
@click.option(
    "--url", cls=VariableOption, metavar="URL", help="The server to walk through; without one the tour starts its own."
)
@click.option("--admin-token", cls=VariableOption, metavar="TOKEN", help="What the server's control API asks for.")
@click.option(
    "--json",
    "as_json",
    cls=VariableOption,
    envvar="EIMS_SIM_JSON",
    is_flag=True,
    help="Print what was asked and answered as JSON.",
)
def tour(url: str | None, admin_token: str | None, as_json: bool) -> int:
    """Walk through every status and every report code, explained.

    Makes accounts of its own and removes them. Exits with 1 if an answer is not as documented.
    """
    with unwinding(), _server(url) as (target, own), new_client(target, admin_token) as client:
        world = World(client, own=own, tag="" if own else secrets.token_hex(2))
        guide = Guide(client, _place(client.url, bool(admin_token)), Teller(silent=as_json))
        try:
            world.create()
            _walk(guide, world)
        finally:
            left = [] if own else world.remove()
            for path in left:
                remark(f"Not removed: {path}")
    if as_json:
        echo_json(_as_object(guide, client.url))
    else:
        _conclude(guide)
    return 1 if guide.complaints or left else 0


@contextmanager
def _server(url: str | None) -> Iterator[tuple[str, bool]]:
    """The server that is named, else one of the tour's own, and which of both."""
    if url is not None:
        yield url, False
        return
    with own_server(OWN_CONFIGURATION) as own:
        yield own, True


def _place(url: str, token: bool) -> Place:
    parts = read_url(url)
    trusting = parts.scheme == "https" and is_loopback(parts.hostname or "")
    return Place(url, "-k" if trusting else "", token)


def _walk(guide: Guide, world: World) -> None:
    guide.tell.title(f"eims-sim {__version__}: a tour of the EIMS SMS gateway")
    guide.tell.prose(BEGINNING, gap=True)
    try:
        with closing(CallbackServer(own_address(guide.client.url))) as receiver:
            credentials(guide, world)
            first = sending(guide, world)
            refusals(guide, world)
            ends(guide, world, first)
            inbound(guide, world)
            push(guide, world, receiver)
            faults(guide, world)
            diagnosis(guide, world)
    except EimsSimError as error:
        guide.trouble(str(error))
    _expect_all(guide)


def _expect_all(guide: Guide) -> None:
    """A tour that left a code out is none."""
    for kind, met, codes in (("status", guide.met, Status), ("report code", guide.ends, ReportCode)):
        missing = [str(int(code)) for code in codes if code not in met]
        if missing:
            guide.trouble(f"never met: {kind} {', '.join(missing)}")


def _conclude(guide: Guide) -> None:
    """What came of it, and where to go on."""
    guide.tell.heading("That was the gateway")
    statuses, codes = len(guide.met & {*Status}), len(guide.ends & {*ReportCode})
    count = f"{statuses} of {len(Status)} statuses and {codes} of {len(ReportCode)} report codes met"
    if guide.complaints:
        guide.tell.prose(f"{count}. Not as documented:")
        for text in guide.complaints:
            guide.tell.complaint(text)
        return
    guide.tell.prose(f"{count}, {len(guide.steps)} exchanges: all as documented. {END}")


def _as_object(guide: Guide, url: str) -> dict[str, object]:
    return {
        "url": url,
        "statuses": sorted(guide.met & {*Status}),
        "reports": sorted(guide.ends & {*ReportCode}),
        "steps": [asdict(step) for step in guide.steps],
        "complaints": guide.complaints,
    }
