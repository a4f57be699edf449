"""The accounts through the control API: how they come, change and go (C4)."""

import asyncio
from typing import Any

import pytest
from yarl import URL

from tests.conftest import DEMO, FIXTURES, GOOD, Receiver, Simulator, Start, signed, with_callback

BARE = FIXTURES / "bare.toml"

SHOWN: dict[str, Any] = {
    "account": "new",
    "password": None,
    "auth": "plain",
    "key": None,
    "seq_policy": "any",
    "max_skew_seconds": 0,
    "balance": "0",
    "gift": "0",
    "price": "0.05",
    "mms_price": "0.2",
    "billing": "message",
    "refund_failed": False,
    "locked": False,
    "lock_after_failures": 0,
    "allowed_ips": [],
    "sensitive_words": [],
    "templates": [],
    "callback_url": "",
    "numbers": [],
    "disabled": False,
    "failures": 0,
}
"""An account of which nothing is said but its name and its password."""

NEW = {"account": "new", "password": "p"}


async def add(sim: Simulator, **settings: Any) -> dict[str, Any]:
    answer = await sim.control("POST", "accounts", NEW | settings)
    assert answer.http_status == 201, answer.text
    return answer.json()


async def change(sim: Simulator, account: str = "demo", /, **settings: Any) -> dict[str, Any]:
    answer = await sim.control("PATCH", f"accounts/{account}", settings)
    assert answer.http_status == 200, answer.text
    return answer.json()


async def one(sim: Simulator, account: str = "demo", query: str = "") -> dict[str, Any]:
    answer = await sim.control("GET", f"accounts/{account}{query}")
    assert answer.http_status == 200, answer.text
    return answer.json()


async def names(sim: Simulator, query: str = "") -> list[str]:
    return [account["account"] for account in (await sim.control("GET", f"accounts?{query}")).json()["items"]]


async def status(sim: Simulator, account: str = "demo", password: str = "demo123", **more: str) -> int:
    return (await sim.get("sendsms", GOOD | {"account": account, "password": password} | more)).status


async def violations(sim: Simulator, method: str, path: str, body: dict[str, Any]) -> dict[str, str]:
    answer = await sim.control(method, path, body)
    assert answer.http_status == 422, answer.text
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


# --- coming -------------------------------------------------------------------------------------------------------


async def test_an_account_that_is_made_is_answered_with_its_settings(sim: Simulator):
    """C4: 201 with the object, the fields of C3; password and key are write-only"""
    answer = await sim.control("POST", "accounts", NEW)

    assert (answer.http_status, answer.json()) == (201, SHOWN)
    assert await one(sim, "new") == SHOWN


async def test_every_setting_can_be_given(sim: Simulator):
    """C3, C4"""
    settings = {
        "auth": "any",
        "seq_policy": "increasing",
        "max_skew_seconds": 2.5,
        "price": "0.123456",
        "mms_price": "1",
        "billing": "segment",
        "refund_failed": True,
        "lock_after_failures": 3,
        "allowed_ips": ["127.0.0.0/8"],
        "sensitive_words": ["word"],
        "templates": ["Hi {name}"],
        "callback_url": "http://127.0.0.1:1/",
        "numbers": ["10010", "+8610010"],
    }

    shown = await add(sim, key="k", balance="12.50", gift=3, **settings)

    assert shown == SHOWN | settings | {"balance": "12.5", "gift": "3"}


async def test_a_new_account_can_be_used_at_once(sim: Simulator):
    """C4: its balance and gift are its money"""
    await add(sim, balance="0.10", gift="0.05", numbers=["10010"])

    statuses = [await status(sim, "new", "p") for _ in range(4)]
    arrived = await sim.control("POST", "inbound", {"from": "1", "to": "10010", "content": "x"})

    assert statuses == [0, 0, 0, -10]
    assert arrived.json()["account"] == "new"
    assert (await one(sim, "new"))["balance"] == "0"


async def test_a_name_that_is_taken_is_a_conflict(sim: Simulator):
    """C4: 409"""
    answer = await sim.control("POST", "accounts", NEW | {"account": "demo", "balance": "9"})

    assert answer.http_status == 409
    assert answer.json()["detail"] == "there is an account 'demo' already"
    assert await sim.balance() == ("1000.000000", "50.00000")


