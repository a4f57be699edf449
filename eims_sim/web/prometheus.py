"""How do the figures look to Prometheus (C4)? Loaded when they are first asked for (D8)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from .. import __version__
from ..domain.messages import PushState
from ..engine.controls.metrics import Metrics
from ..protocol.codes import STATES

NONE: Final = "none"
"""The label of a status that there is not: the answer was none of the protocol's, or there was no answer."""


def write_metrics(metrics: Metrics) -> bytes:
    """The figures in the text format, version 0.0.4."""
    return generate_latest(_Figures(metrics))


class _Figures:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Every family of figures, each known state with its zero."""
        metrics = self._metrics
        yield _gauge("build_info", "The version of the simulator.", "version", {__version__: 1})
        yield _counter(
            "requests",
            "Requests of clients since the start.",
            ("endpoint", "status", "http_status"),
            [((endpoint, _label(status), _label(http)), n) for (endpoint, status, http), n in metrics.requests.items()],
        )
        yield _latencies(metrics)
        yield _gauge(
            "messages",
            "Messages by state: 1 unsent, 2 sending, 0 success, else the report code.",
            "state",
            {str(state): metrics.messages.get(state, 0) for state in sorted(STATES)},
        )
        yield _counter(
            "push_attempts",
            "PUTs of reports since the start, by the HTTP status of the answer, or error.",
            ("outcome",),
            [((outcome,), count) for outcome, count in metrics.attempts.items()],
        )
        pushes = {state: metrics.pushes.get(state, 0) for state in get_args(PushState)}
        yield _gauge("pushes", "Pushes of reports by state.", "state", pushes)
        yield _gauge(
            "queue_depth",
            "Who waits: writer jobs, reports to be cut into pushes, requests held by a fault, long polls, listeners.",
            "queue",
            metrics.queues,
        )


def _label(status: int | None) -> str:
    return NONE if status is None else str(int(status))


def _counter(name: str, about: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], int]]) -> Metric:
    family = CounterMetricFamily(f"eims_sim_{name}", about, labels=labels)
    for found, count in sorted(values):
        family.add_metric(found, count)
    return family


def _gauge(name: str, about: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"eims_sim_{name}", about, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _latencies(metrics: Metrics) -> Metric:
    family = HistogramMetricFamily(
        "eims_sim_request_duration_seconds", "From the head of a request to its answer.", labels=["endpoint"]
    )
    for endpoint, one in sorted(metrics.latencies.items()):
        counts = [("+Inf" if bound == float("inf") else str(bound), count) for bound, count in one.buckets]
        family.add_metric([endpoint], counts, one.total_seconds)
    return family
