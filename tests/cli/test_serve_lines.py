"""What `eims-sim serve` says at start, and that it can be pasted into a shell (C2)."""

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from eims_sim.cli.serve import start_lines
from eims_sim.config import load_config
from eims_sim.server import Started

ROOT = Path(__file__).parents[2]

STARTED = Started("http://127.0.0.1:20003", "eims-sim.db", None, ())


def world(accounts: str) -> dict[str, str]:
    return {"EIMS_SIM_CONFIG": f"{accounts}\n"}


def pasted(line: str, **variables: str) -> dict[str, object]:
    """What a shell prints for a line."""
    if shutil.which("curl") is None or shutil.which("sh") is None:
        pytest.skip("curl and a shell are needed to paste the printed lines")
    line = line.replace("curl ", "curl --silent --noproxy '*' ", 1)
    result = subprocess.run(
        ["sh", "-c", line], env=variables | {"PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


class TestLines:
    """Comments, commands and the line `ready` (C2)."""

    def test_the_last_line_says_where_it_is_ready(self):
        lines = start_lines(load_config(None, {}, {}), STARTED)

        assert lines[-1] == "ready http://127.0.0.1:20003"

    def test_the_console_is_where_a_browser_here_reaches_it(self):
        started = Started("http://0.0.0.0:20003", "eims-sim.db", None, ())

        assert "# console   http://127.0.0.1:20003/_sim/" in start_lines(load_config(None, {}, {}), started)

    def test_every_other_line_is_a_comment_or_a_command(self):
        started = Started("http://127.0.0.1:20003", "eims-sim.db", "token", ("mind the gap",))

        lines = start_lines(load_config(None, {}, {}), started)

        assert all(line.startswith(("# ", "curl ", "export ")) for line in lines[:-1])

    def test_the_passwords_of_the_demo_are_shown(self):
        text = "\n".join(start_lines(load_config(None, {}, {}), STARTED))

        assert "demo (demo123), demo-md5 (demo123, key demokey)" in text

    def test_the_secrets_of_a_users_accounts_are_not(self):
        config = load_config(
            None, world('accounts = [{account = "a", password = "hunter2", auth = "any", key = "hunter3"}]'), {}
        )

        text = "\n".join(start_lines(config, STARTED))

        assert "hunter" not in text
        assert "$EIMS_PASSWORD" in text

    def test_many_accounts_are_counted_and_not_listed(self):
        accounts = ", ".join(f'{{account = "a{n}", password = "p"}}' for n in range(12))

        lines = start_lines(load_config(None, world(f"accounts = [{accounts}]"), {}), STARTED)

        assert "# accounts  a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, 2 more" in lines

    def test_a_generated_token_is_exported_and_a_warning_told(self):
        started = Started("http://127.0.0.1:20003", "eims-sim.db", "t0-k_n", ("mind the gap",))

        lines = start_lines(load_config(None, {}, {}), started)

        assert "export EIMS_SIM_ADMIN_TOKEN=t0-k_n" in lines
        assert "# warning   mind the gap" in lines

    def test_without_an_account_for_plain_requests_there_is_nothing_to_paste(self):
        config = load_config(
            None,
            world(
                'accounts = [{account = "a", password = "p", auth = "md5", key = "k"}, '
                '{account = "b", password = "p", locked = true}]'
            ),
            {},
        )

        lines = start_lines(config, STARTED)

        assert not [line for line in lines if line.startswith("curl")]

    @pytest.mark.parametrize(
        ("listens", "reached"),
        [
            ("http://0.0.0.0:1", "http://127.0.0.1:1"),
            ("http://[::]:1", "http://[::1]:1"),
            ("http://[::1]:1", "http://[::1]:1"),
            ("http://sim:1", "http://sim:1"),
        ],
    )
    def test_who_listens_everywhere_is_reached_on_the_loopback_address(self, listens, reached):
        lines = start_lines(load_config(None, {}, {}), Started(listens, "eims-sim.db", None, ()))

        assert all(f"'{reached}/" in line for line in lines if line.startswith("curl"))
        assert lines[-1] == f"ready {listens}"

    def test_curl_trusts_the_certificate_of_a_test(self):
        lines = start_lines(load_config(None, {}, {}), Started("https://127.0.0.1:1", "eims-sim.db", None, ()))

        assert [line for line in lines if line.startswith("curl -k 'https://127.0.0.1:1/getbalance?")]


class TestServing:
    """The lines of a gateway that runs."""

    def test_the_lines_of_the_demo_work_as_pasted(self, serve):
        curls = [line for line in serve().lines if line.startswith("curl")]

        balance, submit, report = map(pasted, curls)

        assert balance == {"status": 0, "balance": "1000.000000", "gift": "50.00000"}
        assert (submit["status"], submit["success"]) == (0, 1)
        assert report["nofound"] == 0

    def test_the_lines_of_a_users_world_work_with_the_password(self, serve):
        text = '[[accounts]]\naccount = "a\'b &c"\npassword = "p&w d"\nbalance = 1\n'

        curls = [line for line in serve(EIMS_SIM_CONFIG=text).lines if line.startswith("curl")]

        answers = [pasted(line, EIMS_PASSWORD="p&w d") for line in curls]
        assert [answer.get("status") for answer in answers] == [0, 0, 0]

    def test_the_world_of_the_document_answers_its_first_example(self, serve):
        running = serve("--config", str(ROOT / "fixtures" / "document.toml"))

        balance = pasted(f"curl '{running.url}/getbalance?account=***&password=***'")

        assert balance == {"status": 0, "balance": "99.990000", "gift": "50.00000"}

    def test_it_stops_with_zero_when_asked(self, serve):
        running = serve()

        assert running.stop() == 0

    def test_errors_of_every_source_end_it_before_it_starts(self, command):
        result = command("serve", "--port", "70000", EIMS_SIM_CLOCK="Real", EIMS_SIM_CONFIG="[servre]")

        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.splitlines() == [
            "EIMS_SIM_CONFIG:1: servre: unknown key 'servre'; the nearest known one is 'server'",
            "environment EIMS_SIM_CLOCK: server.clock: must be 'real', 'frozen' or 'scaled' (found \"Real\")",
            "option --port: server.port: must be less than or equal to 65535 (found 70000)",
        ]

    def test_a_port_in_use_is_a_failed_operation(self, command):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])

            result = command("serve", "--port", port, "--database", ":memory:")

        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert port in result.stderr
        assert "Traceback" not in result.stderr

    @pytest.mark.parametrize("host", ["a..b", "a" * 300])
    def test_what_can_be_no_host_is_a_failed_operation(self, command, host: str):
        result = command("serve", "--host", host, "--port", "0", "--database", ":memory:")

        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr == f"Error: {host} is no name of a host; name an address with --host, such as 127.0.0.1.\n"

    def test_a_certificate_without_its_key_is_wrong_usage(self, command, tmp_path: Path):
        (tmp_path / "cert.pem").touch()

        result = command("serve", EIMS_SIM_TLS_CERT="cert.pem")

        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("Error: --tls-cert and --tls-key belong together")

    def test_a_variable_that_kubernetes_injects_is_no_option(self, serve):
        running = serve(EIMS_SIM_LOG_LEVEL="tcp://10.0.0.1:1", EIMS_SIM_PORT="tcp://10.0.0.1:20003")

        assert running.url.startswith("http://127.0.0.1:")
