"""Somebody answers STOP. He is told that he will hear no more, and he hears no more.

The shop asks the gateway with getsms what phones have written: at most 50 messages a call, each content in base64. What
was fetched is not returned again, but the document warns that a message may come twice all the same: then it has the
same id. A shop that does not look at ids tells its customer goodbye twice, and pays for it twice.
"""

import base64
from typing import Any

import pytest
import requests

from eims_sim.testing import Simulator

LOGIN = {"account": "demo", "password": "demo123"}
SHOP, ANNA, BERND = "123456", "13800138000", "13800138001"
STOP_WORDS = {"STOP", "TD", "退订"}
GOODBYE = "You will hear no more from us."


class Shop:
    """The application: its customers, and what it has read of their messages."""

    def __init__(self, gateway: str, customers: set[str]) -> None:
        self.gateway = gateway
        self.customers = customers
        self.seen: set[int] = set()

    def advertise(self, content: str) -> None:
        """Send to all customers that are left."""
        self.call("sendsms", numbers=",".join(sorted(self.customers)), content=content)

    def read(self) -> None:
        """Read everything that phones have written since."""
        while rows := self.call("getsms")["array"]:
            for id, number, _, _, content in rows:
                if self.is_news(id):
                    self.take(number, base64.b64decode(content).decode())

    def take(self, number: str, content: str) -> None:
        """Let go who wants to."""
        if content.strip().upper() in STOP_WORDS:
            self.customers.discard(number)
            self.call("sendsms", numbers=number, content=GOODBYE)

    def is_news(self, id: int) -> bool:
        """Whether this message comes for the first time."""
        known = id in self.seen
        self.seen.add(id)
        return not known

    def call(self, endpoint: str, **parameters: str) -> dict[str, Any]:
        """Ask the gateway. Raises RuntimeError for a status other than 0."""
        answered = requests.get(f"{self.gateway}/{endpoint}", params=LOGIN | parameters, timeout=5)
        answer: dict[str, Any] = answered.json()
        if answer["status"] != 0:
            raise RuntimeError(f"{endpoint} answered {answer['status']}")
        return answer


class ShopWithoutMemory(Shop):
    """The same with the mistake: whatever comes is news."""

    def is_news(self, id: int) -> bool:
        return True


@pytest.mark.parametrize("word", ["STOP", " stop\n", "退订"])
def test_who_writes_stop_gets_no_further_advertisement(eims: Simulator, word: str) -> None:
    """`eims.inbound.add` is a phone that writes to the shop's number."""
    shop = Shop(eims.url, {ANNA, BERND})

    eims.inbound.add(from_=ANNA, to=SHOP, content=word)
    shop.read()
    shop.advertise("Sale!")

    assert [one.content for one in eims.messages.list(number=ANNA)] == [GOODBYE]
    assert [one.content for one in eims.messages.list(number=BERND)] == ["Sale!"]


def test_the_message_that_comes_after_fifty_others_counts_as_well(eims: Simulator) -> None:
    """A call returns 50 messages at most. Who writes something else stays a customer, with the word in it, too."""
    shop = Shop(eims.url, {ANNA, BERND})

    for _ in range(50):
        eims.inbound.add(from_=BERND, to=SHOP, content="Don't stop! 😀")
    eims.inbound.add(from_=ANNA, to=SHOP, content="STOP")
    shop.read()

    assert shop.customers == {BERND}


@pytest.mark.parametrize(("kind", "goodbyes"), [(Shop, 1), (ShopWithoutMemory, 2)])
def test_a_message_that_comes_twice_is_answered_once(eims: Simulator, kind: type[Shop], goodbyes: int) -> None:
    """The gateway returns the messages of the last fetch again. The mistaken shop says goodbye twice."""
    shop = kind(eims.url, {ANNA})

    eims.inbound.add(from_=ANNA, to=SHOP, content="STOP")
    shop.read()
    eims.faults.add(endpoint="getsms", repeat_inbound=True, times=1)
    shop.read()

    assert [one.content for one in eims.messages.list(number=ANNA)] == [GOODBYE] * goodbyes