async def test_the_name_of_a_disabled_account_is_taken_too(start: Start):
    """C3, C4: it may return"""
    first = await start('\n[[accounts]]\naccount = "new"\npassword = "p"\n')
    await first.server.stop()
    sim = await start()

    answer = await sim.control("POST", "accounts", NEW)

    assert answer.http_status == 409
    assert (await one(sim, "new"))["disabled"] is True


async def test_of_two_who_make_the_same_account_at_once_one_does(sim: Simulator):
    """C4"""
    answers = await asyncio.gather(*[sim.control("POST", "accounts", NEW | {"balance": str(n)}) for n in range(10)])

    made = [answer.json()["balance"] for answer in answers if answer.http_status == 201]
    assert sorted(answer.http_status for answer in answers) == [201] + [409] * 9
    assert (await one(sim, "new"))["balance"] == made[0]


async def test_a_number_that_is_anothers_is_refused(sim: Simulator):
    """C3, C4: a number belongs to one account; whose it is is told"""
    found = await violations(sim, "POST", "accounts", NEW | {"numbers": ["10010", "123456", "654321", "10010"]})

    assert found == {
        "/numbers/1": "123456 is a number of account 'demo'; a number belongs to one account",
        "/numbers/2": "654321 is a number of account 'segments'; a number belongs to one account",
        "/numbers/3": "10010 is named twice",
    }
    assert "new" not in await names(sim)


async def test_of_two_who_claim_a_number_at_once_one_has_it(sim: Simulator):
    """C3"""
    answers = await asyncio.gather(
        *[sim.control("POST", "accounts", NEW | {"account": f"a{n}", "numbers": ["10010"]}) for n in range(5)]
    )

    assert sorted(answer.http_status for answer in answers) == [201] + [422] * 4


async def test_every_violation_is_told_at_once(sim: Simulator):
    """C4: with a pointer each, and for a name the nearest known one"""
    body = {"account": " x", "auth": "md5", "price": 0.5, "numbers": ["1"], "balnce": "5", "callback_url": "ftp://x"}

    answer = await sim.control("POST", "accounts", body)

    errors = {error["pointer"]: error for error in answer.json()["errors"]}
    assert errors.keys() == {
        "/account",
        "/password",
        "/key",
        "/price",
        "/numbers/0",
        "/balnce",
        "/callback_url",
    }
    assert errors["/key"]["detail"] == 'auth = "md5" needs a key that is not empty'
    assert errors["/balnce"]["nearest"] == "balance"


@pytest.mark.parametrize("body", [[], 5, "x", {"password": "p"}, {"account": "a", "password": ""}])
async def test_what_is_no_account_is_refused(sim: Simulator, body: object):
    """C4"""
    answer = await sim.request("POST", "/_sim/accounts", json=body)

    assert answer.http_status == 422
    assert answer.json()["errors"]


# --- changing -----------------------------------------------------------------------------------------------------


async def test_only_what_is_given_changes(sim: Simulator):
    """C4"""
    before = await one(sim, query="?secrets=true")

    shown = await change(sim, price="0.5", templates=["Hello"])

    assert shown == before | {"password": None, "key": None, "price": "0.5", "templates": ["Hello"]}
    assert await one(sim, query="?secrets=true") == before | {"price": "0.5", "templates": ["Hello"]}


async def test_nothing_given_changes_nothing(sim: Simulator):
    """C4"""
    assert await change(sim) == await one(sim)


async def test_a_password_counts_from_the_next_request_on(sim: Simulator):
    """C4"""
    await change(sim, password="other")

    assert [await status(sim, password=password) for password in ("demo123", "other")] == [-1, 0]


# What is changed, a submit that shows it, and what that is answered
COUNTS = {
    "auth": ({"auth": "md5", "key": "k"}, {}, -1),
    "allowed_ips": ({"allowed_ips": ["10.0.0.0/8"]}, {}, -2),
    "locked": ({"locked": True}, {}, -13),
    "sensitive_words": ({"sensitive_words": ["hello"]}, {}, -3),
    "templates": ({"templates": ["Bye"]}, {}, -6),
    "price": ({"price": "1051"}, {}, -10),
    "mms_price": ({"mms_price": "1051"}, {"smstype": "1"}, -10),
    "balance": ({"balance": 0, "gift": "0.04"}, {}, -10),
}


@pytest.mark.parametrize("setting", COUNTS)
async def test_a_change_counts_from_the_next_request_on(sim: Simulator, setting: str):
    """C4"""
    changed, more, expected = COUNTS[setting]
    before = await status(sim, **more)

    await change(sim, **changed)

    assert (before, await status(sim, **more)) == (0, expected)


