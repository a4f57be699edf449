"""How fast are reports pushed, beside an aiohttp client that PUTs ready-made bodies to the same receiver?"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from .client import REPORTS
from .reach import Options, Row
from .rounds import ROOT, Competitor, Load, alone, run_load, serve, standing
from .wire import BULK, control, post

Stand = Callable[[Competitor], Competitor]

IN_FLIGHT = (1, 8)
PUSHED = 200_000
LIVED = 1_000_000
LIVED_ROUNDS = 3
PATIENCE_SECONDS = 300


def start_receiver(stand: Stand) -> Competitor:
    """A receiver that answers 200."""
    return stand(Competitor("receiver", [sys.executable, "-m", "benchmarks.receiver"]))


def living(stand: Stand, name: str, command: Sequence[str], in_flight: int = 1) -> Competitor:
    """A simulator whose messages go through the default life."""
    environment = {"EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "0.5", "EIMS_SIM_PUSH_IN_FLIGHT": str(in_flight)}
    return stand(Competitor(name, command, environment))


def taken_by(receiver: Competitor) -> Mapping[str, float]:
    """What the receiver has counted."""
    taken: Mapping[str, float] = receiver.told(b"GET / HTTP/1.1\r\n\r\n")
    return taken


def report(ours: Competitor, receiver: Competitor) -> Competitor:
    """Let the account's reports go to the receiver from now on."""
    url = f"http://127.0.0.1:{receiver.port}/reports"
    assert ours.told(control("PATCH", "accounts/load", {"callback_url": url}))["callback_url"] == url
    return ours


def pushes(options: Options) -> Iterator[Row]:
    """Reports a second from the first PUT to the last, as the receiver sees it.

    All of the messages are accepted before the first of them is final, so that nothing else is to do but to end them,
    to push, and to store what came of it.
    """
    with standing() as (folder, stand):
        receiver = start_receiver(stand)
        servers = {
            count: report(living(stand, f"{count} in flight", serve(f"{folder}/{count}.db"), count), receiver)
            for count in IN_FLIGHT
        }
        rates: dict[int, list[tuple[float, float]]] = {count: [] for count in IN_FLIGHT}
        for turn in range(options.rounds + 1):
            for count, ours in servers.items():
                with alone(ours, list(servers.values())):
                    pushed = rate(push(ours, receiver, PUSHED))
                with alone(receiver, [receiver, *servers.values()]):
                    floor = rate(_put(receiver, count, PUSHED // REPORTS))
                if turn:
                    rates[count].append((pushed, floor))
    _print(rates)
    for count, measured in rates.items():
        what = f"reports pushed a second, {count} in flight, share of an aiohttp client that PUTs ready-made bodies"
        yield Row(what, [pushed / floor for pushed, floor in measured], 0.6)


def reported(options: Options) -> Iterator[Row]:
    """From the first POST of 1,000,000 messages to their last report, beside what that is made of."""
    ratios = []
    print("\nSeconds for 1,000,000 messages\n\n| accepted and reported | accepted | PUT by the client |\n|---|---|---|")
    for _ in range(min(options.rounds, LIVED_ROUNDS)):
        with standing() as (folder, stand):
            receiver = start_receiver(stand)
            unsent = stand(Competitor("accepts", serve(f"{folder}/unsent.db")))
            accepted = accept(unsent, LIVED)
            unsent.stop()
            client = _seconds(_put(receiver, 8, LIVED // REPORTS))
            ours = report(living(stand, "eims-sim", serve(f"{folder}/life.db"), 8), receiver)
            began = time.perf_counter()
            push(ours, receiver, LIVED)
            took = time.perf_counter() - began
            print(f"| {took:.1f} | {accepted:.1f} | {client:.1f} |")
            ratios.append(took / (accepted + client))
    what = "1,000,000 messages from accept to reported, 8 in flight, by the time to accept them and the client's to PUT"
    yield Row(what, ratios, 2, at_most=True)


def accept(ours: Competitor, messages: int) -> float:
    """Submit so many in POSTs of 10,000, one after the other; how long it took."""
    return run_load(ours.port, Load(post(), 1, PATIENCE_SECONDS, messages // BULK))["seconds"]


def push(ours: Competitor, receiver: Competitor, messages: int) -> Mapping[str, float]:
    """Submit so many and wait until they are reported; what the receiver saw."""
    receiver.answers(b"DELETE / HTTP/1.1\r\n\r\n")
    accept(ours, messages)
    until = time.monotonic() + PATIENCE_SECONDS
    while (taken := taken_by(receiver))["reports"] < messages:
        if time.monotonic() > until:
            raise RuntimeError(f"only {taken['reports']} of {messages} messages were reported")
        time.sleep(0.02)
    return taken


def _put(receiver: Competitor, in_flight: int, puts: int) -> Mapping[str, float]:
    """Let the client PUT so many; what the receiver saw."""
    receiver.answers(b"DELETE / HTTP/1.1\r\n\r\n")
    command = [sys.executable, "-m", "benchmarks.client", f"--port={receiver.port}"]
    subprocess.run([*command, f"--in-flight={in_flight}", f"--puts={puts}"], cwd=ROOT, check=True)
    taken = taken_by(receiver)
    assert taken["puts"] == puts, taken
    return taken


def _seconds(taken: Mapping[str, float]) -> float:
    return taken["last"] - taken["first"]


def rate(taken: Mapping[str, float]) -> float:
    """Reports a second, from the first PUT to the last."""
    return taken["reports"] / _seconds(taken)


def _print(rates: Mapping[int, Sequence[tuple[float, float]]]) -> None:
    print("\nReports pushed a second, round by round\n\n| in flight | eims-sim | client |\n|---|---|---|")
    for count, measured in rates.items():
        for pushed, floor in measured:
            print(f"| {count} | {pushed:,.0f} | {floor:,.0f} |")
