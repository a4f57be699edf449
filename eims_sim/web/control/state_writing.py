"""How is everything written (C4)? As JSON with one object to a line, in an order that never changes: it can be read,
searched and compared line by line."""

import json
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import asdict
from datetime import tzinfo
from typing import Any, Final

from ...domain.accounts import SECRETS, AccountSettings
from ...domain.faults import FaultSettings
from ...domain.fields import show_money
from ...domain.rules import RuleSettings
from ...domain.state import (
    FORMAT,
    VERSION,
    ClockState,
    FaultState,
    InboundState,
    LifeState,
    PushState,
    RuleState,
    SubmitState,
    settings_of,
)
from ...domain.state_accounts import AccountState
from ...engine.controls.state import Exported
from ...protocol.notation import write_rfc3339
from .operation import adapter
from .shapes import show_scale

_dump: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


async def write_state(exported: Exported, zone: tzinfo, *, secrets: bool) -> AsyncGenerator[str]:
    """The document, a line or a few at a time; passwords and keys are null unless `secrets`."""
    show = _Show(zone)
    yield f'{{\n"format":{_dump(FORMAT)},\n"version":{VERSION},\n'
    yield f'"clock":{_dump(show.clock(exported.clock))},\n"next":{_dump(asdict(exported.next))}'
    for name, few in (
        ("accounts", [_account(one, secrets=secrets) for one in exported.accounts]),
        ("rules", [_behaviour(one, RuleSettings) for one in exported.rules]),
        ("faults", [_behaviour(one, FaultSettings) for one in exported.faults]),
    ):
        yield f',\n"{name}":[' + ",".join(f"\n{_dump(one)}" for one in few) + ("\n]" if few else "]")
    rest = exported.rest
    streams: tuple[tuple[str, AsyncGenerator[Any], Callable[[Any], str]], ...] = (
        ("submits", rest.submits(), show.submit),
        ("inbound", rest.inbound(), show.inbound),
        ("pushes", rest.pushes(), show.push),
    )
    for name, stream, line in streams:
        yield f',\n"{name}":['
        parting = ""
        async with aclosing(stream):
            async for one in stream:
                yield f"{parting}\n{line(one)}"
                parting = ","
        yield "\n]" if parting else "]"
    yield "\n}\n"


def _account(account: AccountState, *, secrets: bool) -> dict[str, Any]:
    """The settings in their order, the money being what there is now, and what is remembered beside them."""
    kept = AccountSettings(**account.given, password=account.password or "", key=account.key or "")
    shown: dict[str, Any] = adapter(AccountSettings).dump_python(kept, mode="json")
    first = {"first_balance": shown["balance"], "first_gift": shown["gift"]}
    if not secrets:
        shown |= dict.fromkeys(SECRETS)
    shown |= {"balance": show_money(account.balance), "gift": show_money(account.gift)}
    counted = {name: getattr(account, name) for name in ("last_seq", "failures", "origin", "disabled")}
    return shown | first | counted


def _behaviour(one: RuleState | FaultState, kind: Any) -> dict[str, Any]:
    settings: dict[str, Any] = adapter(kind).dump_python(settings_of(kind, one), mode="json")
    return {"id": one.id, **settings, "origin": one.origin, "applied": one.applied}


class _Show:
    """Writes what bears moments, in the gateway's zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def clock(self, clock: ClockState) -> dict[str, Any]:
        """What the clock shows."""
        return {"mode": clock.mode, "now": self._time(clock.now), "scale": show_scale(clock.scale)}

    def submit(self, submit: SubmitState) -> str:
        """A submit on its line, each of its lives on one more."""
        head = {
            "id": submit.id,
            "account": submit.account,
            "content": submit.content,
            "sender": submit.sender,
            "smstype": submit.smstype,
            "mmstitle": submit.mmstitle,
            "segments": submit.segments,
            "price": show_money(submit.price),
            "paid_balance": show_money(submit.paid_balance),
            "paid_gift": show_money(submit.paid_gift),
            "refunded": show_money(submit.refunded),
            "accepted_at": self._time(submit.accepted_at),
            "sendtime": self._time(submit.sendtime),
        }
        return f'{_dump(head)[:-1]},"lives":[' + ",".join(self._lives(submit.lives)) + "]}"

    def inbound(self, inbound: InboundState) -> str:
        """An inbound message."""
        return _dump(
            {
                "id": inbound.id,
                "account": inbound.account,
                "from": inbound.sender,
                "to": inbound.to,
                "content": inbound.content,
                "received_at": self._time(inbound.received_at),
                "fetched_at": self._time(inbound.fetched_at),
                "fetch": inbound.fetch,
            }
        )

    def push(self, push: PushState) -> str:
        """A push with its attempts."""
        times = {"due": self._time(push.due), "created_at": self._time(push.created_at)}
        attempts = [asdict(made) | {"at": self._time(made.at)} for made in push.attempts]
        return _dump(asdict(push) | times | {"attempts": attempts})

    def _lives(self, lives: Iterable[LifeState]) -> Iterator[str]:
        for life in lives:
            yield "\n" + _dump(
                {
                    "state": life.state,
                    "outcome": life.outcome,
                    "sending_at": self._time(life.sending_at),
                    "final_at": self._time(life.final_at),
                    "rule": life.rule,
                    "forced_from": life.forced_from,
                    "report_waits": life.report_waits,
                    "messages": life.messages,
                }
            )

    def _time(self, moment: int | None) -> str | None:
        return None if moment is None else write_rfc3339(moment, self._zone)