async def test_balance_and_gift_set_the_money_that_there_is(sim: Simulator):
    """C4"""
    await sim.submit(",".join(["13800000000"] * 10))

    first = await change(sim, balance="7.000001")
    second = await change(sim, gift="0")

    assert (first["balance"], first["gift"]) == ("7.000001", "49.5")
    assert (second["balance"], second["gift"]) == ("7.000001", "0")
    assert await sim.balance() == ("7.000001", "0.00000")


async def test_an_account_keeps_its_name(sim: Simulator):
    """C4: renaming is refused; its own name may be said"""
    found = await violations(sim, "PATCH", "accounts/demo", {"account": "other"})

    assert found == {"/account": "an account keeps its name; make another one"}
    assert (await change(sim, account="demo", locked=True))["locked"] is True


async def test_the_settings_fit_each_other_after_the_change(sim: Simulator):
    """C4, P1.6: md5 needs a key"""
    found = [
        await violations(sim, "PATCH", "accounts/demo", {"auth": "md5"}),
        await violations(sim, "PATCH", "accounts/digest", {"key": ""}),
        await violations(sim, "PATCH", "accounts/demo", {"auth": "any", "key": None}),
    ]

    assert [list(one) for one in found] == [["/key"]] * 3
    assert (await change(sim, "digest", auth="plain", key=""))["auth"] == "plain"


async def test_a_secret_that_is_null_stays(sim: Simulator):
    """C4: null when read, so null when written back changes nothing"""
    await change(sim, "digest", password=None, key=None, price="1")

    assert (await sim.get("getbalance", signed("digest"))).status == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("price", None), ("auth", None), ("locked", "yes"), ("disabled", True), ("failures", 0), ("password", "")],
)
async def test_what_cannot_be_changed_so_is_refused(sim: Simulator, setting: str, value: object):
    """C4"""
    found = await violations(sim, "PATCH", "accounts/demo", {setting: value})

    assert list(found) == [f"/{setting}"]


async def test_numbers_change_hands(sim: Simulator):
    """C3: a number belongs to one account"""
    taken = await violations(sim, "PATCH", "accounts/segments", {"numbers": ["654321", "123456"]})

    await change(sim, numbers=["+8610690"])
    await change(sim, "segments", numbers=["123456"])
    arrived = [
        (await sim.control("POST", "inbound", {"from": "1", "to": to, "content": "x"})).http_status
        for to in ("123456", "+8610690", "654321")
    ]

    assert list(taken) == ["/numbers/1"]
    assert arrived == [201, 201, 422]
    assert [one["account"] for one in (await sim.control("GET", "inbound")).json()["items"]] == ["segments", "demo"]


async def test_unlocking_forgets_failed_authentications(sim: Simulator):
    """P2 order 3"""
    for _ in range(3):
        await status(sim, "fragile", "wrong")
    locked = await one(sim, "fragile")

    unlocked = await change(sim, "fragile", locked=False)
    again = [await status(sim, "fragile", password) for password in ("wrong", "wrong", "demo123")]

    assert (locked["locked"], locked["failures"]) == (True, 3)
    assert (unlocked["locked"], unlocked["failures"]) == (False, 0)
    assert again == [-1, -1, 0]


async def test_unlocking_is_kept(start: Start):
    """P2 order 3: stored"""
    sim = await start()
    for _ in range(3):
        await status(sim, "fragile", "wrong")
    await change(sim, "fragile", locked=False)
    await sim.server.stop()

    again = await start()

    assert await status(again, "fragile") == 0


async def test_what_is_remembered_of_an_accounts_requests_outlives_a_change(sim: Simulator):
    """P1.6: a pair (seq, time) is good once"""
    await sim.get("getbalance", signed("unique", "7"))

    await change(sim, "unique", price="1")

    assert (await sim.get("getbalance", signed("unique", "7"))).reason == "seq-used"


async def test_changes_at_once_are_all_made(sim: Simulator):
    """C4: each changes only what it is given"""
    await asyncio.gather(
        change(sim, price="1"), change(sim, mms_price="2"), change(sim, billing="segment"), change(sim, gift="3")
    )

    shown = await one(sim)
    assert [shown[name] for name in ("price", "mms_price", "billing", "gift")] == ["1", "2", "segment", "3"]


