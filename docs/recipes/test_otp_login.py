"""Somebody logs in with his phone number and a code that he gets by SMS.

The gateway answers HTTP 200 to almost everything, and says in `status` whether it took the message. A login that looks
at HTTP 200 only tells the user to wait for a code that will never come. No test here knows the code: it reads it off
the phone, as the user does.
"""

import secrets

import pytest
import requests

from eims_sim.testing import Simulator

PHONE = "13800138000"


class Login:
    """The application: it sends codes, and lets in who knows the newest one, once."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self.codes: dict[str, str] = {}

    def ask_for_code(self, number: str) -> bool:
        """Send a code; whether the user may be told to look at his phone."""
        code = f"{secrets.randbelow(10**6):06}"
        sent = {"account": "demo", "password": "demo123", "numbers": number, "content": f"Your code is {code}."}
        accepted = self.accepted(requests.post(f"{self.gateway}/sendsms", json=sent, timeout=5))
        if accepted:
            self.codes[number] = code
        return accepted

    def accepted(self, answer: requests.Response) -> bool:
        """Whether the gateway took the message."""
        return answer.ok and answer.json()["status"] == 0

    def enter(self, number: str, code: str) -> bool:
        """Whether the code is the newest of this number; a right one is used up."""
        right = secrets.compare_digest(self.codes.get(number, ""), code) and code != ""
        if right:
            del self.codes[number]
        return right


class LoginByHttpStatus(Login):
    """The same with the mistake: it never reads `status`."""

    def accepted(self, answer: requests.Response) -> bool:
        return answer.ok


def test_who_reads_the_code_off_his_phone_is_let_in_once(eims: Simulator) -> None:
    """`eims.otp` is the code in the newest message to a number."""
    login = Login(eims.url)

    login.ask_for_code(PHONE)
    code = eims.otp(PHONE)

    assert login.enter(PHONE, code)
    assert not login.enter(PHONE, code)


def test_who_asks_twice_is_let_in_by_the_second_code(eims: Simulator) -> None:
    """`after` passes over what was sent before."""
    login = Login(eims.url)

    login.ask_for_code(PHONE)
    [first] = eims.messages.list(number=PHONE)
    login.ask_for_code(PHONE)

    assert login.enter(PHONE, eims.otp(PHONE, after=first.id))


@pytest.mark.parametrize(("login", "promised"), [(Login, False), (LoginByHttpStatus, True)])
def test_without_money_no_code_is_sent_and_none_may_be_promised(
    eims: Simulator, login: type[Login], promised: bool
) -> None:
    """Status -10: the balance is too low. The mistaken login promises a code, and nothing is on its way."""
    eims.accounts.set("demo", balance="0", gift="0")

    told = login(eims.url).ask_for_code(PHONE)

    assert eims.messages.list(number=PHONE) == []
    assert told is promised
