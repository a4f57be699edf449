"""Reading the configuration again while the server runs (C3, C4)."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import DEMO, FIXTURES, GOOD, Receiver, Simulator, Start, signed, with_callback

SPEC = (FIXTURES / "spec.toml").read_text("utf-8")
CLOCK = SPEC[: SPEC.index("[[accounts]]")]


def write(folder: Path, text: str) -> None:
    """Another text for the server's file."""
    (folder / "config0.toml").write_text(text, "utf-8")


async def reload(sim: Simulator) -> list[str]:
    """Read the file again; returns what waits for a restart."""
    answer = await sim.control("POST", "reload")
    assert answer.http_status == 200, answer.text
    return answer.json()["restart"]


async def test_a_file_that_did_not_change_changes_nothing(sim: Simulator):
    """C4"""
    await sim.submit()
    before = await sim.balance()

    assert await reload(sim) == []
    assert await sim.balance() == before
    assert (await sim.submit())[0] == 2


async def test_settings_of_accounts_follow_the_file_and_balances_stay(sim: Simulator, tmp_path: Path):
    """C3"""
    await sim.submit()
    before = await sim.balance()
    write(
        tmp_path,
        SPEC.replace('password = "demo123"\nbalance = "1000"\ngift = "50"', 'password = "new"\nbalance = "1"', 1),
    )

    await reload(sim)

    assert (await sim.get("getbalance", DEMO)).status == -1
    answer = (await sim.get("getbalance", DEMO | {"password": "new"})).json()
    assert (answer["balance"], answer["gift"]) == before


async def test_an_account_that_is_gone_is_disabled_until_it_returns(sim: Simulator, tmp_path: Path):
    """C3"""
    write(tmp_path, CLOCK + '[[accounts]]\naccount = "fresh"\npassword = "demo123"\nbalance = "7"\n')
    await reload(sim)

    gone = await sim.get("getbalance", DEMO)
    fresh = await sim.balance("fresh")
    write(tmp_path, SPEC)
    await reload(sim)

    assert (gone.status, gone.reason) == (-1, "account-disabled")
    assert fresh == ("7.000000", "0.00000")
    assert (await sim.get("getbalance", DEMO)).status == 0
    assert (await sim.get("getbalance", DEMO | {"account": "fresh"})).status == -1


async def test_what_the_control_api_made_stays(sim: Simulator):
    """C3"""
    await sim.control("POST", "accounts", {"account": "made", "password": "demo123", "balance": "3"})
    await sim.control("POST", "rules", {"outcome": 1011, "account": "made"})

    await reload(sim)

    assert await sim.balance("made") == ("3.000000", "0.00000")
    rules = (await sim.control("GET", "rules")).json()["items"]
    assert [rule["outcome"] for rule in rules][-1] == 1011


async def test_rules_and_faults_follow_the_file(sim: Simulator, tmp_path: Path):
    """C3"""
    write(tmp_path, SPEC + '\n[[rules]]\noutcome = 1009\n[[faults]]\nendpoint = "getbalance"\nstatus = -13\n')
    await reload(sim)

    await sim.submit()
    await sim.advance(60)

    assert await sim.state(1) == 1009
    assert (await sim.get("getbalance", DEMO)).status == -13
    write(tmp_path, SPEC)
    await reload(sim)
    assert (await sim.get("getbalance", DEMO)).status == 0
    assert (await sim.control("GET", "faults")).json()["items"] == []


LIVE = {
    "strict": ("strict = true", "GET", "sendsms", GOOD, 0),
    "content_limit": ("content_limit = 3", "GET", "sendsms", GOOD, -5),
    "sensitive_words": ('sensitive_words = ["hello"]', "GET", "sendsms", GOOD, -3),
    "auto_accounts": ('auto_accounts = "demo"', "GET", "getbalance", {"account": "auto-1", "password": "x"}, 0),
}


@pytest.mark.parametrize("key", LIVE)
async def test_settings_of_the_server_count_at_once(sim: Simulator, tmp_path: Path, key: str):
    """C3"""
    setting, _, endpoint, parameters, status = LIVE[key]
    text = SPEC.replace('sensitive_words = ["Casino"]', setting, 1)
    write(tmp_path, text)

    assert await reload(sim) == []
    assert (await sim.get(endpoint, parameters)).status == status
    if key == "strict":
        assert (await sim.request("POST", "/sendsms", data=GOOD)).status == -1


async def test_lives_follow_the_file_from_the_next_submit_on(sim: Simulator, tmp_path: Path):
    """C3, P9.1"""
    await sim.submit()
    write(tmp_path, SPEC.replace("unsent_seconds = 10", "unsent_seconds = 1"))
    await reload(sim)
    await sim.submit()

    await sim.advance(5)

    assert [await sim.state(id) for id in (1, 2)] == [1, 2]


async def test_headers_are_silenced_at_once(sim: Simulator, tmp_path: Path):
    """C3, C5"""
    write(tmp_path, SPEC.replace("[server]", "[server]\ndiagnosis_headers = false"))

    await reload(sim)
    answers = [await sim.get("getbalance", {"account": "x"}), await sim.get("nowhere")]

    assert not [name for answer in answers for name in answer.headers if name.startswith("X-EIMS")]


