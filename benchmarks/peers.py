"""How fast are other stand-ins, each with a stateless stub of GET /sendsms? They check nothing and store nothing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .floor import GET_ANSWER
from .reach import Options, Row
from .rounds import Competitor, Load, alternate, cpu_seconds_of, print_table, run_load, serve, shares, standing
from .wire import SUBMIT

PATIENCE_SECONDS = 60
WARM_UP_SECONDS = 15.0
"""A virtual machine of Java compiles what runs often; it is measured once it has."""

JSON = {"Content-Type": "application/json"}


class Peer(NamedTuple):
    """A stand-in: the program that npm installs, its package, and what writes its stub and tells its arguments."""

    name: str
    program: str
    package: str
    stub: Callable[[Path, int], Sequence[str]]


class PeerServer(Competitor):
    """One that runs: a program that may start others, and does not say when it is ready."""

    def __init__(self, name: str, command: Sequence[str], port: int) -> None:
        self._told_port = port
        super().__init__(name, command, {"JAVA_TOOL_OPTIONS": ""}, start_new_session=True, stderr=subprocess.STDOUT)

    def _wait_until_ready(self) -> int:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self._told_port)) as connection:
                    connection.settimeout(PATIENCE_SECONDS)
                    connection.sendall(SUBMIT)
                    if connection.recv(65536).startswith(b"HTTP/1.1 200"):
                        return self._told_port
            except OSError:
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{self.name} did not start")

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it started."""
        os.killpg(self._process.pid, number)

    def cpu_seconds(self) -> float:
        """The CPU time of it and of what it started."""
        return sum(cpu_seconds_of(stat, self._process.pid) for stat in Path("/proc").glob("[0-9]*/stat"))

    def stop(self) -> None:
        """End them all."""
        if self._process.poll() is None:
            self.signal(signal.SIGKILL)
            self._process.wait()


def _wiremock(folder: Path, port: int) -> list[str]:
    answer = {"status": 200, "headers": JSON, "body": GET_ANSWER.decode()}
    (folder / "mappings").mkdir()
    _write(folder / "mappings" / "stub.json", {"request": {"method": "GET", "urlPath": "/sendsms"}, "response": answer})
    # What its makers advise for load tests: no journal, no templates.
    quick = ["--no-request-journal", "--disable-request-logging", "--disable-response-templating", "--disable-gzip"]
    listen = ["--port", str(port), "--bind-address", "127.0.0.1", "--root-dir", str(folder), "--disable-banner"]
    return [*listen, *quick, "--use-chunked-encoding", "never"]


def _mockoon(folder: Path, port: int) -> list[str]:
    answer = {
        "uuid": _uuid(3),
        "body": GET_ANSWER.decode(),
        "statusCode": 200,
        "headers": [{"key": key, "value": value} for key, value in JSON.items()],
        "bodyType": "INLINE",
        "disableTemplating": True,
        "default": True,
    }
    route = {"uuid": _uuid(2), "type": "http", "method": "get", "endpoint": "sendsms", "responses": [answer]}
    world = {"uuid": _uuid(1), "name": "eims", "routes": [route], "rootChildren": [{"type": "route", "uuid": _uuid(2)}]}
    path = _write(folder / "stub.json", world)
    listen = ["--port", str(port), "--hostname", "127.0.0.1"]
    return ["start", "--data", path, *listen, "--repair", "--disable-log-to-file", "--disable-admin-api"]


def _mountebank(folder: Path, port: int) -> list[str]:
    # Its answers close the connection and are chunked unless their headers say otherwise.
    headers = JSON | {"Connection": "keep-alive", "Content-Length": str(len(GET_ANSWER))}
    answer = {"is": {"statusCode": 200, "headers": headers, "body": GET_ANSWER.decode()}}
    stub = {"predicates": [{"equals": {"method": "GET", "path": "/sendsms"}}], "responses": [answer]}
    imposter = {"port": port, "protocol": "http", "host": "127.0.0.1", "recordRequests": False, "stubs": [stub]}
    path = _write(folder / "stub.json", {"imposters": [imposter]})
    own = ["--port", str(free_port()), "--host", "127.0.0.1", "--localOnly", "--pidfile", str(folder / "mb.pid")]
    return ["start", *own, "--nologfile", "--loglevel", "warn", "--configfile", path]


def _prism(folder: Path, port: int) -> list[str]:
    content = {"application/json": {"schema": {"type": "object"}, "example": json.loads(GET_ANSWER)}}
    names = ("account", "password", "numbers", "content")
    asked = [{"name": name, "in": "query", "required": True, "schema": {"type": "string"}} for name in names]
    described = {"parameters": asked, "responses": {"200": {"description": "accepted", "content": content}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "eims", "version": "1"},
        "paths": {"/sendsms": {"get": described}},
    }
    return ["mock", "-p", str(port), "-h", "127.0.0.1", "-v", "error", _write(folder / "stub.json", document)]


def _json_server(folder: Path, port: int) -> list[str]:
    path = _write(folder / "stub.json", {"sendsms": json.loads(GET_ANSWER)})
    return ["--port", str(port), "--host", "127.0.0.1", path]


PEERS = (
    Peer("WireMock", "wiremock", "wiremock", _wiremock),
    Peer("Mockoon", "mockoon-cli", "@mockoon/cli", _mockoon),
    Peer("mountebank", "mb", "mountebank", _mountebank),
    Peer("Prism", "prism", "@stoplight/prism-cli", _prism),
    Peer("json-server", "json-server", "json-server", _json_server),
)


def peers(options: Options) -> Iterator[Row]:
    """GET /sendsms of ours, each stored, as a multiple of what each peer answers from a stub."""
    with standing() as (folder, stand):
        ours = stand(Competitor("eims-sim", serve(f"{folder}/peers.db")))
        for peer in PEERS:
            what = f"GET /sendsms, 32 connections, times {peer.name} with a stub"
            program = _find(peer.program, options.peers)
            if program is None:
                yield Row(what, [], 2, why=f"`{peer.program}` is not there: npm install {peer.package}")
                continue
            yield Row(what, _measure(peer, program, folder, ours, options.rounds), 2)


def _measure(peer: Peer, program: str, folder: Path, ours: Competitor, rounds: int) -> list[float]:
    port, own = free_port(), folder / peer.program
    own.mkdir()
    theirs = PeerServer(peer.name, [program, *peer.stub(own, port)], port)
    try:
        # Some of them write JSON in their own way, and some answer 200 to what they do not know.
        assert theirs.told(SUBMIT) == json.loads(GET_ANSWER)
        load = Load(SUBMIT, 32, loosely=True)
        run_load(theirs.port, load._replace(seconds=WARM_UP_SECONDS))
        measured = alternate([theirs, ours], load, rounds)
    finally:
        theirs.stop()
    print_table(f"GET /sendsms, 32 connections, beside {peer.name}", measured, peer.name)
    return shares(measured, ours.name, peer.name)


def _find(program: str, folder: Path | None) -> str | None:
    inside = str(folder.resolve() / "node_modules" / ".bin") if folder else None
    return (shutil.which(program, path=inside) if inside else None) or shutil.which(program)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _uuid(place: int) -> str:
    return f"00000000-0000-4000-8000-{place:012}"


def _write(path: Path, content: object) -> str:
    path.write_text(json.dumps(content))
    return str(path)
