"""What does a client that submits singly notice of one that submits in bulk?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .reach import Options, Row
from .rounds import Competitor, Load, run_load, serve, standing
from .wire import BULK, SUBMIT, post

SECONDS = 5.0
EVERY_SECONDS = 1.0


def mixed(options: Options) -> Iterator[Row]:
    """The p99 of a GET on 32 connections while a POST of 10,000 numbers comes every second, beside that without.

    Of time, not of requests: what a POST holds up is next to nothing of the requests, but all that came at its moment.
    """
    load = Load(SUBMIT, 32, SECONDS)
    ratios = []
    print("\nGET /sendsms, 32 connections, p99 in ms\n\n| without | with POSTs of 10,000 numbers |\n|---|---|")
    with standing() as (folder, stand):
        ours = stand(Competitor("eims-sim", serve(f"{folder}/mixed.db")))
        run_load(ours.port, load)
        for _ in range(options.rounds):
            without = run_load(ours.port, load)["p99_of_time_ms"]
            with posting(ours):
                beside = run_load(ours.port, load)["p99_of_time_ms"]
            print(f"| {without:.2f} | {beside:.2f} |")
            ratios.append(beside / without)
    what = "GET /sendsms, 32 connections, p99 while POSTs of 10,000 numbers come at 1 a second, by the p99 without"
    yield Row(what, ratios, 5, at_most=True)


@contextmanager
def posting(server: Competitor) -> Iterator[None]:
    """A POST every second meanwhile, however long each takes."""
    over = threading.Event()
    accepted: list[int] = []

    def post_on() -> None:
        request = post()
        while not over.wait(EVERY_SECONDS):
            accepted.append(server.told(request)["success"])

    thread = threading.Thread(target=post_on)
    thread.start()
    yield
    over.set()
    thread.join()
    assert accepted
    assert set(accepted) == {BULK}, accepted