async def test_pushes_follow_the_file(start: Start, receiver: Receiver, tmp_path: Path):
    """C3: a push is tried as often as the file says now"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500, 500, 500]
    text = (tmp_path / "config0.toml").read_text("utf-8")
    write(tmp_path, text.replace("interval_seconds = 0.2", "interval_seconds = 0.2\nattempts = 2"))
    await reload(sim)

    await sim.submit(account="pushed")
    await sim.advance(3600)

    assert [push["state"] for push in await sim.pushes()] == ["parked"]
    assert len(receiver.bodies) == 2


async def test_what_needs_a_restart_is_said(sim: Simulator, tmp_path: Path):
    """C3"""
    write(tmp_path, SPEC.replace("[server]", '[server]\ntimezone = "UTC"\nhost = "0.0.0.0"\nstrict = true'))

    assert await reload(sim) == ["server.host", "server.timezone"]
    assert await reload(sim) == []


async def test_a_bad_file_changes_nothing_and_is_told_with_every_error(sim: Simulator, tmp_path: Path):
    """C3"""
    write(tmp_path, SPEC.replace('balance = "1000"', "balance = 1.5", 1) + "\n[[rules]]\noutcom = 5\n")

    answer = await sim.control("POST", "reload")

    assert answer.http_status == 422
    assert len(answer.json()["errors"]) >= 3
    assert all("config0.toml:" in error["detail"] for error in answer.json()["errors"])
    assert "demo123" not in answer.text
    assert (await sim.get("getbalance", DEMO)).status == 0


async def test_a_file_that_is_gone_changes_nothing(sim: Simulator, tmp_path: Path):
    """C3"""
    (tmp_path / "config0.toml").unlink()

    assert (await sim.control("POST", "reload")).http_status == 422
    assert (await sim.get("getbalance", DEMO)).status == 0


async def test_a_store_that_fails_changes_nothing(sim: Simulator, tmp_path: Path):
    """C3: accounts and settings together, or neither"""
    write(tmp_path, SPEC.replace("[server]", "[server]\ncontent_limit = 3") + "\n[[rules]]\noutcome = 1009\n")
    with sim.behind_its_back() as other:
        other.execute("ALTER TABLE rules RENAME TO rules_gone")
        answer = await sim.control("POST", "reload")
        other.execute("ALTER TABLE rules_gone RENAME TO rules")

    assert answer.http_status == 503
    assert (await sim.get("sendsms", GOOD)).status == 0
    assert [rule["outcome"] for rule in (await sim.control("GET", "rules")).json()["items"]] == [1011]


async def test_seqs_that_were_used_stay_used(sim: Simulator):
    """P1.6: a reload is no restart"""
    parameters = signed("unique")
    first = await sim.get("getbalance", parameters)

    await reload(sim)

    assert (first.status, (await sim.get("getbalance", parameters)).status) == (0, -1)


async def test_a_reset_begins_with_the_file_last_loaded(sim: Simulator, tmp_path: Path):
    """C4"""
    write(tmp_path, SPEC.replace('balance = "1000"\ngift = "50"', 'balance = "5"\ngift = "0"', 1))
    await reload(sim)

    await sim.control("POST", "reset")

    assert await sim.balance() == ("5.000000", "0.00000")


async def test_submits_go_on_meanwhile_and_ids_and_money_stay_right(sim: Simulator):
    """D2: a reload shares its transaction with whoever comes"""
    both = [sim.submit(numbers="13800000000,13800000001") if turn % 4 else reload(sim) for turn in range(40)]
    done = await asyncio.gather(*both)

    ids = sorted(id for one in done for id in one if isinstance(id, int))
    assert ids == list(range(1, 61))
    assert await sim.balance() == ("1000.000000", "47.00000")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
async def test_a_hangup_reads_the_file_again_and_says_so(tmp_path: Path):
    """C3, C2"""
    file = tmp_path / "world.toml"
    file.write_text('[[accounts]]\naccount = "a"\npassword = "x"\n', "utf-8")
    line = [sys.executable, "-m", "eims_sim", "serve", "--config", str(file), "--port", "0", "--database", ":memory:"]
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    server = await asyncio.create_subprocess_exec(*line, **piped, cwd=tmp_path)
    assert server.stdout is not None
    assert server.stderr is not None
    async with asyncio.timeout(30):
        while not (await server.stdout.readline()).startswith(b"ready "):
            pass

        file.write_text('[[accounts]]\naccount = "a"\npassword = 5\n', "utf-8")
        os.kill(server.pid, signal.SIGHUP)
        refused = b"".join([await server.stderr.readline() for _ in range(2)]).decode()
        file.write_text('[server]\ntimezone = "UTC"\n[[accounts]]\naccount = "b"\npassword = "x"\n', "utf-8")
        os.kill(server.pid, signal.SIGHUP)
        accepted = (await server.stderr.readline()).decode()
        server.terminate()
        code = await server.wait()

    assert "the last good one stays" in refused
    assert "world.toml:3: accounts[0].password" in refused
    assert "was read again; these wait for a restart: server.timezone" in accepted
    assert code == 0
