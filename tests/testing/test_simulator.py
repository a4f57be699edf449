"""A server in this process, and one elsewhere, driven by the same calls (C6)."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from eims_sim.errors import (
    AccessError,
    ConfigurationError,
    EimsSimError,
    MissingError,
    RefusedError,
    StartError,
    UnreachableError,
)
from eims_sim.testing import ReportCode, Simulator, Status
from eims_sim.testing.reading import read
from eims_sim.testing.results import Account, Clock, Fault, Inbound, Message, Rule
from tests.conftest import FIXTURES
from tests.testing.conftest import ask, submit

TEN_SECONDS_LATER = datetime(2026, 1, 1, 4, 0, 10, tzinfo=UTC)


@pytest.fixture
def sim() -> Simulator:
    """A server of its own whose clock stands still at noon in Shanghai."""
    with Simulator(clock="frozen", now="2026-01-01T12:00:00+08:00") as simulator:
        yield simulator


def test_it_serves_the_built_in_demo_on_a_free_port_of_this_machine(sim):
    with Simulator() as other:
        assert sim.url.startswith("http://127.0.0.1:")
        assert other.url != sim.url
        assert [one.account for one in sim.accounts.list()] == [
            *("demo", "demo-md5", "locked", "office-only", "poor", "templated")
        ]


def test_it_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with Simulator() as first:
        submit(first.url)
    with Simulator() as second:
        assert second.messages.list() == []
    assert list(tmp_path.iterdir()) == []


def test_the_environment_has_no_say(monkeypatch):
    monkeypatch.setenv("EIMS_SIM_CONFIG", "[server]\nnonsense = 1\n")
    monkeypatch.setenv("EIMS_SIM_LIFECYCLE_UNSENT_SECONDS", "never")
    monkeypatch.setenv("EIMS_SIM_ADMIN_TOKEN", "secret")

    with Simulator() as sim:
        assert submit(sim.url)["status"] == 0
        assert sim.admin_token == ""


def test_any_key_of_three_tables_is_a_keyword():
    now = datetime(2026, 1, 1, tzinfo=UTC)

    with Simulator(clock="frozen", now=now, unsent_seconds=5, sending_seconds=5, attempts=1) as sim:
        submit(sim.url)
        sim.clock.advance(10)

        assert sim.messages.list()[0].final_at == now + timedelta(seconds=10)


def test_a_database_that_is_named_is_kept(tmp_path):
    path = tmp_path / "kept.db"

    with Simulator(database=path) as first:
        submit(first.url)
    with Simulator(database=path) as second:
        assert [one.content for one in second.messages.list()] == ["Hello"]


def test_a_file_instead_of_the_demo_and_keywords_above_it():
    with Simulator(config=FIXTURES / "spec.toml", sending_seconds=7) as sim:
        submit(sim.url)
        sim.clock.advance(17)

        assert sim.accounts.get("fragile").lock_after_failures == 3
        assert sim.messages.list()[0].state == 0


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"prot": 1}, r"keyword: server\.prot: unknown key 'prot'; the nearest known one is 'port'"),
        ({"unsent_second": 1}, r"keyword: lifecycle\.unsent_second: .*'unsent_seconds'"),
        ({"attempts": 0}, r"keyword: push\.attempts: must be greater than or equal to 1 \(found 0\)"),
        ({"config": "nowhere.toml"}, r"nowhere\.toml: no such file"),
    ],
)
def test_a_keyword_that_cannot_be_is_named_with_what_would_be_right(keywords, said):
    with pytest.raises(ConfigurationError, match=said):
        Simulator(**keywords).start()


def test_a_port_that_is_taken_is_said_and_another_start_works(sim):
    port = int(sim.url.rpartition(":")[2])
    second = Simulator(port=port)

    with pytest.raises(StartError, match=f"Port {port} on 127.0.0.1 is in use"):
        second.start()
    sim.close()
    with second:
        assert second.url.endswith(f":{port}")


def test_one_that_does_not_run_says_how_to_start_it():
    with pytest.raises(UnreachableError, match=r"start it by 'with Simulator\(\) as sim:'\."):
        Simulator().messages.list()


def test_one_that_runs_is_not_started_again(sim):
    with pytest.raises(RuntimeError, match="runs already"):
        sim.start()


def test_it_can_be_started_anew_after_its_end():
    sim = Simulator()
    for _ in range(2):
        with sim:
            submit(sim.url)
            assert [one.id for one in sim.messages.list()] == [1]


def test_one_elsewhere_is_driven_by_the_same_calls(sim):
    remote = Simulator(url=sim.url + "/")

    submit(remote.url)

    assert remote.messages.list() == sim.messages.list()
    assert remote.url == sim.url
    with remote:
        pass
    assert submit(sim.url)["status"] == 0, "the end of `with` leaves it alone"


def test_one_elsewhere_asks_for_its_token():
    with Simulator(admin_token="letmein") as sim:
        stranger, operator = Simulator(url=sim.url), Simulator(url=sim.url, admin_token="letmein")

        assert operator.messages.list() == sim.messages.list() == []
        with pytest.raises(RefusedError, match="asks for its admin token"):
            stranger.messages.list()


def test_the_token_of_a_file_is_known(tmp_path):
    world = tmp_path / "world.toml"
    world.write_text('[server]\nadmin_token = "fromfile"\n', "utf-8")

    with Simulator(config=world) as sim:
        assert sim.admin_token == "fromfile"
        assert sim.accounts.list() == []


def test_a_server_on_every_address_makes_a_token_that_is_known_here():
    with Simulator(host="0.0.0.0") as sim:  # noqa: S104  for as long as the test takes
        assert sim.url.startswith("http://127.0.0.1:")
        assert len(sim.admin_token) >= 16
        assert sim.accounts.get("demo").account == "demo"


def test_one_elsewhere_is_not_configured_from_here():
    with pytest.raises(TypeError, match="is configured there"):
        Simulator(url="http://127.0.0.1:20003", unsent_seconds=0)


def test_what_is_no_url_is_told_at_once():
    with pytest.raises(AccessError, match="'localhost' is no http or https URL"):
        Simulator(url="localhost")


def test_one_that_has_gone_is_told(sim):
    remote = Simulator(url=sim.url)
    sim.close()

    with pytest.raises(UnreachableError, match="is not reached, nothing listens there"):
        remote.reset()


def test_accounts_come_change_and_go(sim):
    made = sim.accounts.add(account="a/b", password="p", balance=Decimal("10.5"), numbers=["777"])
    changed = sim.accounts.set("a/b", balance="3", locked=True)

    assert isinstance(made, Account)
    assert (made.balance, made.numbers, made.password, made.disabled) == (Decimal("10.5"), ("777",), None, False)
    assert (changed.balance, changed.locked, changed.numbers) == (Decimal(3), True, ("777",))
    assert sim.accounts.get("a/b") == changed
    sim.accounts.remove("a/b")
    with pytest.raises(MissingError, match="there is no account 'a/b'"):
        sim.accounts.get("a/b")


def test_what_is_wrong_with_a_call_is_said_all_at_once(sim):
    with pytest.raises(RefusedError) as caught:
        sim.accounts.add(account="a", password="", balance=0.1, blance="1")

    assert caught.value.status == 422
    assert {one["pointer"] for one in caught.value.violations} == {"/password", "/balance", "/blance"}
    assert "/blance: unknown" in str(caught.value)
    assert "the nearest is balance" in str(caught.value)


def test_messages_are_found_and_ended(sim):
    submit(sim.url, numbers="13800000001,13800000002", sender="ACME")
    sim.clock.advance(to="next")

    first, second = sim.messages.list(account="demo", sender="ACME")

    assert isinstance(first, Message)
    assert (first.id, first.number, first.state, first.price) == (1, "13800000001", 2, Decimal("0.05"))
    assert first.transitions[0].at == datetime(2026, 1, 1, 4, tzinfo=UTC)
    assert sim.messages.list(number="13800000002", content="ell") == [second]
    assert sim.messages.force(1, 1011).state == 1011
    with pytest.raises(RefusedError, match="final"):
        sim.messages.force(1, 0)
    sim.messages.empty()
    assert [one.id for one in sim.messages.list()] == [2]


def test_a_list_has_all_its_pages(sim):
    for _ in range(3):
        submit(sim.url, numbers=",".join(str(13800000000 + place) for place in range(400))[:1199])

    found = sim.messages.list()

    assert [one.id for one in found] == list(range(1, len(found) + 1))
    assert len(found) == 300


def test_moments_narrow_a_list(sim):
    submit(sim.url)
    sim.clock.advance(10)
    submit(sim.url)

    assert [one.id for one in sim.messages.list(since=TEN_SECONDS_LATER)] == [2]
    assert [one.id for one in sim.messages.list(until="2026-01-01T12:00:09+08:00")] == [1]


def test_phones_write(sim):
    made = sim.inbound.add(from_="10010", to="123456", content="STOP")
    sim.inbound.add(from_="10086", to="999", content="?", account="poor", received_at=TEN_SECONDS_LATER)

    assert isinstance(made, Inbound)
    assert (made.from_, made.to, made.account, made.fetched_at) == ("10010", "123456", "demo", None)
    assert [one.id for one in sim.inbound.list(from_="10086")] == [2]
    assert ask(sim.url, "getsms", account="demo", password="demo123")["cnt"] == 1
    assert sim.inbound.list(account="demo")[0].fetched_at is not None
    sim.inbound.empty()
    assert sim.inbound.list() == []


def test_rules_decide_and_are_counted(sim):
    rule = sim.rules.add(number={"suffix": "7"}, outcome=1011)
    submit(sim.url, numbers="13800000007,13800000008")
    sim.clock.advance(10)

    assert isinstance(rule, Rule)
    assert [one.state for one in sim.messages.list()] == [ReportCode.BLACK_NUMBER, ReportCode.SUCCESS]
    assert sim.rules.get(rule.id).applied == 1
    assert sim.rules.set(rule.id, outcome=1003, unsent_seconds={"uniform": [1, 2]}).unsent_seconds == {
        "uniform": [1, 2]
    }
    assert [one.outcome for one in sim.rules.list()] == [1003]
    sim.rules.remove(rule.id)
    sim.rules.add(outcome=0)
    sim.rules.empty()
    assert sim.rules.list() == []


def test_faults_strike_and_are_counted(sim):
    fault = sim.faults.add(endpoint="sendsms", status=-12, times=1)

    assert isinstance(fault, Fault)
    assert [submit(sim.url)["status"] for _ in range(2)] == [Status.PLATFORM_ERROR, Status.ACCEPTED]
    assert sim.faults.get(fault.id).applied == 1
    assert sim.faults.set(fault.id, endpoint="*", connection="close").connection == "close"
    assert [one.endpoint for one in sim.faults.list()] == ["*"]
    sim.faults.remove(fault.id)
    sim.faults.add(endpoint="push", reports="drop")
    sim.faults.empty()
    assert sim.faults.list() == []


def test_the_clock_stands_runs_and_is_moved(sim):
    noon = datetime(2026, 1, 1, 4, tzinfo=UTC)

    assert sim.clock.get() == Clock(mode="frozen", now=noon, scale=60)
    assert sim.clock.freeze(TEN_SECONDS_LATER).now == TEN_SECONDS_LATER
    assert sim.clock.advance(3600).now == TEN_SECONDS_LATER + timedelta(hours=1)
    assert sim.clock.scale(10, now="2026-02-01T00:00:00+08:00").scale == 10
    assert sim.clock.real().mode == "real"
    with pytest.raises(RefusedError):
        sim.clock.advance(1)


@pytest.mark.parametrize("told", [{}, {"seconds": 5, "to": "next"}])
def test_an_advance_goes_so_far_or_to_the_next_moment(sim, told):
    with pytest.raises(TypeError, match='one of seconds and to="next" is wanted'):
        sim.clock.advance(**told)


def test_a_datetime_without_a_zone_is_no_moment(sim):
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  that is the mistake

    for deed in (sim.clock.freeze, partial(sim.clock.scale, 10)):
        with pytest.raises(ValueError, match="has no time zone; give it one"):
            deed(now=naive)
    with pytest.raises(ValueError, match="has no time zone"):
        sim.inbound.add(from_="10010", to="123456", content="STOP", received_at=naive)


def test_the_journal_tells_why(sim):
    submit(sim.url, password="wrong")

    (request,) = sim.requests.list(endpoint="sendsms", status=-1)

    assert request.reason is not None
    assert request.reason.code == "auth-password-mismatch"
    assert request.parameters["password"] == "***"
    assert sim.requests.get(request.id) == request
    assert sim.requests.list(finding="auth-password-mismatch") == [request]
    with pytest.raises(
        RefusedError, match=r"/finding: no reason .* has this code; the nearest is auth-password-mismatch"
    ):
        sim.requests.list(finding="auth-pasword-mismatch")
    assert [one.code for one in sim.findings()] == ["auth-password-mismatch"]
    assert {one.status: one.count for one in sim.coverage().statuses}[-1] == 1
    sim.requests.empty()
    assert sim.requests.list() == []


def test_a_reset_begins_anew(sim):
    submit(sim.url)
    sim.accounts.add(account="a", password="p")
    sim.clock.advance(10)

    sim.reset()

    assert (sim.messages.list(), sim.requests.list(), len(sim.accounts.list())) == ([], [], 6)
    assert sim.clock.get().now == datetime(2026, 1, 1, 4, tzinfo=UTC)


def test_one_account_begins_anew(sim):
    submit(sim.url)
    submit(sim.url, account="templated", content="Your code is 1.")

    sim.reset(account="demo")

    assert [one.account for one in sim.messages.list()] == ["templated"]


def test_a_file_that_has_changed_is_read_again(tmp_path):
    world = tmp_path / "world.toml"
    world.write_text('[[accounts]]\naccount = "a"\npassword = "p"\n', "utf-8")
    with Simulator(config=world) as sim:
        world.write_text('[server]\nbody_limit = 5000\n[[accounts]]\naccount = "b"\npassword = "p"\n', "utf-8")

        waiting = sim.reload()

        assert waiting == ["server.body_limit"]
        assert [(one.account, one.disabled) for one in sim.accounts.list()] == [("a", True), ("b", False)]


def test_the_state_goes_out_and_in(sim):
    submit(sim.url)
    document = sim.state.export(secrets=True)

    with Simulator() as other:
        other.state.restore(document)

        assert other.messages.list() == sim.messages.list()
        assert submit(other.url)["array"] == [[13800000000, 2]]
    assert sim.state.export()["accounts"][0]["password"] is None


def test_any_other_call_is_made_as_it_stands_in_the_reference(sim):
    assert sim.control("POST", "accounts/demo/topup", {"gift": "1"})["gift"] == "51"
    assert sim.control("GET", "messages", content="Hello")["total"] == 0


def test_many_threads_drive_one_simulator(sim):
    def work() -> None:
        for _ in range(10):
            submit(sim.url)
            sim.messages.list(state=1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.id for one in sim.messages.list()] == list(range(1, 41))


def test_an_answer_of_quite_another_version_is_told():
    with pytest.raises(EimsSimError, match="another one than that of this test helper: Clock"):
        read(Clock, {"mode": "real"})


def test_what_a_newer_version_tells_beyond_is_left_out():
    clock = read(Clock, {"mode": "real", "now": "2026-01-01T12:00:00+08:00", "scale": 1, "phase": "of the moon"})

    assert clock.scale == 1


def test_a_path_of_any_kind_is_a_file(tmp_path):
    world = tmp_path / "world.toml"
    world.write_text("", "utf-8")

    for config in (world, str(world), Path(world)):
        with Simulator(config=config) as sim:
            assert sim.accounts.list() == []


def test_made_up_people_write_and_the_seed_decides_what(sim):
    arrived = sim.inbound.generate(20, account="demo", locale="id_ID", seed=7)

    assert arrived == sim.inbound.list()
    assert {one.to for one in arrived} == {"123456"}
    assert all(one.from_.startswith("62") for one in arrived)
    assert arrived[-1].received_at == sim.clock.get().now
    assert arrived[0].received_at < arrived[-1].received_at
    sim.reset()
    assert sim.inbound.generate(20, account="demo", locale="id_ID", seed=7) == arrived
    assert sim.inbound.generate(20, account="demo", locale="id_ID", seed=8) != arrived


def test_made_up_people_write_where_and_when_they_are_told(sim):
    arrived = sim.inbound.generate(5, account="poor", to=["777"], hours=0)

    assert {(one.account, one.to, one.received_at) for one in arrived} == {("poor", "777", sim.clock.get().now)}
    with pytest.raises(EimsSimError, match="Faker knows no locale 'pt_PR'"):
        sim.inbound.generate(1, account="demo", locale="pt_PR")
    with pytest.raises(LookupError):
        sim.inbound.generate(1, account="nobody")
