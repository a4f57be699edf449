"""What does a client that submits singly notice of one that submits in bulk?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .reach import Options, Row
from .rounds import Competitor, Load, run_load, serve, standing
from .wire import SUBMIT, post

SECONDS = 5.0
EVERY_SECONDS = 1.0


def mixed(options: Options) -> Iterator[Row]:
    """The p99 of a GET on 32 connections while a POST of 10,000 numbers comes every second, beside that without."""
    load = Load(SUBMIT, 32, SECONDS)
    ratios = []
    print("\nGET /sendsms, 32 connections, p99 in ms\n\n| without | with POSTs of 10,000 numbers |\n|---|---|")
    with standing() as (folder, stand):
        ours = stand(Competitor("eims-sim", serve(f"{folder}/mixed.db")))
        run_load(ours.port, load)
        for _ in range(options.rounds):
            without = run_load(ours.port, load)["p99_ms"]
            with posting(ours):
                beside = run_load(ours.port, load)["p99_ms"]
            print(f"| {without:.2f} | {beside:.2f} |")
            ratios.append(beside / without)
    what = "GET /sendsms, 32 connections, p99 while POSTs of 10,000 numbers come at 1 a second, by the p99 without"
    yield Row(what, ratios, 5, at_most=True)


@contextmanager
def posting(server: Competitor) -> Iterator[None]:
    """A POST every second meanwhile, however long each takes."""
    over = threading.Event()

    def post_on() -> None:
        request = post()
        while not over.wait(EVERY_SECONDS):
            server.answers(request)

    thread = threading.Thread(target=post_on)
    thread.start()
    yield
    over.set()
    thread.join()
