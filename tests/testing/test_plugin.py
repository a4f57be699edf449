"""The plugin of pytest: loaded by installing, free until it is used (C6). Each test is a run of pytest of its own."""

import re

CLIENT = """
from urllib.parse import urlencode
from urllib.request import urlopen

def send_welcome(url, **changed):
    sent = {"account": "demo", "password": "demo123", "numbers": "13800000000", "content": "Welcome"} | changed
    urlopen(f"{url}/sendsms?{urlencode(sent)}").close()
"""

SNIPPET = """
from client import send_welcome

def test_my_code(eims):
    send_welcome(eims.url)
    assert eims.messages.list()[0].content == "Welcome"
"""

AGAIN = """
from client import send_welcome

def test_first(eims):
    send_welcome(eims.url, numbers="13800001011")
    assert eims.messages.wait(state=1011)[0].id == 1
    assert float(eims.accounts.get("demo").balance) == 1000

def test_second(eims, eims_server):
    assert eims is eims_server
    assert (eims.messages.list(), eims.requests.list()) == ([], [])
"""

FAST = """
import pytest

@pytest.fixture(scope="session")
def eims_settings():
    return {"unsent_seconds": 0, "sending_seconds": 0}
"""

FAILING = """
import pytest
from client import send_welcome

def test_fails(eims):
    send_welcome(eims.url, password="secret-that-is-wrong")
    send_welcome(eims.url, nunbers="1")
    assert eims.messages.list() == []

def test_fails_without(eims):
    assert False

def test_fails_late(eims):
    for _ in range(60):
        send_welcome(eims.url)
    eims.close()
    assert False

@pytest.fixture
def spoiled(eims):
    send_welcome(eims.url)
    raise ValueError("spoiled")

def test_is_not_reached(spoiled):
    pass
"""

LOOPS = """
import asyncio
import pytest
from client import send_welcome

async def test_first(eims_async, eims):
    waiting = asyncio.create_task(eims_async.messages.wait(timeout=30))
    await asyncio.to_thread(send_welcome, eims_async.url)
    assert [one.id for one in await waiting] == [1]
    assert len(eims.messages.list()) == 1

async def test_second(eims_async):
    assert await eims_async.messages.list() == []
    async with eims_async.receiver(account="demo") as rcv:
        await asyncio.to_thread(send_welcome, eims_async.url)
        assert [one.number for one in await rcv.wait(timeout=30)] == ["13800000000"]
"""

OWN_APP = """
from aiohttp import ClientSession, web

async def test_my_service(aiohttp_client, eims_async):
    async def welcome(request):
        query = {"account": "demo", "password": "demo123", "numbers": "13800000000", "content": "Welcome"}
        async with ClientSession() as session, session.get(f"{eims_async.url}/sendsms", params=query) as answer:
            return web.json_response(await answer.json())

    app = web.Application()
    app.router.add_get("/welcome", welcome)
    client = await aiohttp_client(app)
    assert (await (await client.get("/welcome")).json())["success"] == 1
    assert [one.content for one in await eims_async.messages.list()] == ["Welcome"]
"""

UNUSED = """
import sys

def test_nothing_was_loaded():
    loaded = {name for name in sys.modules if name.startswith("eims_sim")}
    assert loaded <= {"eims_sim", "eims_sim.testing", "eims_sim.testing.plugin"}
    assert "eims_sim.testing.plugin" in loaded
    for heavy in ("aiohttp", "sqlalchemy", "pydantic", "http.client", "asyncio"):
        assert heavy not in sys.modules, heavy

def test_naming_it_loads_no_server():
    from eims_sim.testing import Simulator

    remote = Simulator(url="http://127.0.0.1:9")
    assert not {"aiohttp", "sqlalchemy", "eims_sim.server"} & set(sys.modules)
"""

BARE = ("-pno:asyncio", "-pno:aiohttp", "-pno:xdist")
STRICT = ("-W", "error", "-o", "asyncio_default_fixture_loop_scope=function")


def test_the_snippet_of_the_contract_runs_each_test_begins_anew_and_pytest_asyncio_and_pytest_aiohttp_work(run_pytest):
    done = run_pytest(
        *(*STRICT, "--asyncio-mode=auto", "--eims-coverage"),
        client=CLIENT,
        conftest=FAST,
        test_snippet=SNIPPET,
        test_again=AGAIN,
        test_loops=LOOPS,
        test_own_app=OWN_APP,
    )

    assert "6 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
    assert re.search(r"^ +0  success +5$", done.stdout, re.MULTILINE)


def test_a_run_that_does_not_use_it_loads_nothing_and_has_no_table(run_pytest):
    done = run_pytest(*BARE, "--eims-coverage", test_unused=UNUSED)

    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert "No test asked for eims." in done.stdout


def test_a_failing_test_shows_the_journal_of_its_requests(run_pytest):
    done = run_pytest(*STRICT, "--tb=short", client=CLIENT, test_failing=FAILING)

    first, *_ = done.stdout.split("test_fails_without")
    assert re.search(r"-- eims-sim: the requests of this test --", first)
    assert "#1 GET sendsms account='demo' password='***' numbers='13800000000' content='Welcome' -> -1\n" in first
    assert "    auth-password-mismatch: the password is not the account's\n" in first
    assert re.search(r"#2 GET sendsms .* nunbers='1' -> 0\n(    .*\n)*    parameter-unknown: .* numbers", first)
    assert "secret-that-is-wrong" not in done.stdout.replace('password="secret-that-is-wrong"', "")
    assert "There were none." in done.stdout
    assert re.search(r"ERROR at setup of test_is_not_reached.*eims-sim", done.stdout, re.DOTALL)
    assert "What was asked is not known: The simulator does not run" in done.stdout
    assert "3 failed, 1 error" in done.stdout


def test_with_xdist_each_worker_has_its_server_and_the_table_is_one(run_pytest):
    done = run_pytest(
        *("--eims-coverage", "-n", "2", "--dist", "loadfile"),
        client=CLIENT,
        conftest=FAST,
        test_snippet=SNIPPET,
        test_again=AGAIN,
        test_third=SNIPPET,
    )

    assert "4 passed" in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("eims-sim: codes met") == 1
    assert "1 of 14 statuses met" in done.stdout
    assert re.search(r"^ +0  success +3$", done.stdout, re.MULTILINE)
    assert re.search(r"^ +-13  the user is locked +never$", done.stdout, re.MULTILINE)
    assert "0 of 23 report codes met" in done.stdout
