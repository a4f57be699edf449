"""`eims-sim bench` drives a gateway with load (C2)."""

import re
import signal
import subprocess
import sys

import pytest

from eims_sim.cli.bench_figures import BAR
from eims_sim.client.control import Client
from tests.conftest import FIXTURES

QUICK = ("bench", "--requests", "40", "--connections", "4")


def test_without_a_url_it_drives_a_server_of_its_own(command):
    result = command(*QUICK)

    assert result.returncode == 0, result.stderr
    gateway, load, answered, accepted, status, *_ = result.stdout.splitlines()
    assert re.fullmatch(r"gateway    http://127\.0\.0\.1:\d+ \(a server of its own\)", gateway)
    assert load == "load       GET sendsms with 1 number, 4 connections"
    assert re.fullmatch(r"answered   40 in \d+\.\d\d s: [\d,.]+ requests a second", answered)
    assert re.fullmatch(r"accepted   40 numbers: [\d,.]+ a second", accepted)
    assert status.split() == ["status", "40", "0", "success"]
    assert result.stderr == ""


def test_its_own_server_takes_the_account_that_is_named(here):
    result = here(*QUICK, "--account", "é", "--password", 'a"b\\', "--key", "k", "--json")

    assert result.json["statuses"][0]["status"] == 0


def test_it_tells_percentiles_and_draws_a_histogram(cli):
    result = cli(*QUICK)

    lines = result.out.splitlines()
    (latency,) = [line for line in lines if line.startswith("latency")]
    drawn = [line for line in lines if re.search(r" ms +\d+ +[\d.]+%", line)]
    assert re.findall(r"p[\d.]+|max", latency) == ["p50", "p90", "p95", "p99", "p99.9", "max"]
    assert sum(int(line.split()[4]) for line in drawn) == 40
    assert max(line.count("█") + line.count("#") for line in drawn) == BAR


def test_its_output_fits_100_columns(cli):
    result = cli("bench", "--requests", "300", "--method", "post", "--numbers", "50", "--rate", "5000")

    assert result.code == 0
    assert max(len(line) for line in result.out.splitlines()) <= 100


def test_json_says_the_same_to_a_program(cli):
    told = cli(*QUICK, "--json").json

    assert (told["endpoint"], told["method"], told["connections"]) == ("sendsms", "GET", 4)
    assert (told["answered"], told["numbers_accepted"], told["errors"]) == (40, 40, [])
    assert told["statuses"] == [{"status": 0, "meaning": "success", "count": 40}]
    assert list(told["latency_ms"]) == ["min", "p50", "p90", "p95", "p99", "p99.9", "max", "mean"]
    assert sum(one["count"] for one in told["histogram"]) == 40


def test_what_it_sends_arrives_at_the_gateway_that_is_named(cli):
    cli(*QUICK, "--numbers", "3", "--method", "post", "--content", "load")

    sent = cli("messages", "--json").json
    assert {one["content"] for one in sent} == {"load"}
    assert len({one["number"] for one in sent}) == 120


def test_numbers_that_are_named_are_sent_to(cli):
    cli(*QUICK, "--to", "10010,10086")

    assert {one["number"] for one in cli("messages", "--json").json} == {"10010", "10086"}


def test_a_key_signs_each_request_with_a_growing_seq(cli):
    """P1.5"""
    result = cli(*QUICK, "--account", "increasing", "--key", "demokey", "--connections", "1", "--json")

    assert result.json["statuses"] == [{"status": 0, "meaning": "success", "count": 40}]
    assert [one["parameters"]["seq"] for one in cli("requests", "--json").json] == [str(seq) for seq in range(1, 41)]


@pytest.mark.parametrize("endpoint", ["getbalance", "getreport"])
def test_other_endpoints_are_driven_too(cli, endpoint):
    result = cli(*QUICK, "--endpoint", endpoint)

    assert result.code == 0
    assert f"load       GET {endpoint}, 4 connections" in result.out
    assert "accepted" not in result.out


def test_refusals_are_answers_and_are_counted_by_status(cli):
    result = cli(*QUICK, "--account", "poor")

    assert result.code == 0
    assert "40  -10 the channel's balance is too low for this submit" in result.out


def test_a_gateway_with_tls_is_driven(cli, serve):
    certificate = str(FIXTURES / "localhost.pem")
    url = serve("--tls-cert", certificate, "--tls-key", certificate).url

    result = cli(*QUICK, "--url", url)

    assert result.code == 0, result.err


@pytest.mark.parametrize("url", ["http://gateway.example:20003", "http://192.0.2.1:20003"])
def test_a_gateway_elsewhere_is_driven_only_when_its_cost_is_accepted(cli, url):
    result = cli(*QUICK, "--url", url)

    assert (result.code, result.out) == (2, "")
    assert "every message costs money. Say --accept-cost" in result.err


def test_a_gateway_that_is_not_there_is_told(cli):
    result = cli(*QUICK, "--url", "http://127.0.0.1:9")

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error: 127.0.0.1, port 9, is not reached: ")


def test_when_nothing_is_answered_as_it_should_be_it_fails(cli, gateway):
    result = cli(*QUICK, "--url", f"{gateway}/wrong")

    assert result.code == 1
    assert "errors              40  HTTP 404" in result.out
    assert result.err == "Error: no request was answered as the protocol has it.\n"


def test_post_is_for_sendsms(cli):
    result = cli(*QUICK, "--endpoint", "getbalance", "--method", "post")

    assert result.code == 2
    assert "getbalance is asked by GET only" in result.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send an interrupt to one process")
def test_an_interrupt_tells_what_came_of_it_so_far(environment, tmp_path, own):
    url = own()
    line = [sys.executable, "-m", "eims_sim", "bench", "--url", url, "--duration", "60", "--connections", "1"]
    with subprocess.Popen(
        line, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as bench:
        with Client(url) as client:
            client.control("GET", "messages", query={"wait": 10})

        bench.send_signal(signal.SIGINT)

        output, error = bench.communicate(timeout=10)
    assert "answered" in output
    assert (bench.returncode, error) == (1, "Error: stopped.\n")
