"""The second half of the tour: what becomes of messages, what phones send, pushes, faults and explanations."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Final

from ...client.access import segment
from ...client.receiver import CallbackServer, Put
from ...domain.arising import AT_ONCE, NUMBER
from ...engine.clock import real_seconds
from ...errors import RefusedError
from ...protocol.codes import EXPLAINED, SENDING, UNSENT, ReportCode
from ...protocol.curl import Shell, in_a_row
from ...protocol.signature import sign
from .guide import Guide, ids_of
from .shapes import push_faults
from .world import CODED, ENDS, KEY, NO_CODE, PASSWORD, STAYING, WAIT_SECONDS, World

RULED_NUMBER: Final = "13800138009"
UNSURE_NUMBER: Final = "13800138010"

TIME: Final = "1767240000"
"""Any moment: the tour's accounts do not ask for the present one."""

LOOK_SECONDS: Final = 0.5
"""How often the server is asked about its attempts while none arrives."""

BOTH_STEPS: Final = {"seconds": 2}
"""Longer than a message takes when nothing is set."""


def ends(guide: Guide, world: World, first: int) -> None:
    """getreport: the states of a message, every report code, and a rule."""
    guide.chapter(
        "4. How a message ends",
        "getreport tells for each id the number, when it was sent, and its state: 1 not sent yet, 2 being sent, 0 "
        "sent; any other is a report code and means that it failed.",
    )
    _life(guide, world, first)
    _codes(guide, world)
    _rule(guide, world)


def inbound(guide: Guide, world: World) -> None:
    """getsms: a phone writes, the account fetches."""
    guide.chapter(
        "5. What phones send",
        "What a phone sends to a number of the account waits there until getsms fetches it: id, sender, receiving "
        "number, time, and the text in base64. What was fetched once does not come again.",
    )
    body = {"from": NUMBER, "to": world.inbound_number, "content": "STOP 退订"}
    guide.control("POST", "inbound", body, "the control API plays the phone")
    fetched = guide.ask("getsms", world.account(), 0, expected={"cnt": 1})
    for row in fetched.get("array", []):
        text = b64decode(row[4]).decode(errors="replace")
        guide.explain(f'decoded: "{text}"')
        if text != body["content"]:
            guide.complain("the content is not what the phone sent")
    guide.ask("getsms", world.account(), 0, "nothing new", expected={"cnt": 0})


def push(guide: Guide, world: World, receiver: CallbackServer) -> None:
    """The PUT of reports to the customer's URL (P8)."""
    guide.chapter(
        "6. Reports that come by themselves",
        "An account with a callback URL need not ask: the gateway PUTs the reports there, up to 50 at once, and again "
        "until it is answered with 2xx. The tour listens and answers 200.",
    )
    path = f"accounts/{segment(world.name)}"
    try:
        guide.control("PATCH", path, {"callback_url": receiver.url})
    except RefusedError as error:
        guide.skip(f"this server refuses the URL: {error.detail}")
        return
    numbers = f"{NUMBER},{min(CODED)}"
    guide.ask("sendsms", world.account() | {"numbers": numbers, "content": "Hello"}, 0, expected={"success": 2})
    if world.own:
        guide.control("POST", "clock/advance", BOTH_STEPS)
    elif world.client.control("GET", "clock")["mode"] == "frozen":
        guide.skip("this server's clock stands still, so its reports wait; it is not the tour's to move")
        return
    taken, failed = _wait_for_push(world, receiver)
    if taken is None and world.own:
        guide.complain("no push came")
    elif taken is None:
        guide.skip(failed or "this server made no push within the time")
    else:
        head = (f"{taken.method} {taken.path}", f"Content-Type: {taken.content_type}")
        told = "id, number, when it was sent, result, and its text, which the document misspells"
        guide.received(head, taken.body.decode(errors="replace"), told)
        guide.complain(*push_faults(taken.body))


def faults(guide: Guide, world: World) -> None:
    """A status on purpose, and a submit whose answer is lost."""
    guide.chapter(
        "7. Faults",
        "What a real gateway does once a year happens here when you ask for it: any status, HTTP errors, delays, "
        "spoiled answers, cut connections, lost and doubled reports.",
    )
    of = {"endpoint": "sendsms", "account": world.name}
    submit = world.account() | {"numbers": UNSURE_NUMBER, "content": "Once?"}
    guide.control("POST", "faults", of | {"status": -12, "times": 1})
    guide.ask("sendsms", submit, -12, "once, as the fault says; nothing was stored")
    cut = of | {"connection": "close", "after": True, "times": 1}
    guide.control("POST", "faults", cut, "accepted, then cut: the worst that can happen")
    guide.ask_in_vain("sendsms", submit)
    stored = guide.control("GET", f"messages?account={world.name}&number={UNSURE_NUMBER}", None)
    if stored["total"] == 1:
        guide.explain("it is stored all the same: a client that now sends again has sent it twice")
    else:
        guide.complain(f"{stored['total']} messages are stored, expected was 1")


