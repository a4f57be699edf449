"""`eims-sim generate` lets made-up people write (C2)."""

import json

import pytest

from eims_sim.faking import fake_inbound

THREE = [("--inbound", "3"), ("--account", "demo"), ("--to", "123456")]


def arguments(*more: str, **changed: str) -> list[str]:
    """`generate` with three messages to demo, unless changed."""
    options = dict(THREE) | {f"--{name}": text for name, text in changed.items()}
    return ["generate", *(word for pair in options.items() for word in pair), *more]


def written(locale: str = "zh_CN", seed: int = 1, count: int = 3) -> list[tuple[str, str, str]]:
    messages = fake_inbound(count, ["123456"], locale=locale, seed=seed)
    return [(one.sender, one.recipient, one.content) for one in messages]


def shown(output: str) -> list[tuple[str, str, str]]:
    return [(one["from"], one["to"], one["content"]) for one in json.loads(output)]


def test_the_messages_arrive_and_getsms_would_return_them(command, serve):
    url = serve().url

    result = command(*arguments("--url", url, "--json"))

    assert result.returncode == 0
    assert shown(result.stdout) == written()
    assert {one["account"] for one in json.loads(result.stdout)} == {"demo"}
    assert [one["id"] for one in json.loads(result.stdout)] == [1, 2, 3]


def test_a_person_is_told_how_many_and_shown_the_first(command, serve):
    url = serve().url

    result = command(*arguments("--url", url, inbound="1200"))

    lines = result.stdout.splitlines()
    assert lines[0] == "1,200 arrived at demo, ids 1 to 1200. The first of them:"
    assert [line.split() for line in lines[1:3]] == [["from", "to", "content"], list(written()[0])]
    assert result.stderr == ""


def test_without_numbers_named_they_write_to_those_of_the_account(command, serve):
    url = serve().url

    result = command("generate", "--inbound", "5", "--account", "demo", "--url", url, "--json")

    assert result.returncode == 0, result.stderr
    assert {one["to"] for one in json.loads(result.stdout)} == {"123456"}


def test_an_account_without_a_number_is_written_to_all_the_same_and_that_is_said(command, serve):
    url = serve().url

    result = command("generate", "--inbound", "5", "--account", "poor", "--url", url, "--json")

    assert {one["to"] for one in json.loads(result.stdout)} == {"10690000"}
    assert result.stderr == "poor has no number of its own; they write to 10690000.\n"


@pytest.mark.parametrize(("locale", "seed"), [("id_ID", 1), ("vi_VN", 9)])
def test_locale_and_seed_decide_who_writes_what(command, locale, seed):
    result = command(*arguments("--dry-run", "--json", locale=locale, seed=str(seed)))

    assert shown(result.stdout) == written(locale, seed)


def test_a_dry_run_shows_them_and_calls_nobody(command):
    result = command(*arguments("--dry-run", "--url", "http://127.0.0.1:9"))

    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["from", *(one[0] for one in written())]


def test_an_unknown_locale_is_wrong_usage(command):
    result = command(*arguments("--dry-run", locale="pt_PR"))

    assert (result.returncode, result.stdout) == (2, "")
    assert "Faker knows no locale 'pt_PR'; the nearest one is pt_" in result.stderr


def test_an_unknown_account_is_told(command, serve):
    url = serve().url

    result = command(*arguments("--url", url, account="nobody"))

    assert result.returncode == 1
    assert "there is no such account" in result.stderr


def test_a_server_that_is_not_there_is_told(command):
    result = command(*arguments("--url", "http://127.0.0.1:9"))

    assert result.returncode == 1
    assert "nothing listens there" in result.stderr
