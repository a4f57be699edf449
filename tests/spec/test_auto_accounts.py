"""Accounts that are made at their first request, so that parallel tests share one server and never meet (C3)."""

import asyncio
from hashlib import md5

import pytest

from eims_sim.domain.accounts import AUTO_ACCOUNTS
from tests.conftest import GOOD, Answer, Receiver, Simulator, Start, signed

LIKE_DEMO = {"auto_accounts": "demo"}
ENDPOINTS = ("getbalance", "sendsms", "getreport", "getsms")


@pytest.fixture
async def auto(start: Start) -> Simulator:
    """The world of fixtures/spec.toml, where unknown accounts are made like demo."""
    return await start(**LIKE_DEMO)


async def ask(sim: Simulator, account: str, endpoint: str = "getbalance", password: str = "secret") -> Answer:
    return await sim.get(endpoint, GOOD | {"ids": "1", "account": account, "password": password})


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_an_unknown_account_is_made_at_its_first_request(auto: Simulator, endpoint: str):
    """C3"""
    first = await ask(auto, "auto-7", endpoint)
    balance = await ask(auto, "auto-7")

    assert (first.status, first.reason) == (0, None)
    assert balance.status == 0


async def test_a_post_makes_one_too(auto: Simulator):
    """C3"""
    answer = await auto.post({"account": "auto-7", "password": "p", "numbers": 10010, "content": "Hello"})

    assert answer.json()["array"] == [[10010, 1]]


async def test_it_has_the_settings_and_the_first_money_of_its_model(auto: Simulator):
    """C3: like demo"""
    await auto.submit(",".join(["13800000000"] * 100))

    balance = await ask(auto, "auto-7")
    word = await auto.get("sendsms", GOOD | {"account": "auto-7", "password": "secret", "content": "forbidden"})

    assert balance.text == '{"status":0,"balance":"1000.000000","gift":"50.00000"}'
    assert word.status == -3


async def test_it_has_no_inbound_numbers(auto: Simulator):
    """C3"""
    await ask(auto, "auto-7")

    arrived = await auto.control("POST", "inbound", {"from": "1", "to": "123456", "content": "Hi"})

    assert arrived.json()["account"] == "demo"


async def test_it_has_the_password_of_its_first_request(auto: Simulator):
    """C3"""
    await ask(auto, "auto-7", password="first")

    answers = [await ask(auto, "auto-7", password=password) for password in ("first", "other", "demo123")]

    assert [answer.status for answer in answers] == [0, -1, -1]
    assert answers[1].reason == "auth-password-mismatch"


async def test_it_is_there_after_a_restart(start: Start):
    """C3, D2: stored before it is answered"""
    first = await start(**LIKE_DEMO)
    await first.submit(account="auto-7", password="secret")
    await first.server.stop()

    second = await start()

    assert (await ask(second, "auto-7")).json()["gift"] == "49.95000"
    assert (await ask(second, "auto-8")).status == -1


async def test_of_two_first_requests_at_once_one_makes_it(auto: Simulator):
    """C3"""
    answers = await asyncio.gather(*[ask(auto, "auto-7", endpoint) for endpoint in ENDPOINTS * 5])

    assert {answer.status for answer in answers} == {0}
    assert len(await auto.messages("account=auto-7")) == 5


async def test_of_two_first_passwords_at_once_one_is_right(auto: Simulator):
    """C3"""
    answers = await asyncio.gather(*[ask(auto, "auto-7", password=f"p{number % 2}") for number in range(10)])

    assert [answer.status for answer in answers].count(0) == 5


async def test_parallel_tests_never_see_each_other(start: Start, receiver: Receiver):
    """C3: each has its own messages, money and inbound."""
    model = f'\n[[accounts]]\naccount = "model"\npassword = "p"\nbalance = "10"\ncallback_url = "{receiver.url}"\n'
    sim = await start(model, auto_accounts="model")

    async def one_test(number: int) -> tuple[list[int], list[int], str]:
        account = f"auto-{number}"
        ids = [id for _ in range(3) for id in await sim.submit(account=account, password="p")]
        await sim.control("POST", "inbound", {"account": account, "from": "1", "to": "2", "content": account})
        inbound = await ask(sim, account, "getsms", "p")
        asked = {"account": account, "password": "p", "ids": ",".join(map(str, range(1, 61)))}
        report = await sim.get("getreport", asked)
        money = await ask(sim, account, password="p")
        assert inbound.json()["cnt"] == 1
        return ids, [row[0] for row in report.json()["array"]], money.json()["balance"]

    seen = await asyncio.gather(*map(one_test, range(20)))

    assert all(own == found for own, found, _ in seen)
    assert {money for _, _, money in seen} == {"9.850000"}
    assert sorted(id for own, _, _ in seen for id in own) == list(range(1, 61))


async def test_a_reset_of_one_leaves_the_others_alone(auto: Simulator):
    """C4"""
    for account in ("auto-7", "auto-8"):
        await auto.submit(account=account, password="secret")

    reset = await auto.control("POST", "reset", {"account": "auto-7"})

    assert reset.http_status == 204
    assert [message["account"] for message in await auto.messages()] == ["auto-8"]
    assert [(await ask(auto, account)).json()["gift"] for account in ("auto-7", "auto-8")] == ["50.00000", "49.95000"]


