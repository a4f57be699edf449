"""A campaign goes to many numbers, and some of them fail.

They fail in two ways. A number that is none is dropped at once: it is counted in `fail`, and the answer's array has no
row for it. Others are accepted and fail later, which getreport tells, for at most 200 ids a call. Who pairs his numbers
with the ids by their places gives each one behind the dropped number the fate of its neighbour.
"""

from collections.abc import Iterator
from typing import Any

import requests

from eims_sim.testing import Simulator

LOGIN = {"account": "demo", "password": "demo123"}
GOOD, NONE_AT_ALL, REFUSED, BLACKLISTED = "13800138000", "86-138", "13800138001", "13800138007"
IDS_A_CALL = 200


def submit(gateway: str, numbers: list[str], content: str) -> list[Any]:
    """Send one content to many numbers; the rows [number, id] of those that were accepted."""
    sent = LOGIN | {"numbers": ",".join(numbers), "content": content}
    answer = requests.post(f"{gateway}/sendsms", json=sent, timeout=30).json()
    if answer["status"] != 0:
        raise RuntimeError(f"sendsms answered {answer['status']}")
    rows: list[Any] = answer["array"]
    return rows


def send(gateway: str, numbers: list[str], content: str) -> dict[int, str]:
    """Send; the accepted numbers by id. A number may come back as an integer: as text it is what was sent."""
    return {id: str(number) for number, id in submit(gateway, numbers, content)}


def send_by_place(gateway: str, numbers: list[str], content: str) -> dict[int, str]:
    """The same with the mistake: the n-th id is taken for that of the n-th number."""
    ids = [id for _, id in submit(gateway, numbers, content)]
    return dict(zip(ids, numbers, strict=False))


def reports(gateway: str, ids: list[int]) -> Iterator[tuple[int, int]]:
    """Id and state of each message: 0 sent, 1 and 2 under way, else the code with which it failed."""
    for start in range(0, len(ids), IDS_A_CALL):
        asked = LOGIN | {"ids": ",".join(map(str, ids[start : start + IDS_A_CALL]))}
        answer = requests.get(f"{gateway}/getreport", params=asked, timeout=30).json()
        if answer["status"] != 0:
            raise RuntimeError(f"getreport answered {answer['status']}")
        yield from ((id, state) for id, _, _, state in answer["array"])


def failed(gateway: str, sent: dict[int, str]) -> dict[str, int]:
    """The numbers that failed, and why."""
    return {sent[id]: state for id, state in reports(gateway, list(sent)) if state not in (0, 1, 2)}


def let_some_fail(eims: Simulator) -> None:
    """One number is refused by its carrier, numbers that end in 7 are on a black list; time passes when we say so."""
    eims.rules.add(number={"exact": REFUSED}, outcome=1005)
    eims.rules.add(number={"suffix": "7"}, outcome=1011)
    eims.clock.freeze()


def test_each_number_that_failed_is_known_with_its_reason(eims: Simulator) -> None:
    """The number that is none was dropped; two of the accepted ones fail when their time has come."""
    let_some_fail(eims)

    sent = send(eims.url, [GOOD, NONE_AT_ALL, REFUSED, BLACKLISTED], "Sale!")
    before = failed(eims.url, sent)
    eims.clock.advance(10)

    assert before == {}
    assert failed(eims.url, sent) == {REFUSED: 1005, BLACKLISTED: 1011}
    assert set(sent.values()) == {GOOD, REFUSED, BLACKLISTED}


def test_ids_paired_by_place_blame_the_wrong_numbers(eims: Simulator) -> None:
    """The simulator knows which message went to whom."""
    let_some_fail(eims)

    sent = send_by_place(eims.url, [GOOD, NONE_AT_ALL, REFUSED, BLACKLISTED], "Sale!")
    eims.clock.advance(10)

    assert failed(eims.url, sent) == {NONE_AT_ALL: 1005, REFUSED: 1011}
    assert {one.number: one.state for one in eims.messages.list()} == {GOOD: 0, REFUSED: 1005, BLACKLISTED: 1011}


def test_many_reports_are_asked_for_in_several_calls(eims: Simulator) -> None:
    """The journal shows what was asked: 201 ids in one call would be refused with -7."""
    sent = send(eims.url, [f"138{place:08}" for place in range(1, 251)], "Sale!")

    assert failed(eims.url, sent) == {}
    assert [one.parameters["ids"].count(",") + 1 for one in eims.requests.list(endpoint="getreport")] == [200, 50]
