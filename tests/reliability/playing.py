"""How is a step played against the server and the reference, and what is compared?"""

import json
from collections import Counter
from collections.abc import Callable
from functools import wraps
from hashlib import md5
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from hypothesis.stateful import RuleBasedStateMachine

from tests.reliability.accounting import SECOND, compact, micros
from tests.reliability.reference import Gateway
from tests.reliability.world import World, moment_of, rfc3339

Step = Callable[..., None]


def told(step: Step) -> Step:
    """A step whose failure tells of all the steps before it."""

    @wraps(step)
    def tell(self: "Playing", *given: Any, **named: Any) -> None:
        try:
            step(self, *given, **named)
        except Exception as error:
            self.failed = True
            steps = "\n".join(f"{place:4}. {line}" for place, line in enumerate(self.steps, 1))
            raise AssertionError(f"after these steps\n{steps}\n{type(error).__name__}: {error}") from error

    return tell


class Playing(RuleBasedStateMachine):
    """One sequence: the server and the reference side by side. `steps` tells of what was done."""

    world: ClassVar[World]
    played: ClassVar[Counter[str]]
    """How often what was done, in all sequences."""

    reference: Gateway
    steps: list[str]
    failed = False

    def teardown(self) -> None:
        if not self.failed and hasattr(self, "steps"):
            self.compare()

    def say(self, line: str) -> None:
        """Tell of a step, before it is made."""
        self.steps.append(line if len(line) < 400 else line[:400] + "…")

    def _credentials(self, who: str, way: str) -> dict[str, str]:
        """How a client proves who it is (P1.5): rightly, or in a way that some accounts refuse."""
        account = self.reference.accounts.get(who)
        if account is None:
            return {"account": who, "password": "demo123"}
        password = account.settings["password"]
        if way == "absent":
            return {"account": who}
        if way == "wrong" or account.settings["auth"] == "plain":
            return {"account": who, "password": "wrong" if way == "wrong" else password}
        if account.settings["auth"] == "any" and way == "late":
            return {"account": who, "password": password}
        seconds = self.reference.now // SECOND - (150 if way == "late" else 0)
        seq, time = str(account.last_seq + 1), str(seconds)
        if way == "again" and account.last_pair is not None:
            seq, time = str(account.last_pair[0]), account.last_pair[1]
        if way == "equal" and account.last_pair is not None:
            seq, time = str(account.last_pair[0]), str(seconds - 1)
        if way == "first":
            seq = "1"
        if way == "upper":
            time += "000"
        digest = md5(f"{who}{password}{seq}{time}{account.settings['key']}".encode()).hexdigest()
        return {"account": who, "password": digest.upper() if way == "upper" else digest, "seq": seq, "time": time}

    def _callback(self, path: str, settings: dict[str, Any]) -> dict[str, str]:
        return {"callback_url": f"{self.world.customer.url}/{path}"} if "callback_url" in settings else {}

    def _submit(self, given: dict[str, str], *, post: bool) -> None:
        self._ask("sendsms", given, self.reference.sendsms(given, 10_000 if post else 100), post=post)

    def _ask(self, endpoint: str, given: dict[str, str], expected: str, *, post: bool = False) -> None:
        """A client's request; the answer must be what the reference says, to the byte (P1.2)."""
        query = "" if post else "?" + urlencode(given, quote_via=quote)
        body = json.dumps(given, ensure_ascii=False).encode() if post else None
        self.say(f"{'POST' if post else 'GET'} {endpoint} {json.dumps(given, ensure_ascii=False)}")
        self.played[f"{endpoint} {expected.partition(',')[0][10:].rstrip('}')}"] += 1
        http_status, content_type, answer = self.world.request("POST" if post else "GET", f"/{endpoint}{query}", body)
        self.steps[-1] += f" -> {answer.decode()[:200]}"
        assert (http_status, content_type) == (200, "application/json;charset=utf-8")
        assert answer.decode() == expected, f"the reference says {expected}"

    def _do(self, method: str, path: str, body: object, expected: int) -> Any:
        """A call of the control API, with the HTTP status that it must have; what the JSON says."""
        self.played[f"{method} {path.split('/')[0].split('?')[0]}"] += 1
        self.say(f"{method} {path}" + (f" {json.dumps(body, ensure_ascii=False)}" if body is not None else ""))
        http_status, answer = self.world.control(method, path, body)
        assert http_status == expected, f"{http_status} instead of {expected}: {answer}"
        return answer

    def _set_clock(self, now: int) -> None:
        self._do("PUT", "clock", {"mode": "frozen", "now": rfc3339(now)}, 200)
        before = self.reference.now
        if now >= before:
            self.reference.run(now)
        self.reference.now = now

    def _settle(self) -> None:
        """Let what has begun come to an end, and look at what came of it."""
        http_status, answer = self.world.control("POST", "clock/advance", {"seconds": 0})
        assert http_status == 200, answer
        self._take(self.reference.now)

    def _take(self, since: int, may_repeat: dict[str, int] | None = None) -> int:
        """Judge what the customer got since a moment, and that nothing is missing; how many PUTs that were."""
        came = self.world.customer.look()
        earliest: dict[str, int] = {}
        for put, http_status in came:
            name = put.path.split("/")[2]
            account = self.reference.accounts.get(name)
            assert account is not None, f"a push to {put.path}"
            assert put.path == urlsplit(account.settings["callback_url"]).path, f"a push to {put.path}"
            assert put.content_type == "application/json;charset=utf-8"
            array = json.loads(put.body)["array"]
            self.steps.append(f"  PUT {put.path} {[row[0] for row in array]}: {http_status}")
            assert put.body.decode() == compact({"type": "report", "cnt": len(array), "array": array})
            box = self.reference.outboxes[name]
            span = (earliest.get(name, since), self.reference.now)
            repeat = box.cut if may_repeat is None else may_repeat.get(name, box.cut)
            earliest[name] = box.take(array, http_status, span, may_repeat=repeat)
        self.played["PUT"] += len(came)
        for box in self.reference.outboxes.values():
            box.settled(self.reference.now)
        return len(came)

    def _may_push(self, before: int, now: int) -> bool:
        """Whether a push could be due at a moment: reports gather for 0.2 s at most."""
        boxes = self.reference.outboxes.values()
        return any(
            (box.queue and box.queue[0].due[0] <= now <= box.queue[0].due[1])
            or (not box.queue and box.owed and now <= before + 200_000)
            for box in boxes
        )

    def _list(self, path: str) -> list[dict[str, Any]]:
        http_status, answer = self.world.control("GET", f"{path}?limit=1000")
        assert http_status == 200, answer
        return answer["items"]

    @told
    def compare(self) -> None:
        """Everything that is kept is as the reference has it."""
        self.steps.append("compare all that is kept")
        model = self.reference
        accounts = {
            one["account"]: (micros(one["balance"]), micros(one["gift"]), one["failures"], one["locked"])
            for one in self._list("accounts")
        }
        known = {name: (one.balance, one.gift, one.failures, one.locked) for name, one in model.accounts.items()}
        assert accounts == known, f"money, failures or locks: {accounts} and not {known}"
        kept = [(m["id"], m["account"], m["number"], m["state"], m["final_at"]) for m in self._list("messages")]
        expected = [
            (m.id, m.account, m.number, m.state, None if m.state in (1, 2) else rfc3339(m.final_at or 0))
            for m in list(model.messages.values())[:1000]
        ]
        assert kept == expected, f"the messages: {set(kept) ^ set(expected)}"
        arrived = [(one["id"], one["account"], one["fetched_at"] is not None) for one in self._list("inbound")]
        assert arrived == [(one.id, one.account, one.fetched) for one in model.inbound][:1000], "the inbound messages"
        applied = [(one["id"], one["applied"]) for one in self._list("rules")]
        assert applied == [(one.id, one.applied) for one in model.rules], "the rules"
        self._compare_pushes()

    def _compare_pushes(self) -> None:
        """Those that were tried are known; the others wait behind them."""
        model = self.reference
        batches = [batch for box in model.outboxes.values() for batch in (*box.queue, *box.done)]
        tried = sorted(([row[0] for row in batch.rows], batch.state) for batch in batches)
        pushes = self._list("pushes")
        listed = sorted((push["reports"], push["state"]) for push in pushes if push["state"] != "queued")
        assert listed == tried[:1000], f"the pushes: {listed} and not {tried}"
        by_first = {batch.rows[0][0]: batch for batch in batches}
        for push in pushes:
            if push["state"] != "queued":
                by_first[push["reports"][0]].check_attempts([moment_of(one["at"]) for one in push["attempts"]])
        owed = {id for box in model.outboxes.values() for _, id, _ in box.owed}
        assert {id for push in pushes if push["state"] == "queued" for id in push["reports"]} <= owed