async def test_a_reset_of_everything_forgets_them(auto: Simulator):
    """C4: as a fresh start; then the next request makes them again."""
    await ask(auto, "auto-7", password="old")

    await auto.control("POST", "reset")
    answers = [await ask(auto, "auto-7", password=password) for password in ("new", "old")]

    assert [answer.status for answer in answers] == [0, -1]


@pytest.mark.parametrize("account", ["7", "Auto-7", "auto_7", "auto", "automatic"])
async def test_another_unknown_name_is_refused(auto: Simulator, account: str):
    """C3, P2 order 1"""
    answer = await ask(auto, account)

    assert (answer.status, answer.reason) == (-1, "account-unknown")


async def test_no_account_is_made_unless_asked_for(sim: Simulator):
    """C3: auto_accounts is empty"""
    answer = await ask(sim, "auto-7")

    assert (answer.status, answer.reason) == (-1, "account-unknown")


async def test_no_account_is_made_without_a_password(auto: Simulator):
    """C3"""
    answer = await auto.get("getbalance", {"account": "auto-7"})
    later = await ask(auto, "auto-7")

    assert (answer.status, answer.reason) == (-1, "password-missing")
    assert later.status == 0


@pytest.mark.parametrize(
    ("account", "password"),
    [("auto-", "p"), ("auto-" + "x" * 124, "p"), ("auto-\t7", "p"), ("auto-7 ", "p"), ("auto-7", "p" * 129)],
)
async def test_an_unfit_name_or_password_makes_no_account(auto: Simulator, account: str, password: str):
    """C3"""
    answers = [await ask(auto, account, password=password) for _ in range(2)]

    assert [(answer.status, answer.reason) for answer in answers] == [(-1, "auto-account-unfit")] * 2


async def test_the_longest_name_and_password_make_one(auto: Simulator):
    """C3"""
    answer = await ask(auto, "auto-" + "é" * 123, password="ü" * 128)

    assert answer.status == 0


async def test_there_are_10000_at_most(start: Start):
    """C3"""
    first = await start(**LIKE_DEMO)
    await ask(first, "auto-0")
    with first.behind_its_back() as other:
        other.execute(
            "INSERT INTO accounts SELECT 1000 + n, 'auto-' || n, replace(settings, 'auto-0', 'auto-' || n), origin, "
            "disabled, callback, balance, gift, last_seq, failures "
            "FROM accounts, (SELECT CAST(value AS TEXT) AS n FROM json_each(?)) WHERE name = 'auto-0'",
            (str(list(range(1, AUTO_ACCOUNTS - 1))),),
        )
    await first.server.stop()

    second = await start(**LIKE_DEMO)
    last = await asyncio.gather(*[ask(second, f"auto-last-{number}") for number in range(5)])
    old = await ask(second, "auto-4711")
    await second.control("POST", "reset")
    again = await ask(second, "auto-last-1")

    assert sorted((answer.status, answer.reason) for answer in last) == [(-1, "auto-accounts-too-many")] * 4 + [
        (0, None)
    ]
    assert old.status == 0
    assert again.status == 0


async def test_a_store_that_fails_makes_no_account_and_says_so(auto: Simulator):
    """P2 order 14: and later the account is made as if nothing had been."""
    ill = "CREATE TRIGGER ill BEFORE INSERT ON accounts BEGIN SELECT RAISE(ABORT, 'the disk is ill'); END"
    with auto.behind_its_back() as other:
        other.execute(ill)
    failed = [await ask(auto, "auto-7", endpoint) for endpoint in ENDPOINTS]
    empty = await auto.get("sendsms", GOOD | {"account": "auto-7", "content": " "})
    with auto.behind_its_back() as other:
        other.execute("DROP TRIGGER ill")

    later = await ask(auto, "auto-7")

    assert [(answer.status, answer.reason) for answer in failed] == [(-12, "store-failed")] * 4
    assert empty.status == -4
    assert later.status == 0


# --- a model that takes digests -----------------------------------------------------------------------------------


async def test_like_an_md5_account_it_has_the_models_password_and_key(start: Start):
    """C3, P1.5: a digest does not tell the password that it was made of."""
    sim = await start(auto_accounts="digest")

    first = await sim.get("getbalance", signed("auto-7"))
    plain = await ask(sim, "auto-7", password="demo123")
    wrong = await sim.get("getbalance", signed("auto-8", password="other"))
    none = await ask(sim, "auto-8", password="demo123")

    assert first.status == 0
    assert (plain.status, plain.reason) == (-1, "auth-plain-to-md5")
    assert (wrong.status, none.status) == (-1, -1)
    assert wrong.reason == "auth-md5-mismatch"


async def test_like_an_account_that_takes_either_it_has_the_password_that_came(start: Start):
    """C3, P1.6"""
    sim = await start(auto_accounts="either")
    foreign = md5(b"whatever").hexdigest()

    plain = await ask(sim, "auto-plain", password="mine")
    its_digest = await sim.get("getbalance", signed("auto-plain", password="mine"))
    digest = await sim.get("getbalance", signed("auto-digest"))
    of_another = await sim.get("getbalance", signed("auto-foreign") | {"password": foreign})

    assert (plain.status, its_digest.status, digest.status) == (0, 0, 0)
    assert (of_another.status, of_another.reason) == (-1, "auth-md5-mismatch")
