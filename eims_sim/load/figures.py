"""What do many latencies say? Percentiles and a histogram; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

SHARES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}

ROWS: Final = 16
"""A histogram has at most so many rows, unless even the coarsest steps make more."""

_BETWEEN: Final = (1.1, 1.3, 1.6, 2.0, 2.4, 3.0, 3.6, 4.3, 5.1, 6.2, 7.5, 9.1)
_TWELFTHS: Final = (1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2)

# Steps within a decade, coarsest first: preferred numbers, so that every edge is a round one.
_STEPS: Final = (
    (1.0,),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    _TWELFTHS,
    tuple(sorted((*_TWELFTHS, *_BETWEEN))),
)


@dataclass(frozen=True, slots=True)
class Bin:
    """How many values are at least `low` and less than `high`."""

    low: float
    high: float
    count: int


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that this share of all does not exceed (nearest rank). IndexError when there is none."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def summary(ordered: Sequence[float]) -> dict[str, float]:
    """Least, percentiles, greatest and mean of ordered values, by their names; empty when there is no value."""
    if not ordered:
        return {}
    percentiles = {name: percentile(ordered, share) for name, share in SHARES.items()}
    return {"min": ordered[0], **percentiles, "max": ordered[-1], "mean": sum(ordered) / len(ordered)}


def histogram(ordered: Sequence[float], rows: int = ROWS) -> list[Bin]:
    """Ordered positive values in bins with round edges, as many as the rows take; empty ones between others stay."""
    if not ordered:
        return []
    chosen = _edges(ordered[0], ordered[-1], _STEPS[0])
    for steps in _STEPS[1:]:
        finer = _edges(ordered[0], ordered[-1], steps)
        if len(finer) - 1 > rows:
            break
        chosen = finer
    return _fill(ordered, chosen)


def _edges(least: float, greatest: float, steps: Sequence[float]) -> list[float]:
    """Round numbers from the last one that is not above the least value to the first one above the greatest."""
    first, last = floor(log10(least)) - 1, floor(log10(greatest)) + 1
    candidates = [float(f"{step}e{decade}") for decade in range(first, last + 1) for step in steps]
    begin = max(place for place, edge in enumerate(candidates) if edge <= least)
    end = min(place for place, edge in enumerate(candidates) if edge > greatest)
    return candidates[begin : end + 1]


def _fill(ordered: Sequence[float], edges: Sequence[float]) -> list[Bin]:
    from bisect import bisect_left

    places = [bisect_left(ordered, edge) for edge in edges]
    return [
        Bin(low, high, after - before)
        for low, high, before, after in zip(edges, edges[1:], places, places[1:], strict=False)
    ]
