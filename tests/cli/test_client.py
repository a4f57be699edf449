"""How every command reaches its server, and what it says when it does not (C2)."""

import socket
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from eims_sim.client.access import segment
from eims_sim.client.control import Client
from eims_sim.errors import AccessError, RefusedError, UnreachableError
from tests.conftest import FIXTURES

PROBLEM = b'{"title":"Unprocessable","status":422,"detail":"the query is not as it should be","errors":[]}'


class Stranger(BaseHTTPRequestHandler):
    """Somebody else's server: answers everything in the same way, or cuts the connection."""

    protocol_version = "HTTP/1.1"
    status = 200
    body: bytes | None = b"<html>"
    asked: list[tuple[str, str, dict[str, str]]]

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path, dict(self.headers)))
        if self.body is None:
            self.close_connection = True
            return
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Be silent."""


@pytest.fixture
def stranger() -> Iterator[tuple[str, type[Stranger]]]:
    """The URL of such a server, and how it answers."""
    handler = type("ThisStranger", (Stranger,), {"asked": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


@pytest.fixture
def closed_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_is_not_there_is_named_with_what_to_do(cli, closed_url):
    outcome = cli("clock", "--url", closed_url)

    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        f"Error: {closed_url} is not reached, nothing listens there: start 'eims-sim serve', "
        "or name another with --url or EIMS_SIM_URL.\n"
    )


@pytest.mark.parametrize("url", ["localhost:20003", "ftp://localhost", "http://"])
def test_what_is_no_url_is_wrong_usage(cli, url):
    outcome = cli("clock", "--url", url)

    assert outcome.code == 2
    assert "is no http or https URL such as http://127.0.0.1:20003" in outcome.err


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>", "is no eims-sim server: what it answers is no JSON."),
        (404, b"<html>", "answers 404 and is no eims-sim server, or one of another version."),
        (502, b"", "answers 502 and is no eims-sim server, or one of another version."),
        (200, None, "cut the connection before it had answered; what was asked may have happened."),
    ],
)
def test_another_server_is_recognised(cli, stranger, status, body, said):
    url, handler = stranger
    handler.status, handler.body = status, body

    outcome = cli("clock", "--url", url)

    assert (outcome.code, outcome.out, outcome.err) == (1, "", f"Error: {url} {said}\n")


def test_https_to_a_server_without_it_says_so(cli, gateway):
    outcome = cli("clock", "--url", gateway.replace("http:", "https:"))

    assert outcome.code == 1
    assert "speaks no TLS" in outcome.err


@pytest.mark.parametrize(("token", "said"), [("", "asks for its admin token"), ("wrong", "does not take this admin")])
def test_the_token_that_is_missing_or_wrong_is_told_and_never_shown(cli, own, token, said):
    url = own(admin_token="right")

    outcome = cli("clock", "--url", url, "--admin-token", token)

    assert outcome.code == 1
    assert f"{url} {said}" in outcome.err
    assert "by --admin-token or EIMS_SIM_ADMIN_TOKEN." in outcome.err
    assert "right" not in outcome.err


def test_the_token_comes_from_the_option_or_the_environment(cli, own, monkeypatch):
    url = own(admin_token="right")

    typed = cli("clock", "--url", url, "--admin-token", "right")
    monkeypatch.setenv("EIMS_SIM_ADMIN_TOKEN", "right")
    set_before = cli("clock", "--url", url)

    assert (typed.code, set_before.code) == (0, 0)


def test_a_token_that_no_header_can_carry_is_wrong_usage(cli):
    assert cli("clock", "--admin-token", "to\nken").code == 2


def test_every_violation_is_told_on_a_line_of_its_own(cli):
    outcome = cli("messages", "--since", "today", "--until", "tomorrow")

    assert (outcome.code, outcome.out) == (1, "")
    assert [line.partition(": ")[0] for line in outcome.err.splitlines()] == ["Error", "  /since", "  /until"]


def test_a_nearest_name_is_told(gateway):
    with (
        Client(gateway) as client,
        pytest.raises(RefusedError, match=r"  /acount: unknown; .*; the nearest is account"),
    ):
        client.control("GET", "messages", query={"acount": "demo"})


def test_the_options_may_stand_before_the_command_of_a_group(cli, closed_url, gateway, monkeypatch):
    monkeypatch.setenv("EIMS_SIM_URL", closed_url)

    before = cli("clock", "--url", gateway, "--json", "freeze")
    nearer = cli("clock", "--url", closed_url, "freeze", "--url", gateway)

    assert (before.code, nearer.code) == (0, 0)
    assert before.json["mode"] == "frozen"


def test_without_a_url_the_server_is_where_serve_would_be(cli, gateway, monkeypatch):
    monkeypatch.delenv("EIMS_SIM_URL")
    monkeypatch.setenv("EIMS_SIM_PORT", gateway.rpartition(":")[2])

    assert cli("clock").code == 0


def test_what_kubernetes_injects_is_not_the_port(alone, monkeypatch):
    monkeypatch.setenv("EIMS_SIM_PORT", "tcp://10.0.0.1:80")

    assert Client().url == "http://127.0.0.1:20003"


def test_a_proxy_of_the_environment_is_not_used(cli, closed_url, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", closed_url)
    monkeypatch.setenv("no_proxy", "")

    assert cli("clock").code == 0


def test_a_path_in_the_url_is_kept_and_a_password_not_shown(stranger):
    url, handler = stranger
    handler.body = b"{}"

    with Client(url.replace("//", "//user:secret@") + "/gateway/") as client:
        client.control("GET", "clock")

    assert client.url == f"{url}/gateway"
    assert [path for _, path, _ in handler.asked] == ["/gateway/_sim/clock"]


def test_a_connection_is_kept_and_replaced_when_the_server_closed_it(stranger):
    url, handler = stranger
    handler.body = b"{}"
    with Client(url) as client:
        client.control("GET", "first")
        handler.protocol_version = "HTTP/1.0"  # closes after its answer
        client.control("GET", "second")
        client.control("GET", "third")

    assert [path for _, path, _ in handler.asked] == ["/_sim/first", "/_sim/second", "/_sim/third"]


def test_a_server_that_is_silent_is_not_waited_for_longer_than_said():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with Client(url) as client, pytest.raises(UnreachableError, match=r"did not answer within 0\.1 s"):
            client.control("GET", "clock", seconds=0.1)


def test_an_answer_in_pieces_that_breaks_off_is_a_failure(stranger):
    url, handler = stranger
    handler.status, handler.body = 422, PROBLEM

    with Client(url) as client, pytest.raises(RefusedError) as refused, client.stream("GET", "state"):
        pass

    assert (refused.value.status, refused.value.detail) == (422, "the query is not as it should be")


def test_all_pages_of_a_list_are_read(gateway, monkeypatch):
    monkeypatch.setattr("eims_sim.client.control.PAGE", 2)
    with Client(gateway) as client:
        client.control("POST", "reset")
        client.control("POST", "inbound", [{"from": "10010", "to": "123456", "content": str(n)} for n in range(5)])

        found = [one["content"] for one in client.items("inbound")]

    assert found == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("name", ["a/b", "ä ö", "50%", "?x=1#y", "\udc80"])
def test_any_name_can_be_part_of_a_path(name):
    assert set("/ ?#").isdisjoint(segment(name))
    assert segment(name).isascii()


def test_a_body_that_is_refused_before_it_was_read_is_told(gateway, tmp_path):
    """The server closes while the file is still being sent."""
    file = tmp_path / "big.json"
    file.write_bytes(b" " * 8_000_000)

    with (
        file.open("rb") as body,
        Client(gateway) as client,
        pytest.raises((RefusedError, UnreachableError)),
        client.stream("PUT", "nothing", body),
    ):
        pass


def test_a_server_on_this_machine_may_have_any_certificate(cli, serve):
    certificate = str(FIXTURES / "localhost.pem")
    url = serve("--tls-cert", certificate, "--tls-key", certificate).url

    assert url.startswith("https://127.0.0.1:")
    assert cli("clock", "--url", url).code == 0


def test_elsewhere_a_certificate_that_is_not_trusted_is_refused():
    context = ssl.create_default_context()

    with Client("https://sim.example.com") as client:
        kept = client._connection(1)

    assert kept._context.verify_mode == context.verify_mode == ssl.CERT_REQUIRED


def test_what_is_no_url_is_told_at_once():
    with pytest.raises(AccessError, match=r"http://127\.0\.0\.1:0' is no http or https URL"):
        Client("http://127.0.0.1:0")
