"""`eims-sim healthcheck` exits with 0 once a gateway is up (C2)."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

EVERYWHERE = "0.0.0.0"  # noqa: S104  what containers listen on


class Answers(BaseHTTPRequestHandler):
    """Somebody else's server: answers each request with the next of its statuses, the last one for ever."""

    statuses: list[int]
    paths: list[str]
    body: bytes

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Be silent."""


@pytest.fixture
def stranger() -> Iterator[tuple[str, type[Answers]]]:
    """The URL of a server whose statuses the test sets."""
    answers = type("ItsAnswers", (Answers,), {"statuses": [200], "paths": [], "body": b""})
    with HTTPServer(("127.0.0.1", 0), answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", answers
        server.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_a_gateway_that_is_up_is_healthy(command, serve):
    url = serve().url

    result = command("healthcheck", "--url", url)

    assert (result.returncode, result.stdout) == (0, f"{url} is up.\n")


def test_the_url_comes_from_the_environment_that_serve_reads(here, own):
    port = own(host=EVERYWHERE, admin_token="secret").rpartition(":")[2]

    result = here("healthcheck", EIMS_SIM_HOST=EVERYWHERE, EIMS_SIM_CONFIG=f"[server]\nport = {port}\n")

    assert (result.code, result.out) == (0, f"http://127.0.0.1:{port} is up.\n")


@pytest.mark.parametrize(
    ("host", "reached"), [(EVERYWHERE, "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("localhost", "localhost")]
)
def test_a_host_is_asked_where_it_can_be_reached(here, closed_port, host, reached):
    result = here("healthcheck", EIMS_SIM_HOST=host, EIMS_SIM_PORT=str(closed_port))

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"Error: http://{reached}:{closed_port} is not up: ")


def test_a_gateway_without_its_database_is_not_up(here, stranger):
    url, answers = stranger
    answers.statuses = [503]

    result = here("healthcheck", "--url", url)

    assert (result.code, result.err) == (1, f"Error: {url} is not up: it answers 503.\n")
    assert answers.paths == ["/_sim/health"]


def test_waiting_asks_until_it_is_up(here, stranger):
    url, answers = stranger
    answers.statuses = [503, 503, 200]

    result = here("healthcheck", "--url", url, "--wait")

    assert result.code == 0
    assert len(answers.paths) == 3


def test_waiting_ends_with_the_time(here, closed_port):
    result = here("healthcheck", "--url", f"http://127.0.0.1:{closed_port}", "--wait", "--timeout", "0.3")

    assert result.code == 1


def test_a_server_that_never_answers_is_not_waited_for(here):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        result = here("healthcheck", "--url", url, "--timeout", "0.3")

    assert (result.code, result.err) == (1, f"Error: {url} is not up: timed out.\n")


def test_a_proxy_of_the_environment_is_not_used(here, stranger, closed_port):
    url, _ = stranger

    result = here("healthcheck", "--url", url, HTTP_PROXY=f"http://127.0.0.1:{closed_port}", no_proxy="")

    assert result.code == 0


@pytest.mark.parametrize("url", ["127.0.0.1:20003", "ftp://host", "http://", "http://host:port"])
def test_what_is_no_url_is_wrong_usage(here, url):
    result = here("healthcheck", "--url", url)

    assert result.code == 2
    assert "is no http or https URL such as http://127.0.0.1:20003" in result.err


def test_a_configuration_that_serve_would_refuse_is_told(here):
    result = here("healthcheck", EIMS_SIM_PORT="none")

    assert result.code == 2
    assert result.err.startswith("environment EIMS_SIM_PORT: server.port: must be a whole number")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"status":"database does not answer","reason":"the disk is full\\u001b[2J"}', ", the disk is full[2J"),
        (b'{"status":"database does not answer"}', ""),
        (b"[1]", ""),
        (b"\xff", ""),
    ],
)
def test_why_a_gateway_is_not_up_is_said_when_it_says_so(here, stranger, body: bytes, shown: str):
    """C2, C4: and nothing that would move the cursor of a terminal"""
    url, answers = stranger
    answers.statuses, answers.body = [503], body

    result = here("healthcheck", "--url", url)

    assert result.code == 1
    assert result.err == f"Error: {url} is not up: it answers 503{shown}.\n"
