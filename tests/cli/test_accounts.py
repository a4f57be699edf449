"""`eims-sim accounts`: who may use the gateway, from the shell (C2, C3)."""

from dataclasses import fields

import click
import pytest

from docs.generate import commands
from eims_sim.domain.accounts import AccountSettings
from eims_sim.domain.faults import FaultSettings
from eims_sim.domain.rules import RuleSettings


def test_accounts_are_listed_by_name(cli):
    outcome = cli("accounts", "list")

    assert outcome.code == 0
    assert outcome.lines[0] == ["account", "auth", "balance", "gift", "price", "state", "numbers", "callback"]
    assert ["demo", "plain", "1000", "50", "0.05", "123456,+8610690"] in outcome.lines
    assert ["locked", "plain", "1000", "0", "0.05", "locked"] in outcome.lines
    assert [line[0] for line in outcome.lines[1:]] == sorted(line[0] for line in outcome.lines[1:])


def test_secrets_are_shown_when_asked_for_as_json(cli):
    usual, open_ = cli("accounts", "list", "--json"), cli("accounts", "list", "--json", "--secrets")

    assert {one["password"] for one in usual.json} == {None}
    assert {one["password"] for one in open_.json} == {"demo123"}
    assert cli("accounts", "list", "--secrets").code == 2


def test_an_account_is_added_with_any_of_its_settings(cli):
    outcome = cli(
        *("accounts", "add", "shop", "--password", "secret", "--balance", "10.5", "--refund-failed", "--billing"),
        *("segment", "--number", "991", "--numbers", "992", "--template", "Hi {name}, bye", "--sensitive-word", "a,b"),
        *("--max-skew-seconds", "0.5", "--lock-after-failures", "3", "--json"),
    )

    wanted = {
        "account": "shop",
        "balance": "10.5",
        "refund_failed": True,
        "billing": "segment",
        "numbers": ["991", "992"],
        "templates": ["Hi {name}, bye"],
        "sensitive_words": ["a,b"],
        "max_skew_seconds": 0.5,
        "lock_after_failures": 3,
        "price": "0.05",
    }
    assert outcome.code == 0
    assert {name: outcome.json[name] for name in wanted} == wanted


def test_an_added_account_can_send_until_it_is_removed(cli):
    send = ("send", "--account", "shop", "--password", "secret", "--to", "13800138000", "Hello")

    added = cli("accounts", "add", "shop", "--password", "secret", "--balance", "1")
    sent = cli(*send)
    removed = cli("accounts", "remove", "shop")
    refused = cli(*send, "--json")

    assert (added.out, removed.out) == (
        "Account shop is added: balance 1, gift 0.\n",
        "Account shop is removed.\n",
    )
    assert (sent.code, refused.code, refused.json["status"]) == (0, 1, -1)


def test_only_what_is_given_is_changed(cli):
    before = cli("accounts", "list", "--json").json
    outcome = cli("accounts", "set", "demo", "--balance", "5", "--locked")
    after = cli("accounts", "list", "--json").json

    changed = [one | {"balance": "5", "locked": True} if one["account"] == "demo" else one for one in before]
    assert outcome.out == "Account demo is changed: balance 5, gift 50.\n"
    assert after == changed


def test_a_switch_can_be_turned_off_and_a_list_emptied(cli):
    off = cli("accounts", "set", "locked", "--no-locked", "--json")
    empty = cli("accounts", "set", "templated", "--template", "", "--json")

    assert off.json["locked"] is False
    assert empty.json["templates"] == []


def test_a_list_in_a_variable_has_commas_or_is_json(cli, monkeypatch):
    monkeypatch.setenv("EIMS_SIM_ACCOUNTS_NUMBERS", "991, 992")
    monkeypatch.setenv("EIMS_SIM_ACCOUNTS_TEMPLATES", '["Hi, {name}"]')

    outcome = cli("accounts", "set", "demo", "--json")

    assert (outcome.json["numbers"], outcome.json["templates"]) == (["991", "992"], ["Hi, {name}"])


@pytest.mark.parametrize("name", ["a/b", "ünïcödé 你好", "?x#y", "50%"])
def test_any_name_can_be_added_changed_and_removed(cli, name):
    outcomes = [
        cli("accounts", "add", name, "--password", "x"),
        cli("accounts", "set", name, "--price", "1"),
        cli("accounts", "remove", name),
    ]

    assert [one.code for one in outcomes] == [0, 0, 0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["add", "demo", "--password", "x"], "demo"),
        (["set", "nobody", "--balance", "1"], "nobody"),
        (["remove", "nobody"], "nobody"),
        (["add", "shop", "--password", "x", "--balance", "lots"], "  /balance: money"),
        (["add", "shop", "--password", "x", "--auth", "md5"], "needs a key"),
    ],
)
def test_what_the_server_refuses_is_told(cli, line, said):
    outcome = cli("accounts", *line)

    assert (outcome.code, outcome.out) == (1, "")
    assert said in outcome.err


@pytest.mark.parametrize(
    "line",
    [
        ["add", "shop"],
        ["add", "--password", "x"],
        ["add", "shop", "--password", "x", "--auth", "sha"],
        ["add", "shop", "--password", "x", "--lock-after-failures", "many"],
        ["set", "demo"],
        ["set", "demo", "--account", "other"],
        ["lst"],
    ],
)
def test_wrong_usage_is_2(cli, line):
    assert cli("accounts", *line).code == 2


@pytest.mark.parametrize(
    ("name", "settings", "without"),
    [
        ("accounts add", AccountSettings, {"account"}),
        ("accounts set", AccountSettings, {"account"}),
        ("rules add", RuleSettings, set()),
        ("faults add", FaultSettings, set()),
    ],
)
def test_every_setting_is_an_option_with_its_description(name, settings, without):
    command = dict(commands())[name]

    options = {one.name: one for one in command.get_params(click.Context(command)) if isinstance(one, click.Option)}

    assert {one.name for one in fields(settings)} - without <= set(options)
    assert all(options[one.name].help for one in fields(settings) if one.name not in without)
