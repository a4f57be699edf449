"""Does the server do what the reference does, whatever is asked, done, advanced, killed and started again?

Hypothesis plays sequences of everything that clients and operators can do against a server in a process of its own and,
step by step, against `reference.py`. Answers must be the same to the byte, and so must money, messages, inbound and
rules. What the customer's callback gets is judged by `reports.py`. `test_model.py` plays 200 sequences in the tests;

    python -m tests.reliability.model --sequences 20000 [--seed N]

plays as many as you like. It prints its figures, and of a sequence that fails the shortest form as a list of steps.
"""

import argparse
import copy
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, integers, lists, sampled_from

from tests.reliability.accounting import SECOND, micros, wire
from tests.reliability.draws import CHANGES, CONTENTS, MADE, MORE, NAMES, NUMBERS, ODD_IDS, RULES, SCENES, SECONDS, WAYS
from tests.reliability.playing import Playing, told
from tests.reliability.reference import Gateway
from tests.reliability.world import START, World, moment_of, rfc3339

STEPS = 12
"""The most steps of a sequence, beside those of its scene."""

LUCK = 60
"""So many of a hundred servers live for a whole sequence: to be killed costs a hundred requests."""

WELL = rule(
    who=sampled_from(("demo", "rich", "rich", "wary", "signed", "new")),
    numbers=lists(sampled_from(NUMBERS[:7]), min_size=1, max_size=3),
    post=booleans(),
)
SPAN = rule(seconds=sampled_from(SECONDS))
"""What is to be drawn more often than the rest is a rule several times. None has a precondition: Hypothesis wants the
same ones to hold each time, and whether a submit that was killed is kept is a matter of microseconds."""