def diagnosis(guide: Guide, world: World) -> None:
    """A wrong digest, explained; a misspelt parameter; the right digest."""
    guide.chapter(
        "8. What did I do wrong?",
        "The lines after each refusal came in headers beside the answer, X-EIMS-Sim-Reason and X-EIMS-Sim-Note: the "
        "body is the gateway's alone. They know the mistakes that clients make. An account with md5 takes "
        "md5(account + password + seq + time + key) instead of its password:",
    )
    named = world.account("md5")
    name = named["account"]
    swapped = sign(name, PASSWORD, TIME, "1", KEY)
    guide.ask("getbalance", named | {"password": swapped, "seq": "1", "time": TIME}, -1)
    if world.own and "swapped" not in (guide.steps[-1].reason or ""):
        guide.complain("the reason does not name the mistake")
    right = sign(name, PASSWORD, "1", TIME, KEY)
    guide.ask(
        "getbalance", named | {"password": right, "seq": "1", "time": TIME}, 0, "with seq before time it is right"
    )
    guide.ask("sendsms", world.account() | {"number": NUMBER, "content": "Hello"}, -8)


def _life(guide: Guide, world: World, first: int) -> None:
    asked = world.account() | {"ids": str(first)}
    if world.own:
        guide.ask("getreport", asked, 0, "state 1: not sent yet, so there is no time", expected={"unsent": 1})
        step = {"to": "next"}
        guide.control("POST", "clock/advance", step, "this server's clock stands still until it is told to go on")
        guide.ask("getreport", asked, 0, "state 2: being sent, and since when", expected={"sending": 1})
        guide.control("POST", "clock/advance", step)
    else:
        world.wait({NUMBER: ReportCode.SUCCESS})
    guide.ask("getreport", asked, 0, "state 0: sent", expected={"success": 1})


def _codes(guide: Guide, world: World) -> None:
    """A message for each report code, and one for each state that is not final."""
    coded = in_a_row([int(number) for number in CODED])
    numbers = Shell(",".join([coded.expression, *STAYING]), ",".join([coded.value, *STAYING]))
    how = (
        "magic numbers: for tests, without any rule"
        if world.own
        else "rules that the tour made decide how each ends; without any, such numbers are magic and end so, too"
    )
    submitted = guide.ask("sendsms", {**world.account(), "numbers": numbers, "content": "Hello"}, 0, how)
    if world.own:
        guide.control("POST", "clock/advance", BOTH_STEPS)
    else:
        world.wait(ENDS)
    ids = in_a_row(ids_of(submitted))
    counts = {"success": 1, "fail": len(CODED) - 1, "unsent": 1, "sending": 1, "nofound": 0}
    reported = guide.ask("getreport", {**world.account(), "ids": ids}, 0, expected=counts)
    states = {number: state for _, number, _, state in reported.get("array", [])}
    if states:
        guide.tell.rows(("number", "state", "in a push", "meaning"), [_row(*one) for one in states.items()])
    guide.ended(states.values())
    guide.complain(*_wrong_ends(states))


def _row(number: str, state: int) -> tuple[str, str, str, str]:
    if state in (UNSENT, SENDING):
        return number, str(state), "", "not sent yet, for ever" if state == UNSENT else "being sent, for ever"
    try:
        code = ReportCode(state)  # type: ignore[call-arg]
    except ValueError:
        return number, str(state), "", "no code of the protocol"
    return number, str(state), code.meaning, EXPLAINED[code] + (f" (there is no {NO_CODE})" if not state else "")


def _wrong_ends(states: Mapping[str, int]) -> list[str]:
    return [
        f"{number} is in state {states.get(number)}, expected was {state}"
        for number, state in ENDS.items()
        if number != NUMBER and states.get(number) != state
    ]


def _rule(guide: Guide, world: World) -> None:
    guide.tell.prose("Rules do the same for numbers, contents and senders of your choice:", gap=True)
    rule = {"account": world.name, "content": {"contains": "promo"}, "outcome": int(ReportCode.SENSITIVE_WORDS)}
    guide.control("POST", "rules", rule | AT_ONCE)
    submit = world.account() | {"numbers": RULED_NUMBER, "content": "promo"}
    submitted = guide.ask("sendsms", submit, 0, expected={"success": 1})
    world.wait({RULED_NUMBER: ReportCode.SENSITIVE_WORDS})
    (id,) = ids_of(submitted)
    found = guide.ask("getreport", world.account() | {"ids": str(id)}, 0, expected={"fail": 1})
    guide.ended(row[3] for row in found.get("array", []))


def _wait_for_push(world: World, receiver: CallbackServer) -> tuple[Put | None, str | None]:
    """The push, or what the server says of an attempt that failed; neither when there was none in time."""
    began = real_seconds()
    while real_seconds() - began < WAIT_SECONDS:
        if receiver.wait(lambda: bool(receiver.puts), LOOK_SECONDS):
            return receiver.puts[0], None
        for push in world.client.control("GET", "pushes", query={"account": world.name})["items"]:
            if push["state"] in ("retrying", "parked"):
                return None, f"this server did not reach the tour: {push['attempts'][-1]['verdict']}"
    return None, None
