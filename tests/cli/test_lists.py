"""`eims-sim messages`, `requests` and `pushes`: what is there, the newest last (C2)."""

import pytest

DEMO = ("send", "--account", "demo", "--password", "demo123")


@pytest.fixture
def three(cli):
    """Messages 1 to 3: unsent, of demo but the last."""
    cli(*DEMO, "--to", "13800138000,13900139000", "Your code is 4711")
    cli("send", "--account", "templated", "--password", "demo123", "--to", "13800138000", "Your code is 12.")
    return cli


def ids(outcome):
    return [one["id"] for one in outcome.json]


def test_messages_are_a_table_with_the_newest_last(three):
    outcome = three("messages")

    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "  id  at              account    number         state              content",
        "   1  01-01 12:00:00  demo       13800138000    unsent             Your code is 4711",
        "   2  01-01 12:00:00  demo       13900139000    unsent             Your code is 4711",
        "   3  01-01 12:00:00  templated  13800138000    unsent             Your code is 12.",
    ]


def test_the_state_of_a_message_is_told_in_words_and_since_when(cli):
    cli(*DEMO, "--to", "13800138000,13800138007", "Hello")
    cli("clock", "advance", "15")
    half = cli("messages")
    cli("clock", "advance", "15")
    done = cli("messages")

    assert [line[1:5] for line in half.lines[1:]] == [
        ["01-01", "12:00:10", "demo", "13800138000"],
        ["01-01", "12:00:10", "demo", "13800138007"],
    ]
    assert [line[5] for line in half.lines[1:]] == ["sending", "sending"]
    assert [line[5:-1] for line in done.lines[1:]] == [["sent"], ["1011", "Black", "Number"]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--account", "demo"], [1, 2]),
        (["--number", "13800138000"], [1, 3]),
        (["--state", "1"], [1, 2, 3]),
        (["--state", "0"], []),
        (["--submit", "3"], [3]),
        (["--sender", "ACME"], []),
        (["--content", "4711"], [1, 2]),
        (["--since", "2026-01-01T12:00:01+08:00"], []),
        (["--until", "2026-01-01T12:00:01+08:00"], [1, 2, 3]),
        (["--account", "demo", "--number", "13800138000"], [1]),
    ],
)
def test_messages_are_filtered(three, filters, found):
    assert ids(three("messages", *filters, "--json")) == found


@pytest.mark.parametrize(("limit", "found"), [("2", [2, 3]), ("0", [1, 2, 3]), ("9", [1, 2, 3])])
def test_the_newest_are_shown(three, limit, found):
    assert ids(three("messages", "--limit", limit, "--json")) == found


def test_what_is_left_out_is_told(three):
    outcome = three("messages", "--limit", "2")

    assert [line[0] for line in outcome.lines] == ["id", "2", "3"]
    assert outcome.err == "The newest 2 messages of 3; --limit 0 shows all.\n"


@pytest.mark.parametrize("page", [1, 2, 3, 4, 5])
def test_pages_do_not_show(three, monkeypatch, page):
    three(*DEMO, "--to", "13800138000", "The fourth")
    monkeypatch.setattr("eims_sim.client.control.PAGE", page)

    assert ids(three("messages", "--json")) == [1, 2, 3, 4]
    assert ids(three("messages", "--json", "--limit", "3")) == [2, 3, 4]
    assert [line[0] for line in three("messages", "--limit", "0").lines] == ["id", "1", "2", "3", "4"]
    assert three("messages", "--limit", "3").err == "The newest 3 messages of 4; --limit 0 shows all.\n"


def test_an_empty_list_says_so_and_is_an_empty_array(cli):
    told, read = cli("messages"), cli("messages", "--json")

    assert (told.code, told.out, told.err) == (0, "", "There are no messages.\n")
    assert (read.code, read.json) == (0, [])


def test_a_hostile_content_steers_no_terminal(cli):
    cli(*DEMO, "--to", "13800138000", "\x1b]0;gone\x07 \x9b2J \u202etxt\nnext")

    told, read = cli("messages"), cli("messages", "--json")

    assert "\\x1b]0;gone\\x07" in told.out
    assert len(told.lines) == 2
    assert {"\x1b", "\x07", "\x9b", "\u202e"}.isdisjoint(told.out + read.out)
    assert read.json[0]["content"] == "\x1b]0;gone\x07 \x9b2J \u202etxt\nnext"


def test_requests_show_what_was_wrong(cli):
    cli(*DEMO, "--to", "13800138000", "Hello")
    cli("send", "--account", "demo", "--password", "wrong", "--to", "13800138000", "Hello")

    outcome = cli("requests")

    (first, second) = outcome.lines[1:]
    assert first[:7] == ["1", "01-01", "12:00:00", "POST", "sendsms", "demo", "0"]
    assert second[:7] == ["2", "01-01", "12:00:00", "POST", "sendsms", "demo", "-1"]
    assert second[8] == "auth-password-mismatch:"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--endpoint", "sendsms"], [1, 2]),
        (["--endpoint", "getsms"], []),
        (["--account", "demo"], [1]),
        (["--status", "0"], [1]),
        (["--status", "-10"], [2]),
        (["--since", "2026-01-01T12:00:01+08:00"], []),
        (["--limit", "1"], [2]),
    ],
)
def test_requests_are_filtered(cli, filters, found):
    cli(*DEMO, "--to", "13800138000", "Hello")
    cli("send", "--account", "poor", "--password", "demo123", "--to", "13800138000", "Hello")

    assert ids(cli("requests", *filters, "--json")) == found


def test_a_request_shows_no_password(cli):
    cli(*DEMO, "--to", "13800138000", "Hello")

    assert "demo123" not in cli("requests", "--json").out


def test_pushes_show_their_last_verdict(cli, own):
    url = own(
        '[server]\nclock = "frozen"\n[push]\nattempts = 1\n[[accounts]]\naccount = "demo"\npassword = "demo123"\n'
        'balance = 1000\ncallback_url = "http://127.0.0.1:9/"\n'
    )
    there = ("--url", url)
    cli(*DEMO, "--to", "13800138000,13800138001,13800138002", "Hello", *there)
    cli("clock", "advance", "60", *there)

    shown, parked, queued = (
        cli("pushes", *there),
        cli("pushes", "--state", "parked", "--json", *there),
        cli("pushes", "--state", "queued", "--json", *there),
    )

    assert shown.lines[1][:1] + shown.lines[1][3:7] == ["1", "demo", "parked", "1-3", "1"]
    assert " not delivered: " in shown.out
    assert ids(parked) == [1]
    assert queued.json == []


def test_a_state_that_no_push_has_is_wrong_usage(cli):
    outcome = cli("pushes", "--state", "lost")

    assert outcome.code == 2
    assert "parked" in outcome.err