class Model(Playing):
    """Everything that can be done, one rule each."""

    saved: tuple[bytes, Gateway] | None = None
    made = 0
    """Steps made so far."""

    @initialize(
        scenes=lists(sampled_from(SCENES), max_size=2, unique=True),
        saved=booleans(),
        kill=sampled_from(("idle", "a submit", "an advance")),
        luck=integers(1, 100),
        after=sampled_from((0, 0, 0, 1, 2, 4)),
        size=integers(1, 60),
    )
    @told
    def begin(self, scenes: list[str], kill: str, luck: int, after: int, size: int, *, saved: bool) -> None:
        """A server out of luck is killed after so many steps: idle, or in a submit or an advance of that size."""
        self.steps = []
        self.fate = kill if luck > LUCK else None, after, size
        self.world.begin_anew()
        self.reference = self.world.reference()
        for scene in scenes:
            self.say(f"The scene: {scene}")
            getattr(self, f"_{scene.replace(' ', '_')}")()
        if saved:
            self.export()

    def teardown(self) -> None:
        """What was exported is put in once more before all is compared."""
        if self.saved is not None and not self.failed:
            self.restore()
            self.advances(0.1)
        super().teardown()

    # Scenes: steps that are made before the others.

    def _under_way(self) -> None:
        self.submits("demo", ["13800000001", "13800009002"], post=False)
        self.submits("rich", ["13800001005", "13700000007", "13800001023"], post=True)
        self.advances(0.5)

    def _ended(self) -> None:
        self._under_way()
        self.advances(3)

    def _gathering(self) -> None:
        self.submits("rich", ["13800000001", "13900000017"], post=True)
        self.force(0, 1002)

    def _retrying(self) -> None:
        self.fail_callbacks(500, 2)
        self.submits("demo", ["13800000001"], post=True)
        self.advances(1.5)
        self.submits("demo", ["13800001023"], post=True)

    def _parked(self) -> None:
        self.fail_callbacks(404, 4)
        self.submits("rich", ["13800001005"], post=True)
        self.advances(10)
        self.submits("rich", ["13900000017"], post=True)
        self.advances(1.5)

    def _asked_again(self) -> None:
        self._parked()
        self.retry_push(0)

    def _ruled(self) -> None:
        self.add_rule({"outcome": 1006, "times": 4, "sending_seconds": 0.5}, None)
        self.add_rule({"number": {"suffix": "7"}, "outcome": 1003}, "rich")
        self.submits("rich", ["13900000017", "13800000001"], post=True)
        self.submits("demo", ["13700000007"], post=False)

    def _texted(self) -> None:
        self.inbound("123456", None, 2, None)
        self.getsms("demo", "right", None)
        self.inbound("123456", None, 52, -3)

    def _suspected(self) -> None:
        self.getbalance("wary", "wrong")
        self.submits("wary", ["13800001005"], post=True)
        self.getreport("wary", "wrong", [0], [], 0)
        self.submits("signed", ["13800000001", "13800001005"], post=True)

    def _removed(self) -> None:
        self._ended()
        self.force(0, 1002)
        self.submits("demo", ["13800000001"], post=True)
        self.force(0, 0)
        self.begin_anew("messages", "demo")

    def _forgotten(self) -> None:
        self._ended()
        self.advances(10)
        self.begin_anew("messages", "demo")
        self.say("kill -9, and start again")
        self._restart(self.reference.now)
        self.submits("demo", ["13800000001"], post=True)

    def _signed_twice(self) -> None:
        self.getbalance("signed", "right")
        self.getbalance("signed", "equal")

    # Clients.

    @rule(
        who=sampled_from(NAMES),
        way=sampled_from(WAYS),
        numbers=lists(sampled_from(NUMBERS), max_size=4),
        content=sampled_from(CONTENTS),
        more=sampled_from(MORE),
        post=booleans(),
    )
    @told
    def sendsms(
        self, who: str, way: str, numbers: list[str], content: str, more: dict[str, str], *, post: bool
    ) -> None:
        given = self._credentials(who, way) | {"numbers": ",".join(numbers), "content": content} | more
        if given.get("sendtime", "")[:1] in ("+", "-"):
            given["sendtime"] = str(wire(self.reference.now + int(given["sendtime"]) * SECOND))
        self._submit(given, post=post)

    @told
    def submits(self, who: str, numbers: list[str], *, post: bool) -> None:
        self._submit(self._credentials(who, "right") | {"numbers": ",".join(numbers), "content": "Hello"}, post=post)

    submit_well = WELL(submits)
    submit_again = WELL(submits)
    submit_more = WELL(submits)
    submit_and_submit = WELL(submits)

    @rule(who=sampled_from(("rich", "demo")), count=sampled_from((51, 101)), post=booleans())
    @told
    def sendsms_to_many(self, who: str, count: int, *, post: bool) -> None:
        numbers = ",".join(str(13_911_100_001 + place) for place in range(count))
        self._submit(self._credentials(who, "right") | {"numbers": numbers, "content": "Hello"}, post=post)

    @rule(who=sampled_from(NAMES), way=sampled_from(WAYS))
    @told
    def getbalance(self, who: str, way: str) -> None:
        given = self._credentials(who, way)
        self._ask("getbalance", given, self.reference.getbalance(given))

    @rule(
        who=sampled_from(NAMES),
        way=sampled_from(WAYS),
        known=lists(integers(1, 12), max_size=8),
        odd=lists(sampled_from(ODD_IDS), max_size=2),
        many=sampled_from((0,) * 12 + (200, 201)),
    )
    @told
    def getreport(self, who: str, way: str, known: list[int], odd: list[str], many: int) -> None:
        """Of known ids every second one counts from the newest."""
        newest = self.reference.next["messages"]
        ids = [str(id if place % 2 else newest - id) for place, id in enumerate(known)] + odd
        if many:
            ids = [str(id) for id in range(1, many + 1)]
        given = self._credentials(who, way) | {"ids": ",".join(ids)}
        self._ask("getreport", given, self.reference.getreport(given))

    @rule(
        who=sampled_from(("demo", "signed", *NAMES)),
        way=sampled_from(WAYS),
        start_time=sampled_from((None,) * 6 + ("0", "x", 0, -5, 5)),
    )
    @told
    def getsms(self, who: str, way: str, start_time: str | int | None) -> None:
        given = self._credentials(who, way)
        if start_time is not None:
            relative = isinstance(start_time, int)
            given["start_time"] = str(self.reference.now // SECOND + int(start_time)) if relative else str(start_time)
        self._ask("getsms", given, self.reference.getsms(given))

    # Operators.

    @rule(made=sampled_from(MADE))
    @told
    def make_account(self, made: dict[str, Any]) -> None:
        settings = {"account": "new"} | made | self._callback("new", made)
        exists = "new" in self.reference.accounts
        self._do("POST", "accounts", settings, 409 if exists else 201)
        if not exists:
            self.reference.add_account(settings)

    @rule(who=sampled_from(NAMES), change=sampled_from(CHANGES))
    @told
    def change_account(self, who: str, change: dict[str, Any]) -> None:
        account = self.reference.accounts.get(who)
        if account is not None and "callback_url" in change and not account.settings["callback_url"]:
            change = {"price": "0.03"}
        change = change | self._callback(f"{who}/moved", change)
        self._do("PATCH", f"accounts/{who}", change, 404 if account is None else 200)
        if account is not None:
            self.reference.change_account(who, change)

    @rule(who=sampled_from(NAMES), more=sampled_from(({"balance": "1"}, {"gift": "0.00001", "balance": "0.05"})))
    @told
    def top_up(self, who: str, more: dict[str, str]) -> None:
        account = self.reference.accounts.get(who)
        self._do("POST", f"accounts/{who}/topup", more, 404 if account is None else 200)
        if account is not None:
            account.balance += micros(more["balance"])
            account.gift += micros(more.get("gift", "0"))

    @rule(what=sampled_from(("account", "account", "messages", "remove", "everything")), who=sampled_from(NAMES[1:]))
    @told
    def begin_anew(self, what: str, who: str) -> None:
        """A reset, of everything or of an account; or only its messages, or the account itself, are gone."""
        model = self.reference
        known = 204 if who in model.accounts else 404
        if what == "everything":
            self._do("POST", "reset", None, 204)
            model.reset()
            self.world.customer.begin_anew()
        elif what == "messages":
            self._do("DELETE", "messages", None, 204)
            model.delete_final()
        elif what == "account":
            self._do("POST", "reset", {"account": who}, known)
            if known == 204:
                model.reset_account(who)
        else:
            self._do("DELETE", f"accounts/{who}", None, known)
            if known == 204:
                model.remove_account(who)

    @rule(settings=sampled_from(RULES), who=sampled_from((None, None, "demo", "rich")))
    @told
    def add_rule(self, settings: dict[str, Any], who: str | None) -> None:
        settings = settings if who is None else settings | {"account": who}
        answer = self._do("POST", "rules", settings, 201)
        assert answer["id"] == self.reference.add_rule(settings)

    @rule(pick=integers(0, 5), deed=sampled_from(("delete", "off", "on")))
    @told
    def change_rule(self, pick: int, deed: str) -> None:
        rules = self.reference.rules
        if not rules:
            return
        chosen = rules[pick % len(rules)]
        if deed == "delete":
            self._do("DELETE", f"rules/{chosen.id}", None, 204)
            rules.remove(chosen)
        else:
            self._do("PATCH", f"rules/{chosen.id}", {"enabled": deed == "on"}, 200)
            chosen.enabled = deed == "on"

    @rule(pick=integers(0, 30), code=sampled_from((0, 1006, 1002)))
    @told
    def force(self, pick: int, code: int) -> None:
        ids = list(self.reference.messages)
        if not ids:
            return
        id = ids[-1 - pick % len(ids)]
        self._do("PATCH", f"messages/{id}", {"state": code}, 200 if self.reference.force(id, code) else 409)

    @rule(
        to=sampled_from(("123456", "123456", "555", "99")),
        who=sampled_from((None, None, "demo", "rich")),
        count=sampled_from((1, 1, 2, 52)),
        at=sampled_from((None, None, -3, 2)),
    )
    @told
    def inbound(self, to: str, who: str | None, count: int, at: int | None) -> None:
        model = self.reference
        account = who or model.owner(to)
        moment = model.now if at is None else model.now + at * SECOND
        texts = [f"text {model.next['inbound'] + place} 退订" for place in range(count)]
        arriving: list[dict[str, Any]] = [{"from": "10010", "to": to, "content": text} for text in texts]
        for one in arriving:
            one |= ({"account": who} if who else {}) | ({"received_at": rfc3339(moment)} if at is not None else {})
        known = account in model.accounts
        answer = self._do("POST", "inbound", arriving if count > 1 else arriving[0], 201 if known else 422)
        if account is not None and known:
            ids = [model.arrive(account, "10010", to, text, moment) for text in texts]
            assert ids == [one["id"] for one in (answer if count > 1 else [answer])]

    @rule()
    @told
    def export(self) -> None:
        """Keep the state of now, to go back to it later."""
        self.say("GET state?secrets=true, to be put in again later")
        _, _, document = self.world.request("GET", "/_sim/state?secrets=true")
        self.saved = document, copy.deepcopy(self.reference)

    @rule()
    @told
    def restore(self) -> None:
        if self.saved is None:
            return
        document, reference = self.saved
        self.say(f"PUT state, as it was at {rfc3339(reference.now)}")
        http_status, answer = self.world.control("PUT", "state", document)
        assert http_status == 204, answer
        self.reference = copy.deepcopy(reference)
        self.reference.forget_memory()
        self._settle()

    # Time, and the customer's server.

    @told
    def advances(self, seconds: float) -> None:
        answer = self._do("POST", "clock/advance", {"seconds": seconds}, 200)
        before = self.reference.now
        made = self.reference.run(before + round(seconds * SECOND))
        came = self._take(before)
        assert answer == {"now": rfc3339(self.reference.now), "transitions": made, "pushes": came}

    advance = SPAN(advances)
    advance_more = SPAN(advances)
    advance_on = SPAN(advances)

    @rule()
    @told
    def advance_to_next(self) -> None:
        answer = self._do("POST", "clock/advance", {"to": "next"}, 200)
        before, due = self.reference.now, self.reference.next_due()
        now = moment_of(answer["now"])
        if due is None or now < due:
            assert now == before or self._may_push(before, now), f"nothing is due at {answer['now']}"
        assert due is None or now <= due, f"{rfc3339(due)} was due first"
        assert answer["transitions"] == self.reference.run(now)
        self._take(before)

    @rule(seconds=sampled_from((-1, -100, 1, 50)))
    @told
    def set_clock(self, seconds: int) -> None:
        """A step back while reports wait is left out: which of them became final first is then a matter of taste."""
        if any(box.owed or box.queue for box in self.reference.outboxes.values()):
            return
        self._set_clock(self.reference.now + seconds * SECOND)
        self._settle()

    @rule(http_status=sampled_from((500, 301, 404)), times=integers(1, 4))
    @told
    def fail_callbacks(self, http_status: int, times: int) -> None:
        self.say(f"the callback answers {http_status} to the next {times} PUTs")
        self.world.customer.answer(http_status, times)

    @rule(pick=integers(0, 20))
    @told
    def retry_push(self, pick: int) -> None:
        """One that was tried before, by its place in the list."""
        known = {
            batch.rows[0][0]: (box, batch)
            for box in self.reference.outboxes.values()
            for batch in (*box.queue, *box.done)
        }
        if not known:
            return
        listed = [push for push in self._list("pushes") if push["reports"][0] in known]
        push = listed[pick % len(listed)]
        box, batch = known[push["reports"][0]]
        answer = self._do("POST", f"pushes/{push['id']}/retry", None, 202)
        assert answer == {"id": push["id"], "state": "retrying"}
        box.retry(batch, self.reference.now)
        self._settle()

    @rule(who=sampled_from((None, "demo", "rich", "nobody")))
    @told
    def retry_parked(self, who: str | None) -> None:
        boxes = {name: box for name, box in self.reference.outboxes.items() if who in (None, name)}
        body = {} if who is None else {"account": who}
        answer = self._do("POST", "pushes/parked/retry", body, 202 if who is None or boxes else 404)
        retried = sum([box.retry_parked(self.reference.now) for box in boxes.values()])
        assert who is not None or answer == {"retried": retried}
        self._settle()

    # Ends.

    @rule()
    @told
    def reload(self) -> None:
        self._do("POST", "reload", None, 200)
        self.reference.follow_file()

    @invariant()
    @told
    def killed(self) -> None:
        """kill -9, while the server has nothing to do or in the middle of something, and another start."""
        self.made += 1
        kill, after, size = self.fate
        if kill is None or self.made != after + 1:
            return
        model = self.reference
        healthy = self.world.customer.healthy and not any(box.queue for box in model.outboxes.values())
        as_in_file = all(
            name in model.accounts and model.accounts[name].settings == settings
            for name, settings in model.file.items()
        )
        if kill == "a submit" and "demo" in model.accounts:
            self._kill_in_a_submit(size)
        elif kill == "an advance" and healthy and as_in_file:
            self._kill_in_an_advance(size / 10)
        else:
            self.say("kill -9, and start again")
            self._restart(model.now)
        self._submit(self._credentials("rich", "right") | {"numbers": "13800000005", "content": "Back"}, post=True)
        self.compare()

    def _kill_in_a_submit(self, count: int) -> None:
        numbers = ",".join(str(13_600_000_001 + place) for place in range(count))
        given = self._credentials("demo", "right") | {"numbers": numbers, "content": "Hello"}
        self.say(f"POST sendsms {given}, and kill -9 before the answer")
        self.world.send("POST", "/sendsms", json.dumps(given).encode())
        now, expected = self.reference.now, self.reference.next["messages"]
        self.world.kill()
        self.world.start()
        newest = self.world.control("GET", "messages?order=desc&limit=1")[1]["next"] or 0
        if newest >= expected:  # it was stored, and then all of it
            self.reference.sendsms(given, 10_000)
        self.reference.restart()
        self._settle()
        self._set_clock(now)
        self._settle()

    def _kill_in_an_advance(self, seconds: float) -> None:
        self.say(f"POST clock/advance by {seconds} s, and kill -9 before the answer")
        target = self.reference.now + round(seconds * SECOND)
        cut = {name: box.cut for name, box in self.reference.outboxes.items()}
        self.world.send("POST", "/_sim/clock/advance", json.dumps({"seconds": seconds}).encode())
        self._restart(target, cut)

    def _restart(self, target: int, may_repeat: dict[str, int] | None = None) -> None:
        """Kill, start, and set the clock to a moment; what the server had begun by then may come twice."""
        self.world.kill()
        self.world.start()
        self.reference.restart()
        if may_repeat is None:
            self._settle()
            self._set_clock(target)
        else:
            self.reference.run(target)
            self.world.control("POST", "clock/advance", {"seconds": 0})
            self.world.control("PUT", "clock", {"mode": "frozen", "now": rfc3339(target)})
            self.world.control("POST", "clock/advance", {"seconds": 0})
            self._take(START, may_repeat)
        self._settle()


def play(world: World, sequences: int, chance: int | None) -> Counter[str]:
    """Play that many sequences; `chance` chooses them, None always the same ones. What was done how often.

    Raises AssertionError with the steps of the shortest sequence that fails.
    """

    class Machine(Model):
        pass

    Machine.world, Machine.played = world, Counter()
    machine = Machine if chance is None else seed(chance)(Machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=STEPS,
            derandomize=chance is None,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        ),
    )
    return Machine.played


def main(sequences: int, chance: int) -> int:
    """Play and print; the exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
        try:
            played = play(world, sequences, chance)
        except Exception as error:  # noqa: BLE001  what Hypothesis makes of a failure has several types
            print(*_leaves(error), *getattr(error, "__notes__", ()), f"Again: --seed {chance}", sep="\n")
            return 1
    for what, count in sorted(played.items()):
        print(f"{count:9,} {what}")
    took = f"{time.monotonic() - began:,.0f} s, {sum(os.times()[:4]):,.0f} s of CPU"
    print(
        f"{sequences:,} sequences (seed {chance}), {world.kills:,} kills, {took}: the server does what the model does"
    )
    return 0


def _leaves(error: BaseException) -> list[BaseException]:
    """What happened: where it did not happen again, Hypothesis tells of both times."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for one in error.exceptions for leaf in _leaves(one)]
    return [error]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="another number: other sequences")
    asked = parser.parse_args()
    sys.exit(main(asked.sequences, asked.seed))
