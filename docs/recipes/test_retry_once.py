"""A message is accepted, and its answer is lost on the way. Sent again, it is read twice and paid twice.

The protocol has no key by which the gateway could know a message that it has already. So after a lost answer one has to
look before one sends again, and what a client can look at is its money: what was accepted was paid. That holds while
nobody else spends from the account. Where the answer is only late, because we gave up waiting or a proxy did, the money
may go later. Then nobody knows: the message stays open until a delivery report to that number, or a person, says more.
"""

from decimal import Decimal
from typing import Any, Literal

import pytest
import requests

from eims_sim.testing import Simulator

LOGIN = {"account": "demo", "password": "demo123"}
PHONE = "13800138000"
PARCEL = LOGIN | {"numbers": PHONE, "content": "Your parcel will be with you today."}
ATTEMPTS = 3
PLATFORM_ERROR = -12
PROXY_GAVE_UP = 504

Fault = dict[str, Any]
LOST: list[Fault] = [{"connection": "close", "after": True}, {"http_status": 500, "after": True}, {"body": "truncated"}]
NOT_ACCEPTED: list[Fault] = [{"connection": "close"}, {"http_status": 503}, {"status": PLATFORM_ERROR}]
LATE: list[Fault] = [{"connection": "hang", "after": True}, {"http_status": PROXY_GAVE_UP, "after": True}]


def submit(gateway: str, timeout: float = 5) -> int:
    """Send the message; the status that was answered.

    Raises ReadTimeout when the answer is late, another RequestException when it is lost.
    """
    answer = requests.post(f"{gateway}/sendsms", json=PARCEL, timeout=timeout)
    if answer.status_code == PROXY_GAVE_UP:
        raise requests.ReadTimeout("a proxy gave up waiting for the gateway")
    answer.raise_for_status()
    return int(answer.json()["status"])


def money(gateway: str) -> Decimal:
    """What the account has, the money given to it included."""
    answer = requests.get(f"{gateway}/getbalance", params=LOGIN, timeout=5).json()
    return Decimal(answer["balance"]) + Decimal(answer["gift"])


def send_once(gateway: str, timeout: float = 5) -> Literal["sent", "open", "refused"]:
    """Send, and send again only what was not accepted. A status other than 0 is sure: nothing was stored or paid."""
    for _ in range(ATTEMPTS):
        before = money(gateway)
        try:
            status = submit(gateway, timeout)
        except requests.ReadTimeout:
            return "open"
        except requests.RequestException:
            if money(gateway) < before:
                return "sent"
            continue
        if status != PLATFORM_ERROR:
            return "sent" if status == 0 else "refused"
    return "refused"


def send_until_answered(gateway: str) -> Literal["sent", "refused"]:
    """The same with the mistake: no answer is taken for no message."""
    for _ in range(ATTEMPTS):
        try:
            if submit(gateway) == 0:
                return "sent"
        except requests.RequestException:
            continue
    return "refused"


@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_message_whose_answer_was_lost_is_not_sent_again(eims: Simulator, fault: Fault) -> None:
    """The money is gone, so it was accepted."""
    eims.faults.add(endpoint="sendsms", times=1, **fault)

    assert send_once(eims.url) == "sent"
    assert len(eims.messages.list(number=PHONE)) == 1


@pytest.mark.parametrize("fault", NOT_ACCEPTED, ids=str)
def test_a_message_that_was_not_accepted_is_sent_again(eims: Simulator, fault: Fault) -> None:
    """The money is still there, or the status says so: two requests, one message."""
    eims.faults.add(endpoint="sendsms", times=1, **fault)

    assert send_once(eims.url) == "sent"
    assert len(eims.requests.list(endpoint="sendsms")) == 2
    assert len(eims.messages.list(number=PHONE)) == 1


@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_retry_without_a_look_sends_twice(eims: Simulator, fault: Fault) -> None:
    """The simulator has two messages, and says of the second request what is the matter with it."""
    eims.faults.add(endpoint="sendsms", times=1, **fault)

    assert send_until_answered(eims.url) == "sent"
    assert len(eims.messages.list(number=PHONE)) == 2
    assert [note.code for note in eims.requests.list(endpoint="sendsms")[1].notes] == ["submit-repeated"]


@pytest.mark.parametrize("fault", LATE, ids=str)
def test_a_late_answer_leaves_a_message_open_until_its_report(eims: Simulator, fault: Fault) -> None:
    """It was accepted, and whoever gave up waiting hears of it when the report comes."""
    eims.clock.freeze()
    eims.faults.add(endpoint="sendsms", times=1, **fault)

    with eims.receiver("demo") as callback:
        assert send_once(eims.url, timeout=0.2) == "open"
        eims.messages.wait(number=PHONE)
        eims.clock.advance(10)

    assert [(one.number, one.reason) for one in callback.reports] == [(PHONE, "success")]
