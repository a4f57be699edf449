"""How are the figures of a load told? To a person within 100 columns, to a program as an object."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..load.drive import Outcome, Plan
from ..load.figures import Bin, histogram, summary
from ..load.requests import Asked
from ..protocol.codes import Status
from .wording import counted

BAR: Final = 40
MILLISECONDS: Final = 1000.0
_HEAD: Final = 11
_MEANINGS: Final = {int(one): one.meaning for one in Status}


def as_object(asked: Asked, plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """Everything, for a program; latencies in milliseconds."""
    ordered = sorted(outcome.latencies)
    return {
        "url": url_of(asked),
        "endpoint": asked.endpoint,
        "method": "POST" if asked.post else "GET",
        "connections": plan.connections,
        "rate_wanted": plan.rate,
        "seconds": round(outcome.seconds, 6),
        "answered": len(ordered),
        "answered_per_second": round(_rate(len(ordered), outcome), 3),
        "numbers_accepted": outcome.success if asked.endpoint == "sendsms" else None,
        "statuses": [
            {"status": status, "meaning": _MEANINGS.get(status), "count": count}
            for status, count in outcome.statuses.most_common()
        ],
        "errors": [{"kind": kind, "count": count} for kind, count in outcome.errors.most_common()],
        "latency_ms": {name: round(value * MILLISECONDS, 4) for name, value in summary(ordered).items()},
        "histogram": [
            {"from_ms": _ms(one.low), "to_ms": _ms(one.high), "count": one.count} for one in histogram(ordered)
        ],
    }


def lines(asked: Asked, plan: Plan, outcome: Outcome, own: bool) -> Iterator[str]:
    """Everything, for a person."""
    ordered = sorted(outcome.latencies)
    yield from _described(asked, plan, own)
    yield from _throughput(asked, outcome)
    yield from _counts("status", [(_status(status), count) for status, count in outcome.statuses.most_common()])
    yield from _counts("errors", outcome.errors.most_common())
    yield from _latencies(ordered)
    yield from _drawn(histogram(ordered))


def url_of(asked: Asked) -> str:
    """The gateway's URL, without a password that may have been in it."""
    target = asked.target
    return target._replace(netloc=target.netloc.rpartition("@")[2]).geturl().rstrip("/")


def _described(asked: Asked, plan: Plan, own: bool) -> Iterator[str]:
    yield _line("gateway", f"{url_of(asked)}{' (a server of its own)' if own else ''}")
    many = f" with {counted(asked.numbers, 'number', 'numbers')}" if asked.endpoint == "sendsms" else ""
    pace = f", {plan.rate:,g} a second" if plan.rate else ""
    connections = counted(plan.connections, "connection", "connections")
    yield _line("load", f"{'POST' if asked.post else 'GET'} {asked.endpoint}{many}, {connections}{pace}")


def _throughput(asked: Asked, outcome: Outcome) -> Iterator[str]:
    answered = len(outcome.latencies)
    yield _line(
        "answered", f"{answered:,} in {outcome.seconds:.2f} s: {_rate(answered, outcome):,.1f} requests a second"
    )
    if asked.endpoint == "sendsms":
        accepted = outcome.success
        yield _line("accepted", f"{counted(accepted, 'number', 'numbers')}: {_rate(accepted, outcome):,.1f} a second")


def _counts(head: str, counts: Sequence[tuple[str, int]]) -> Iterator[str]:
    for place, (text, count) in enumerate(counts):
        yield _line("" if place else head, f"{count:>11,}  {text}")


def _latencies(ordered: Sequence[float]) -> Iterator[str]:
    figures = summary(ordered)
    if figures:
        mean = figures.pop("mean")
        least = figures.pop("min")
        yield _line("latency", "  ".join(f"{name} {_ms(value):g}" for name, value in figures.items()) + " ms")
        yield _line("", f"min {_ms(least):g}  mean {_ms(mean):g} ms")


def _drawn(bins: Sequence[Bin]) -> Iterator[str]:
    """The histogram; a bin that holds anything shows at least one mark."""
    mark = "█" if (sys.stdout.encoding or "").lower().startswith("utf") else "#"
    most, every = max((one.count for one in bins), default=0), sum(one.count for one in bins)
    if bins:
        yield ""
    for one in bins:
        bar = mark * max(round(one.count / most * BAR), one.count > 0)
        edges = f"{_ms(one.low):>8g} to {_ms(one.high):>7g} ms"
        yield f"{edges}{one.count:>12,} {one.count / every:>7.2%}  {bar}".rstrip()


def _line(head: str, text: str) -> str:
    return f"{head:{_HEAD}}{text}"


def _status(status: int) -> str:
    return f"{status} {_MEANINGS.get(status, 'no status of the protocol')}"


def _rate(count: int, outcome: Outcome) -> float:
    return count / outcome.seconds if outcome.seconds else 0.0


def _ms(seconds: float) -> float:
    """Milliseconds with three digits that count."""
    return float(f"{seconds * MILLISECONDS:.3g}")
