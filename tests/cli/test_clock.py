"""`eims-sim clock` and `reset`: the time, and beginning anew (C2, C4)."""

import pytest

DEMO = ("send", "--account", "demo", "--password", "demo123", "--to", "13800138000", "Hello")


def test_the_clock_is_shown(cli):
    told, read = cli("clock"), cli("clock", "--json")

    assert (told.code, told.out) == (0, "frozen: 2026-01-01T12:00:00.000000+08:00\n")
    assert read.json == {"mode": "frozen", "now": "2026-01-01T12:00:00.000000+08:00", "scale": 60.0}


def test_the_clock_is_set_free_scaled_and_frozen(cli):
    real = cli("clock", "real", "--json")
    scaled = cli("clock", "scale", "120", "--now", "2027-01-01T00:00:00+08:00")
    frozen = cli("clock", "freeze", "--now", "2028-01-01T00:00:00+08:00")

    assert real.json["mode"] == "real"
    assert scaled.out.startswith("scaled by 120: 2027-01-01T00:00:0")
    assert frozen.out == "frozen: 2028-01-01T00:00:00.000000+08:00\n"


def test_advancing_tells_what_was_made(cli):
    cli(*DEMO)

    outcome = cli("clock", "advance", "30")

    assert (outcome.code, outcome.out) == (0, "2026-01-01T12:00:30.000000+08:00: 2 transitions, 0 pushes\n")


def test_advancing_to_what_is_next(cli):
    cli(*DEMO)

    outcome = cli("clock", "advance", "next", "--json")

    assert outcome.json == {"now": "2026-01-01T12:00:10.000000+08:00", "transitions": 1, "pushes": 0}


@pytest.mark.parametrize(
    "line", [("advance", "soon"), ("advance",), ("scale", "0"), ("scale", "x"), ("scale",), ("stop",)]
)
def test_what_no_clock_can_do_is_wrong_usage(cli, line):
    assert cli("clock", *line).code == 2


@pytest.mark.parametrize("line", [("freeze", "--now", "noon"), ("advance", "1e99")])
def test_what_the_server_refuses_is_told_with_its_place(cli, line):
    outcome = cli("clock", *line)

    assert outcome.code == 1
    assert outcome.err.splitlines()[1].startswith("  /")


def test_a_reset_begins_anew(cli):
    cli(*DEMO)

    outcome = cli("reset")

    assert (outcome.code, outcome.out) == (0, "Reset.\n")
    assert cli("messages", "--json").json == []


def test_a_reset_of_one_account_leaves_the_others(cli):
    cli(*DEMO)
    cli("send", "--account", "segments", "--password", "demo123", "--to", "13800138000", "Hello")

    outcome = cli("reset", "--account", "demo")

    assert (outcome.code, outcome.out) == (0, "demo is reset.\n")
    assert [one["account"] for one in cli("messages", "--json").json] == ["segments"]


def test_a_reset_of_nobody_fails(cli):
    outcome = cli("reset", "--account", "nobody", "--json")

    assert (outcome.code, outcome.out, outcome.err) == (1, "", "Error: there is no account 'nobody'.\n")
