"""Who takes the pushes of the tour? A customer's server, on a port of its own, that answers 200."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple


class Push(NamedTuple):
    """What the gateway sent."""

    method: str
    path: str
    content_type: str | None
    body: bytes


class Receiver:
    """The pushes as they come, and the URL that they come to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._taken: SimpleQueue[Push] = SimpleQueue()

    def take(self, push: Push) -> None:
        """Keep a push."""
        self._taken.put(push)

    def next(self, seconds: float) -> Push | None:
        """The next push, None when there is none within the seconds."""
        try:
            return self._taken.get(timeout=seconds)
        except Empty:
            return None


@contextmanager
def receiving(host: str) -> Iterator[Receiver]:
    """A receiver on an address of this machine."""

    class Take(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:  # the name that http.server calls
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            receiver.take(Push("PUT", self.path, self.headers.get("Content-Type"), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the tour tells what came."""

    with ThreadingHTTPServer((host, 0), Take) as server:
        receiver = Receiver(f"http://{host}:{server.server_port}/reports")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
