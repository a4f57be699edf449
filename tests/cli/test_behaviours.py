"""`eims-sim rules` and `faults`: deciding what happens, in the shell (C2, C3)."""

import pytest

SEND = ("send", "--account", "demo", "--password", "demo123", "--to", "13800138000")


def test_a_fault_is_added_with_the_fields_of_its_table(cli):
    outcome = cli("faults", "add", "--endpoint", "sendsms", "--status", "-12", "--times", "2", "--json")

    given = {name: value for name, value in outcome.json.items() if value}
    assert (outcome.code, given) == (
        0,
        {"id": 1, "endpoint": "sendsms", "status": -12, "times": 2, "probability": 1.0},
    )


@pytest.mark.parametrize(
    ("typed", "delay"),
    [
        ("0.25", 0.25),
        ("uniform=0.1,2", {"uniform": [0.1, 2.0]}),
        ("lognormal=1,0.5", {"lognormal": {"median": 1.0, "sigma": 0.5}}),
    ],
)
def test_a_delay_is_a_number_or_a_distribution(cli, typed, delay):
    outcome = cli("faults", "add", "--endpoint", "sendsms", "--delay-seconds", typed, "--json")

    assert outcome.json["delay_seconds"] == delay


@pytest.mark.parametrize("typed", ["soon", "uniform=1", "uniform=1,2,3", "normal=1,2", "1,2", "=1,2", ""])
def test_what_is_no_delay_is_wrong_usage_that_names_the_forms(cli, typed):
    outcome = cli("faults", "add", "--endpoint", "sendsms", "--delay-seconds", typed)

    assert outcome.code == 2
    assert "SECONDS or uniform=LOW,HIGH or lognormal=MEDIAN,SIGMA" in outcome.err


def test_faults_are_listed_with_what_they_do_and_have_done(cli):
    cli("faults", "add", "--endpoint", "sendsms", "--account", "demo", "--status", "-12", "--times", "1")
    cli("faults", "add", "--endpoint", "push", "--reports", "drop", "--probability", "0.25")
    cli("faults", "add", "--endpoint", "*", "--delay-seconds", "lognormal=1,0.5", "--connection", "close", "--after")
    refused = cli(*SEND, "Hello")

    outcome = cli("faults", "list")

    assert (
        refused.err
        == "Refused with -12 (platform error, contact the administrator): fault 1: status -12 (fault-struck).\n"
    )
    assert outcome.out.splitlines() == [
        "id  endpoint  account  probability  applied  what",
        " 1  sendsms   demo                      1/1  status -12",
        " 2  push      every           0.25        0  reports drop",
        " 3  *         every                       0  delay_seconds lognormal=1,0.5, connection close, after",
    ]


def test_a_fault_without_an_effect_is_refused_by_the_server(cli):
    outcome = cli("faults", "add", "--endpoint", "sendsms")

    assert outcome.code == 1
    assert "a fault does something" in outcome.err


@pytest.mark.parametrize(
    "line", [["--status", "-12"], ["--endpoint", "sendsm", "--status", "-12"], ["--endpoint", "*", "--color", "red"]]
)
def test_what_no_fault_has_is_wrong_usage(cli, line):
    assert cli("faults", "add", *line).code == 2


def test_an_answer_that_a_fault_spoiled_is_told(cli):
    cli("faults", "add", "--endpoint", "sendsms", "--body-text", "<html>", "--times", "1")
    cli("faults", "add", "--endpoint", "sendsms", "--connection", "reset", "--after", "--times", "1")

    spoiled, cut = cli(*SEND, "Hello"), cli(*SEND, "Hello")

    assert (spoiled.code, spoiled.out) == (1, "")
    assert spoiled.err.endswith(" answers with HTTP 200 and no result: '<html>'.\n")
    assert cut.code == 1
    assert cut.err.endswith(" cut the connection before it had answered; what was asked may have happened.\n")
    assert len(cli("messages", "--json").json) == 2


