"""`eims-sim generate` lets made-up people write (C2)."""

import re
from base64 import b64decode
from datetime import datetime, timedelta

import pytest

from eims_sim.client.control import Client
from eims_sim.faking import fake_inbound
from tests.cli.conftest import Outcome

NOW = datetime.fromisoformat("2026-01-01T12:00:00+08:00")
"""The frozen clock of fixtures/spec.toml."""


def arguments(*more: str, **changed: str) -> list[str]:
    """`generate` with three messages to demo, unless changed."""
    options = {"inbound": "3", "account": "demo", "to": "123456"} | changed
    return ["generate", *(word for name, text in options.items() for word in (f"--{name}", text)), *more]


def written(locale: str = "zh_CN", seed: int = 1) -> list[tuple[str, str, str]]:
    """The messages of `arguments`, as they should be."""
    messages = fake_inbound(3, ["123456"], locale=locale, seed=seed)
    return [(one.sender, one.recipient, one.content) for one in messages]


AGO = re.compile(r"\d+:\d\d:\d\d")


def messages(outcome: Outcome) -> list[tuple[str, str, str]]:
    """The messages that were printed as JSON."""
    assert outcome.code == 0, outcome.err
    return [(one["from"], one["to"], one["content"]) for one in outcome.json]


def test_the_messages_arrive_at_the_account(cli):
    result = cli(*arguments("--json"))

    assert messages(result) == written()
    assert [(one["id"], one["account"]) for one in result.json] == [(1, "demo"), (2, "demo"), (3, "demo")]


def test_a_person_is_told_how_many_and_shown_the_first(cli):
    result = cli(*arguments(inbound="1200"))

    assert result.out.splitlines()[0] == "1,200 arrived at demo, ids 1 to 1200. The first of them:"
    assert result.lines[1] == ["at", "from", "to", "content"]
    assert [line[2] for line in result.lines[2:]] == [one.sender for one in fake_inbound(1200, ["123456"])[:5]]
    assert result.err == ""


def test_without_numbers_named_they_write_to_those_of_the_account(cli):
    result = cli("generate", "--inbound", "20", "--account", "demo", "--json")

    assert {recipient for _, recipient, _ in messages(result)} == {"123456", "+8610690"}


def test_an_account_without_a_number_is_written_to_all_the_same_and_that_is_said(cli):
    result = cli("generate", "--inbound", "5", "--account", "poor", "--json")

    assert {recipient for _, recipient, _ in messages(result)} == {"10690000"}
    assert result.err == "poor has no number of its own; they write to 10690000.\n"


@pytest.mark.parametrize(("locale", "seed"), [("id_ID", 1), ("vi_VN", 9)])
def test_locale_and_seed_decide_who_writes_what(cli, locale, seed):
    result = cli(*arguments("--dry-run", "--json", locale=locale, seed=str(seed)))

    assert messages(result) == written(locale, seed)


def test_a_dry_run_shows_them_and_calls_nobody(cli):
    result = cli(*arguments("--dry-run", "--url", "http://127.0.0.1:9"))

    assert (result.code, result.err) == (0, "")
    assert [line[1] for line in result.lines] == ["from", *(sender for sender, _, _ in written())]
    assert all(AGO.fullmatch(line[0]) for line in result.lines[1:])


def test_they_arrive_over_the_hours_before_the_gateways_now(cli):
    """P6.2: none in the future, where getsms would not see it"""
    result = cli(*arguments("--json", inbound="40", hours="3"))

    before = [NOW - datetime.fromisoformat(one["received_at"]) for one in result.json]
    assert [one.total_seconds() for one in before] == [one.ago_seconds for one in fake_inbound(40, ["1"], hours=3)]
    assert before[0] > timedelta(hours=2)
    assert before[-1] == timedelta(0)


def test_without_hours_they_all_arrive_now(cli):
    result = cli(*arguments("--json", hours="0"))

    assert {datetime.fromisoformat(one["received_at"]) for one in result.json} == {NOW}


def test_the_account_can_fetch_them_all_in_their_order(cli, gateway):
    """P6.2"""
    made = cli(*arguments("--json", inbound="50")).json

    with Client(gateway) as client:
        fetched = client.gateway("GET", "/getsms?account=demo&password=demo123").json()["array"]
    assert [id for id, *_ in fetched] == [one["id"] for one in made]
    assert [b64decode(content).decode() for *_, content in fetched] == [one["content"] for one in made]


@pytest.mark.parametrize("hours", ["-1", "9000", "day"])
def test_hours_are_from_none_to_a_year(cli, hours):
    result = cli(*arguments("--dry-run", hours=hours))

    assert (result.code, result.out) == (2, "")
    assert "--hours" in result.err


def test_an_unknown_locale_is_wrong_usage(cli):
    result = cli(*arguments("--dry-run", locale="pt_PR"))

    assert (result.code, result.out) == (2, "")
    assert "Faker knows no locale 'pt_PR'; the nearest one is pt_" in result.err


def test_an_unknown_account_is_told(cli):
    result = cli(*arguments(account="nobody"))

    assert (result.code, result.out) == (1, "")
    assert "there is no such account" in result.err