async def test_refunds_follow_a_change(sim: Simulator):
    """P4.3: refund_failed as it is when the message fails"""
    await sim.submit("13800000007")

    await change(sim, refund_failed=True)
    await sim.advance(30)

    assert await sim.balance() == ("1000.000000", "50.00000")


async def test_reports_follow_a_change_of_the_callback(sim: Simulator, receiver: Receiver):
    """P8.3: the account's URL of that moment"""
    await sim.submit()
    await sim.advance(30)

    await change(sim, callback_url=receiver.url)
    await sim.submit()
    await sim.advance(31)
    await change(sim, callback_url="")
    await sim.submit()
    await sim.advance(31)

    assert [report[0] for report in receiver.reports] == [2]


# --- going --------------------------------------------------------------------------------------------------------


async def test_an_account_that_is_removed_is_unknown(sim: Simulator):
    """C4: 204"""
    answer = await sim.control("DELETE", "accounts/demo")

    assert (answer.http_status, answer.body) == (204, b"")
    assert await status(sim) == -1
    assert "demo" not in await names(sim)


async def test_it_takes_its_messages_inbound_and_reports_along(start: Start, receiver: Receiver):
    """C4"""
    sim = await start(with_callback(receiver.url) + with_callback(receiver.url, "other"))
    receiver.answers = [500] * 9
    for account in ("pushed", "other"):
        await sim.submit("13800000000,13800000001", account=account)
        await sim.control("POST", "inbound", {"account": account, "from": "1", "to": "2", "content": "x"})
    await sim.advance(35)

    await sim.control("DELETE", "accounts/pushed")

    for path in ("messages", "inbound", "pushes"):
        items = (await sim.control("GET", path)).json()["items"]
        assert {one["account"] for one in items} == {"other"}, path
    with sim.behind_its_back() as database:
        left = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("submits", "lives", "messages", "inbound", "pushes")
        ]
        orphans = database.execute("SELECT count(*) FROM push_attempts WHERE push NOT IN (SELECT id FROM pushes)")
        assert orphans.fetchone() == (0,)
    assert left == [1, 1, 2, 1, 1]


async def test_its_reports_are_pushed_no_more(start: Start, receiver: Receiver):
    """C4: also those that are on their way"""
    released = asyncio.Event()

    async def hang(_: object) -> Any:
        await released.wait()

    sim = await start(with_callback(receiver.url) + with_callback(receiver.url, "other"), config=BARE)
    receiver.answers = [hang]
    await sim.submit(account="pushed")
    advance = asyncio.create_task(sim.advance(3600))
    await receiver.until(lambda: len(receiver.bodies) == 1)
    await sim.submit(account="pushed")
    await sim.submit(account="other")

    await sim.control("DELETE", "accounts/pushed")
    await asyncio.wait_for(advance, 5)
    released.set()

    assert [report[0] for report in receiver.reports] == [1, 3]


async def test_many_messages_and_open_pushes_go_with_it(start: Start, receiver: Receiver):
    """C4: thousands, in one deed; nobody else's are touched"""
    sim = await start(with_callback(receiver.url))
    await sim.submit(",".join(["13800000001"] * 100))
    await sim.submit(",".join(["13800000001"] * 5000), account="pushed")
    receiver.answers = [500] * 3
    await sim.advance(31)
    await sim.submit(",".join(["13800000001"] * 3000), account="pushed")

    answer = await sim.control("DELETE", "accounts/pushed")
    progress = await sim.advance(3600)

    assert answer.http_status == 204
    assert (await sim.control("GET", "messages")).json()["total"] == 100
    assert progress["pushes"] == 0
    assert progress["transitions"] == 0
    assert await sim.submit() == [8101]


async def test_ids_are_not_given_again(start: Start):
    """P4.2: nor after a restart"""
    sim = await start()
    await add(sim, balance="1")
    await sim.submit(account="new", password="p")
    await sim.control("DELETE", "accounts/new")
    await sim.server.stop()

    again = await start()

    assert await again.submit() == [2]


async def test_its_name_and_numbers_are_free_again(sim: Simulator):
    """C4"""
    await sim.submit()
    await sim.control("DELETE", "accounts/demo")

    shown = await add(sim, account="demo", numbers=["123456"], balance="1")

    assert shown["balance"] == "1"
    assert await sim.messages() == []
    assert await status(sim, password="p") == 0