def test_faults_are_removed_by_their_ids_or_all(cli):
    for _ in range(4):
        cli("faults", "add", "--endpoint", "sendsms", "--status", "-12")

    some = cli("faults", "remove", "1", "3")
    left = [one["id"] for one in cli("faults", "list", "--json").json]
    every = cli("faults", "remove", "--all")

    assert (some.out, left, every.out) == ("2 faults removed.\n", [2, 4], "All faults are removed.\n")
    assert cli("faults", "list", "--json").json == []


@pytest.mark.parametrize("line", [[], ["--all", "1"], ["x"], ["0"]])
def test_what_to_remove_must_be_clear(cli, line):
    assert cli("faults", "remove", *line).code == 2


def test_removing_what_is_not_there_fails(cli):
    outcome = cli("faults", "remove", "7")

    assert (outcome.code, outcome.err) == (1, "Error: there is no fault 7.\n")


def test_a_rule_decides_from_the_next_message_on(cli):
    added = cli("rules", "add", "--number", "suffix=000", "--outcome", "1011", "--times", "1")
    cli(*SEND, "One")
    cli(*SEND, "Two")
    cli("clock", "advance", "60")

    assert added.out == "The rule 2 is added: number suffix=000, outcome 1011.\n"
    assert [one["state"] for one in cli("messages", "--json").json] == [1011, 0]
    assert cli("rules", "list").out.splitlines() == [
        "id  account  outcome            probability  applied  for",
        " 1  every    1011 Black Number                     0  number suffix=7",
        " 2  every    1011 Black Number                   1/1  number suffix=000",
    ]


@pytest.mark.parametrize(
    ("option", "typed", "matcher"),
    [
        ("--number", "exact=+8613800138000", {"exact": "+8613800138000"}),
        ("--number", "regex=^1[3-9]", {"regex": "^1[3-9]"}),
        ("--content", "contains=a=b", {"contains": "a=b"}),
        ("--sender", "prefix=", {"prefix": ""}),
    ],
)
def test_a_matcher_is_its_kind_and_its_text(cli, option, typed, matcher):
    outcome = cli("rules", "add", option, typed, "--outcome", "0", "--json")

    assert outcome.json[option.removeprefix("--")] == matcher


@pytest.mark.parametrize("typed", ["7", "ends=7", "contains=7", "=7"])
def test_what_is_no_matcher_is_wrong_usage_that_names_the_kinds(cli, typed):
    outcome = cli("rules", "add", "--number", typed, "--outcome", "1011")

    assert outcome.code == 2
    assert f"'{typed}' is not KIND=TEXT, KIND being one of exact, prefix, suffix, regex." in outcome.err


def test_a_rule_needs_an_outcome(cli):
    assert cli("rules", "add", "--number", "suffix=7").code == 2


def test_everything_that_is_wrong_with_a_rule_is_told_at_once(cli):
    outcome = cli("rules", "add", "--content", "regex=(", "--outcome", "1015", "--probability", "2")

    assert outcome.code == 1
    assert [line.split(":")[0] for line in outcome.err.splitlines()[1:]] == [
        "  /content",
        "  /outcome",
        "  /probability",
    ]


def test_a_setting_may_come_from_a_variable_of_its_table(cli, monkeypatch):
    monkeypatch.setenv("EIMS_SIM_FAULTS_ENDPOINT", "getsms")
    monkeypatch.setenv("EIMS_SIM_STATUS", "0")

    outcome = cli("faults", "add", "--status", "-2", "--json")

    assert (outcome.json["endpoint"], outcome.json["status"]) == ("getsms", -2)


def test_rules_and_faults_are_switched_off_and_on(cli):
    cli("faults", "add", "--endpoint", "sendsms", "--status", "-12", "--no-enabled")
    cli("rules", "off", "1")

    listed = [cli(kind, "list").out.splitlines()[1] for kind in ("rules", "faults")]
    switched = cli("faults", "on", "1")
    shown = cli("rules", "on", "1", "--json")

    assert listed == [
        " 1  every    1011 Black Number                     0  off, number suffix=7",
        " 1  sendsms   every                       0  off, status -12",
    ]
    assert switched.out == "1 fault switched on.\n"
    assert "enabled" not in shown.json
    assert cli("faults", "list").out.splitlines()[1].endswith("  status -12")
