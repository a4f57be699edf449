"""`eims-sim send` and `receive`: the gateway's own traffic, typed by hand (C2)."""

import sys

import pytest

DEMO = ("send", "--account", "demo", "--password", "demo123")


def test_each_number_is_shown_with_its_id(cli):
    outcome = cli(*DEMO, "--to", "13800138000,+8613900139000", "Hello")

    assert outcome.code == 0
    assert outcome.lines == [["id", "number"], ["1", "13800138000"], ["2", "+8613900139000"]]


def test_json_is_the_answer_of_the_gateway(cli):
    outcome = cli(*DEMO, "--to", "13800138000", "Hello", "--json")

    assert (outcome.code, outcome.out) == (0, '{"status":0,"success":1,"fail":0,"array":[[13800138000,1]]}\n')


def test_a_refusal_is_told_with_its_meaning_and_reason(cli):
    outcome = cli(*DEMO, "--to", "13800138000", " ")

    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "Refused with -4 (the content is empty): content holds nothing but blanks (content-blank).\n"
    )


def test_a_refusal_as_json_exits_with_1_too(cli):
    outcome = cli("send", "--account", "poor", "--password", "demo123", "--to", "13800138000", "Hello", "--json")

    assert (outcome.code, outcome.json["status"]) == (1, -10)


def test_notes_and_numbers_that_were_not_accepted_are_told(cli):
    outcome = cli(*DEMO, "--to", "13800138000,12", "Hello")

    assert outcome.code == 0
    assert "(numbers-some-abnormal)." in outcome.err
    assert "1 number is abnormal and not accepted." in outcome.err


def test_more_numbers_than_a_get_takes_are_sent_at_once(cli):
    numbers = ",".join(str(13800000000 + n) for n in range(101))

    assert len(cli(*DEMO, "--to", numbers, "Hello", "--json").json["array"]) == 101


def test_everything_that_is_typed_arrives(cli):
    cli(*DEMO, "--to", "13800138000", "--sender", "ACME", "--mms", "标题", "--sendtime", "20260101130000", "你好 & Co")

    (message,) = cli("messages", "--json").json
    sent = {name: message[name] for name in ("content", "sender", "smstype", "mmstitle", "sendtime")}
    assert sent == {
        "content": "你好 & Co",
        "sender": "ACME",
        "smstype": 1,
        "mmstitle": "标题",
        "sendtime": "2026-01-01T13:00:00.000000+08:00",
    }


@pytest.mark.parametrize("account", ["digest", "unique", "increasing"])
def test_with_a_key_the_md5_password_is_sent_and_each_seq_is_greater(cli, account):
    """P1.5, P1.6"""
    line = ("send", "--account", account, "--password", "demo123", "--key", "demokey", "--to", "13800138000")

    assert [cli(*line, content).code for content in ("One", "Two", "Three")] == [0, 0, 0]


def test_seq_and_time_may_be_chosen(cli):
    line = ("send", "--account", "unique", "--password", "demo123", "--key", "demokey", "--to", "13800138000", "Hello")

    codes = [cli(*line, "--seq", seq, "--time", "1767240000").code for seq in ("1", "1", "2")]

    assert codes == [0, 1, 0]


def test_seq_without_a_key_is_wrong_usage(cli):
    outcome = cli(*DEMO, "--to", "13800138000", "Hello", "--seq", "1")

    assert outcome.code == 2
    assert "give --key too" in outcome.err


@pytest.mark.parametrize("variable", ["EIMS_PASSWORD", "EIMS_SIM_PASSWORD"])
def test_the_password_may_come_from_the_environment(cli, monkeypatch, variable):
    monkeypatch.setenv(variable, "demo123")

    assert cli("send", "--account", "demo", "--to", "13800138000", "Hello").code == 0


@pytest.mark.parametrize("missing", ["--account", "--password", "--to"])
def test_what_is_missing_is_wrong_usage(cli, missing):
    line = [*DEMO, "--to", "13800138000", "Hello"]
    at = line.index(missing)

    outcome = cli(*line[:at], *line[at + 2 :])

    assert outcome.code == 2
    assert missing in outcome.err


def test_what_a_phone_sends_arrives_at_the_owner_of_the_number(cli):
    outcome = cli("receive", "--from", "10010", "--to", "123456", "STOP")

    assert (outcome.code, outcome.out) == (0, "Inbound message 1 is there for demo.\n")


def test_a_message_may_arrive_for_any_account_at_any_time(cli):
    outcome = cli(
        *("receive", "--from", "10010", "--to", "99", "--account", "poor", "--json", "Hi"),
        *("--received-at", "2026-01-02T00:00:00+08:00"),
    )

    assert outcome.json == {
        "id": 1,
        "account": "poor",
        "from": "10010",
        "to": "99",
        "content": "Hi",
        "received_at": "2026-01-02T00:00:00.000000+08:00",
        "fetched_at": None,
    }


def test_a_message_for_nobody_is_refused_with_the_place(cli):
    outcome = cli("receive", "--from", "10010", "--to", "99", "Hi")

    assert (outcome.code, outcome.out) == (1, "")
    assert "  /to: no account owns this number; name one in account\n" in outcome.err


@pytest.mark.parametrize(("terminal", "shown"), [(True, True), (False, False)])
def test_what_takes_its_time_is_shown_on_a_terminal(cli, monkeypatch, terminal, shown):
    """C2: progress on anything longer than a second"""
    cli("faults", "add", "--endpoint", "sendsms", "--delay-seconds", "0.2")
    monkeypatch.setattr("eims_sim.cli.progress.QUIET_SECONDS", 0.01)
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: terminal, raising=False)

    outcome = cli(*DEMO, "--to", "13800138000", "Hello")

    assert outcome.code == 0
    assert ("\rsending: 0 s" in outcome.err) is shown