async def test_requests_beside_a_removal_are_answered(sim: Simulator):
    """C4: 0 or -1, nothing else"""
    calls = [
        *[sim.post(DEMO | {"numbers": "13800000000", "content": "x"}) for _ in range(30)],
        *[sim.get("getbalance", DEMO) for _ in range(10)],
        *[sim.get("getsms", DEMO) for _ in range(10)],
        sim.control("DELETE", "accounts/demo"),
        *[sim.post(DEMO | {"numbers": "13800000000", "content": "x"}) for _ in range(30)],
        *[
            sim.control("POST", "inbound", {"account": "demo", "from": "1", "to": "2", "content": "x"})
            for _ in range(5)
        ],
    ]
    answers = await asyncio.gather(*calls)

    statuses = {answer.status for answer in answers if answer.http_status == 200}
    assert {answer.http_status for answer in answers} <= {200, 201, 204, 404, 422}
    assert statuses <= {0, -1}
    assert await sim.messages() == []
    assert (await sim.control("GET", "inbound")).json()["total"] == 0


async def test_newcomers_need_their_model(start: Start):
    """C3: auto_accounts"""
    sim = await start(auto_accounts="demo")

    await sim.control("DELETE", "accounts/demo")
    answer = await sim.get("getbalance", DEMO | {"account": "auto-1"})

    assert (answer.status, answer.reason) == (-1, "auto-accounts-model")


# --- reading ------------------------------------------------------------------------------------------------------


async def test_accounts_are_listed_by_name(sim: Simulator):
    """C4: lists; accounts by name"""
    ascending = await names(sim)
    page = (await sim.control("GET", "accounts?limit=2&after=demo")).json()

    assert ascending == sorted(ascending)
    assert len(ascending) == 12
    assert [account["account"] for account in page["items"]] == ["digest", "either"]
    assert (page["next"], page["total"]) == ("either", 12)
    assert await names(sim, "order=desc") == ascending[::-1]
    assert await names(sim, "order=desc&after=digest&limit=5") == ["demo"]
    assert (await sim.control("GET", "accounts?after=zzz")).json() == {"items": [], "next": None, "total": 12}


async def test_the_list_is_narrowed_to_names_that_contain_a_text(sim: Simulator):
    """C4; whatever its case"""
    await add(sim, account="Demo-2")

    page = (await sim.control("GET", "accounts?contains=DEMO&limit=1")).json()

    assert ([one["account"] for one in page["items"]], page["next"], page["total"]) == (["Demo-2"], "Demo-2", 2)
    assert await names(sim, "contains=demo&after=Demo-2") == ["demo"]
    assert await names(sim, "contains=nobody") == []


@pytest.mark.parametrize("query", ["limit=0", "order=up", "secrets=perhaps", "nmae=x"])
async def test_a_wrong_query_is_a_violation(sim: Simulator, query: str):
    """C4"""
    answer = await sim.control("GET", f"accounts?{query}")

    assert [error["pointer"] for error in answer.json()["errors"]] == ["/" + query.partition("=")[0]]


async def test_money_is_shown_as_it_is_now(sim: Simulator):
    """C4"""
    await sim.submit()

    shown = [account for account in (await sim.control("GET", "accounts")).json()["items"] if account["gift"] != "0"]

    assert [(account["account"], account["balance"], account["gift"]) for account in shown] == [
        ("demo", "1000", "49.95"),
        ("segments", "1", "0.5"),
    ]


@pytest.mark.parametrize("name", ["a/b", "ä ö", "100%", "a%2Fb", "?x=1#y", "auto-7", ".", "号", "a.b~c"])
async def test_any_name_has_its_path(sim: Simulator, name: str):
    """C4"""
    path = f"/_sim/accounts/{URL.build(path='/' + name).raw_path[1:].replace('/', '%2F')}".replace("%2F.", "%2F%2E")
    if name == ".":
        path = "/_sim/accounts/%2E"
    await add(sim, account=name)

    found = await sim.request("GET", path)
    gone = await sim.request("DELETE", path)

    assert found.json()["account"] == name
    assert gone.http_status == 204


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_who_is_not_there_is_404(sim: Simulator, method: str):
    """C4"""
    answer = await sim.control(method, "accounts/nobody", {} if method == "PATCH" else None)

    assert answer.http_status == 404
    assert answer.json()["detail"] == "there is no account 'nobody'"


async def test_secrets_are_shown_on_this_machine(sim: Simulator):
    """C4: ?secrets=true, loopback"""
    digest = await one(sim, "digest", "?secrets=true")
    every = (await sim.control("GET", "accounts?secrets=true")).json()["items"]

    assert (digest["password"], digest["key"]) == ("demo123", "demokey")
    assert {account["password"] for account in every} == {"demo123"}


