"""`eims-sim coverage` and `findings`: what clients have met, and what they did wrong (C2, C5)."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from eims_sim.client.control import Client

DEMO = ("send", "--account", "demo", "--password", "demo123", "--to")


@pytest.fixture
def met(cli, gateway):
    """Statuses 0 and -1, report code 0, one reason and one note."""
    with Client(gateway) as client:
        for collection in ("coverage", "findings"):
            client.control("DELETE", collection)
        cli(*DEMO, "13800138000", "Hello")
        cli("send", "--account", "demo", "--password", "wrong", "--to", "13800138000", "Hello")
        cli("clock", "advance", "60")
        client.gateway("GET", "/getreport?account=demo&password=demo123&ids=1&extra=x")
    return cli


def test_every_code_is_shown_with_its_count(met):
    outcome = met("coverage")

    assert outcome.code == 0
    assert ["0", "success", "2"] in outcome.lines
    assert ["-1", "authentication", "error", "1"] in outcome.lines
    assert ["-8", "the", "number", "is", "empty", "never"] in outcome.lines
    assert ["1011", "Black", "Number", "never"] in outcome.lines
    assert {"2 of 14 statuses met", "1 of 23 report codes met"} <= set(outcome.out.splitlines())


def test_json_is_what_the_server_says(met):
    found = met("coverage", "--json").json

    assert {one["status"]: one["count"] for one in found["statuses"] if one["count"]} == {0: 2, -1: 1}
    assert {one["code"] for one in found["reports"] if one["count"]} == {0}


@pytest.mark.parametrize(
    ("minima", "code"),
    [
        (["--min-status", "2"], 0),
        (["--min-status", "3"], 1),
        (["--min-report", "1"], 0),
        (["--min-report", "2"], 1),
        (["--min-status", "2", "--min-report", "2", "--json"], 1),
        (["--min-status", "15"], 2),
    ],
)
def test_below_a_minimum_it_fails(met, minima, code):
    assert met("coverage", *minima).code == code


def test_a_minimum_that_was_missed_is_told(met):
    assert "2 of 14 statuses met, at least 3 are wanted" in met("coverage", "--min-status", "3").out


def test_the_junit_report_has_a_case_for_every_code_and_minimum(met, tmp_path):
    file = tmp_path / "coverage.xml"

    outcome = met("coverage", "--junit", str(file), "--min-status", "3", "--min-report", "1")

    root = ET.parse(file).getroot()  # noqa: S314  our own file
    assert outcome.code == 1
    assert root.tag == "testsuites"
    assert [suite.get("tests") for suite in root] == ["15", "24"]
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "39",
        "failures": "1",
        "errors": "0",
        "skipped": "34",
    }
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == [
        "at least 3 statuses"
    ]
    assert len(root.findall(".//skipped")) == 34
    assert all(case.get("classname") for case in root.iter("testcase"))


def test_the_markdown_table_has_a_row_for_every_code(met, tmp_path):
    file = tmp_path / "coverage.md"

    met("coverage", "--markdown", str(file))

    lines = file.read_text("utf-8").splitlines()
    assert "| -1 | authentication error | 1 |" in lines
    assert "| 1001 | NoRoute | never |" in lines
    assert sum(line.startswith("| ") for line in lines) == 2 * 2 + 14 + 23


@pytest.mark.parametrize("option", ["--junit", "--markdown"])
def test_a_file_that_cannot_be_written_is_told(met, option):
    outcome = met("coverage", option, str(Path("/nowhere/to/be/found")))

    assert outcome.code == 1
    assert outcome.err.startswith("Error: Could not open file '/nowhere/to/be/found'")


def test_findings_have_a_count_and_an_example(met):
    outcome = met("findings")

    assert outcome.code == 0
    assert outcome.out.splitlines()[:3] == [
        "auth-password-mismatch (reason, 1 time)",
        "    the password is not the account's",
        "    request 2, 01-01 12:00:00: POST sendsms account=demo password=*** numbers=13800138000 content=H…",
    ]


def test_findings_outlive_their_example(met):
    """C4: a reset begins the journal anew, findings stay"""
    met("reset")
    met(*DEMO, "13800138000", "Hello")
    met(*DEMO, "13800138000", "Hello again")

    outcome = met("findings")

    assert "auth-password-mismatch (reason, 1 time)" in outcome.out
    assert "    the journal no longer holds an example" in outcome.out.splitlines()


def test_nothing_found_is_fine(met, gateway):
    with Client(gateway) as client:
        client.control("DELETE", "findings")

    outcome = met("findings", "--fail-on", "note")

    assert (outcome.code, outcome.out, outcome.err) == (0, "", "Nothing was found.\n")


WRONG = {"reason": "/getbalance?account=demo&password=wrong", "note": "/getbalance?account=demo&password=demo123&x=1"}


@pytest.mark.parametrize(
    ("wrong", "fail_on", "code"),
    [("reason", "reason", 1), ("reason", "note", 1), ("note", "reason", 0), ("note", "note", 1)],
)
def test_what_is_bad_enough_fails(met, gateway, wrong, fail_on, code):
    with Client(gateway) as client:
        client.control("DELETE", "findings")
        client.gateway("GET", WRONG[wrong])

    outcome = met("findings", "--fail-on", fail_on, "--json")

    assert outcome.code == code
    assert wrong in {one["kind"] for one in outcome.json["items"]}
