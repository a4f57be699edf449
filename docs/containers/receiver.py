"""Takes the delivery reports that the simulator PUTs, and prints them. The standard library is enough for it."""

import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Callback(BaseHTTPRequestHandler):
    """Answers each report with 200: anything else, and the gateway tries again."""

    def do_PUT(self) -> None:
        """Print what came."""
        print(self.rfile.read(int(self.headers["Content-Length"])).decode(), flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Be silent: the reports are all there is to see."""


signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # the first process of a container gets no default handlers
with HTTPServer(("", 8080), Callback) as server:
    print(f"waiting for reports on port {server.server_port}", flush=True)
    server.serve_forever()