@pytest.mark.parametrize("path", ["accounts?secrets=true", "accounts/demo?secrets=true"])
@pytest.mark.parametrize("header", [{"X-Forwarded-For": "10.0.0.1"}, {"Forwarded": "for=10.0.0.1"}])
async def test_secrets_are_not_shown_to_whom_a_proxy_forwards(sim: Simulator, path: str, header: dict[str, str]):
    """C4: that is not this machine"""
    answer = await sim.control("GET", path, headers=header)

    assert answer.http_status == 403
    assert "demo123" not in answer.text


async def test_with_a_token_secrets_are_shown_to_who_has_it(start: Start):
    """C4: loopback or token"""
    sim = await start(admin_token="sesame")
    forwarded = {"X-Forwarded-For": "10.0.0.1"}

    without = await sim.control("GET", "accounts/demo?secrets=true", headers=forwarded)
    having = await sim.control(
        "GET", "accounts/demo?secrets=true", headers=forwarded | {"Authorization": "Bearer sesame"}
    )

    assert without.http_status == 401
    assert having.json()["password"] == "demo123"


async def test_no_secret_is_in_any_other_answer(sim: Simulator):
    """C4"""
    secret = {"password": "s3cr3t", "key": "k3y"}
    answers = [
        await sim.control("POST", "accounts", NEW | secret),
        await sim.control("POST", "accounts", NEW | secret),
        await sim.control("POST", "accounts", NEW | secret | {"account": " x", "password": ["s3cr3t"]}),
        await sim.control("PATCH", "accounts/new", secret),
        await sim.control("PATCH", "accounts/new", secret | {"auth": 5}),
        await sim.control("GET", "accounts/new"),
        await sim.control("GET", "accounts"),
    ]

    assert [answer.http_status for answer in answers] == [201, 409, 422, 200, 422, 200, 200]
    assert not [answer.text for answer in answers if "s3cr3t" in answer.text or "k3y" in answer.text]


# --- staying ------------------------------------------------------------------------------------------------------


async def test_what_the_control_api_made_stays_over_a_restart(start: Start):
    """C3"""
    sim = await start()
    await add(sim, balance="5", key="k", numbers=["10010"])
    await change(sim, "new", price="1", password="q")
    await sim.submit(account="new", password="q")
    await sim.server.stop()

    again = await start()

    assert await one(again, "new", "?secrets=true") == SHOWN | {
        "balance": "4",
        "key": "k",
        "numbers": ["10010"],
        "price": "1",
        "password": "q",
    }


async def test_the_files_settings_replace_a_change_at_the_next_start(start: Start):
    """C3: balances stay"""
    sim = await start()
    before = await one(sim)
    await change(sim, price="1", locked=True, balance="3")
    await sim.server.stop()

    again = await start()

    assert await one(again) == before | {"balance": "3"}


async def test_an_account_of_the_file_that_was_removed_returns_at_the_next_start(start: Start):
    """C3: as if it were new"""
    sim = await start()
    before = await one(sim)
    await sim.submit()
    await sim.control("DELETE", "accounts/demo")
    await sim.server.stop()

    again = await start()

    assert await one(again) == before
    assert await again.messages() == []


async def test_a_reset_brings_back_the_accounts_of_the_file(sim: Simulator):
    """C4: as a fresh start"""
    before = await names(sim)
    await add(sim)
    await change(sim, "poor", password="q")
    await sim.control("DELETE", "accounts/demo")

    await sim.control("POST", "reset")

    assert await names(sim) == before
    assert await status(sim, "poor") == -10


async def test_a_store_that_fails_changes_nothing(sim: Simulator):
    """C4: 503"""
    before = await one(sim)
    ill = "CREATE TRIGGER ill BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'the disk is ill'); END"
    with sim.behind_its_back() as other:
        other.execute(ill)

    answers = [
        await sim.control("PATCH", "accounts/demo", {"locked": True}),
        await sim.control("POST", "accounts", NEW | {"balance": "1"}),
    ]
    with sim.behind_its_back() as other:
        other.execute("DROP TRIGGER ill")

    assert [answer.http_status for answer in answers] == [503, 503]
    assert await one(sim) == before
    assert await status(sim) == 0
    assert (await sim.control("POST", "accounts", NEW)).http_status == 201
