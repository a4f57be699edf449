"""What does a gateway do? The protocol and the contract once more, in plain Python without I/O.

The server is held against it. Written from the protocol and the contract alone: it imports nothing of eims_sim, else it
would prove nothing. `books.py` has what it knows; `reports.py` judges the pushes.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from tests.reliability.accounting import (
    SECOND,
    SENDING,
    SETTINGS,
    UNSENT,
    Account,
    Inbound,
    Message,
    Rule,
    Submit,
    compact,
    micros,
    read_time,
    wire,
)
from tests.reliability.reports import Outbox

REFUSED = {
    "getbalance": '{"status":%d}',
    "sendsms": '{"status":%d,"success":0,"fail":%d,"array":[]}',
    "getreport": '{"status":%d,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":0,"array":[]}',
    "getsms": '{"status":%d,"cnt":0,"array":[]}',
}
"""P3.1, P4.2, P5.2, P6.2."""

MAGIC = {str(code): code for code in (*range(1001, 1015), *range(1016, 1024))} | {
    "9001": UNSENT,
    "9002": SENDING,
}  # P9.3


class Gateway:
    """The reference. `file` lists the accounts of the configuration, `start` is where its frozen clock begins."""

    def __init__(self, file: list[dict[str, Any]], start: int, sensitive: str, unsent: int, sending: int) -> None:
        self.file = {one["account"]: SETTINGS | one for one in file}
        self.start, self.sensitive, self.delays = start, sensitive, (unsent, sending)
        self.reset()

    def reset(self) -> None:
        """C4: as a fresh start."""
        self.now = self.start
        self.accounts: dict[str, Account] = {}
        self.outboxes: dict[str, Outbox] = {}
        self.rules: list[Rule] = []
        self.submits: dict[int, Submit] = {}
        self.messages: dict[int, Message] = {}
        self.inbound: list[Inbound] = []
        self.next = dict.fromkeys(("messages", "inbound", "rules"), 1)
        self.follow_file()

    def follow_file(self) -> None:
        """C3: at a start and a reload the file's settings replace those that are kept, balances stay."""
        for name, settings in self.file.items():
            if name in self.accounts:
                self.accounts[name].settings = dict(settings)
            else:
                self.add_account(settings)

    def restart(self) -> None:
        """What is in memory only is gone, and the clock begins as the file says: what is due by then happens."""
        self.forget_memory()
        self.follow_file()
        self.run(self.start)

    def forget_memory(self) -> None:
        for account in self.accounts.values():
            account.forget_pairs()
        for outbox in self.outboxes.values():
            outbox.queue.sort(key=lambda batch: batch.serial)

    # What an operator does (C4).

    def add_account(self, settings: Mapping[str, Any]) -> None:
        complete = SETTINGS | dict(settings)
        name = complete["account"]
        self.accounts[name] = Account(complete, micros(complete["balance"]), micros(complete["gift"]))
        self.outboxes[name] = Outbox()

    def change_account(self, name: str, change: Mapping[str, Any]) -> None:
        account = self.accounts[name]
        money = {key: micros(change[key]) for key in ("balance", "gift") if key in change}
        account.balance, account.gift = money.get("balance", account.balance), money.get("gift", account.gift)
        account.settings |= {key: value for key, value in change.items() if key not in money}
        if change.get("locked") is False:
            account.failures = 0  # P2, order 3: unlocking clears the count

    def remove_account(self, name: str) -> None:
        del self.accounts[name]
        self._empty(name)
        del self.outboxes[name]

    def reset_account(self, name: str) -> None:
        settings = self.file.get(name, self.accounts[name].settings)
        self._empty(name)
        self.add_account(settings)
        self.rules = [rule for rule in self.rules if rule.settings.get("account") != name]

    def _empty(self, name: str) -> None:
        self.messages = {id: one for id, one in self.messages.items() if one.account != name}
        self.inbound = [one for one in self.inbound if one.account != name]

    def add_rule(self, settings: dict[str, Any]) -> int:
        self.rules.append(Rule(self._take("rules"), settings))
        return self.rules[-1].id

    def owner(self, number: str) -> str | None:
        return next((name for name, one in self.accounts.items() if number in one.settings["numbers"]), None)

    def arrive(self, account: str, sender: str, to: str, content: str, received_at: int) -> int:
        self.inbound.append(Inbound(self._take("inbound"), account, sender, to, content, received_at))
        return self.inbound[-1].id

    def force(self, id: int, code: int) -> bool:
        """Make a message final now; False when it is (C4, P5.2)."""
        message = self.messages[id]
        if message.state not in (UNSENT, SENDING):
            return False
        message.sending_at = self.now if message.state == UNSENT else message.sending_at
        message.outcome, message.final_at = code, self.now
        self._end(message)
        return True

    def delete_final(self) -> None:
        self.messages = {id: one for id, one in self.messages.items() if one.state in (UNSENT, SENDING)}
        self.outboxes = {name: Outbox() for name in self.outboxes}

    def _take(self, kind: str, count: int = 1) -> int:
        first = self.next[kind]
        self.next[kind] += count
        return first

    # What time does (P9).

    def next_due(self) -> int | None:
        return min((one.due for one in self.messages.values() if one.due is not None), default=None)

    def run(self, to: int) -> int:
        """Go to a moment and make every transition on the way; how many those were. Back makes none."""
        self.now = to
        made = 0
        while (due := self.next_due()) is not None and due <= to:
            for message in [one for one in self.messages.values() if one.due == due]:
                made += 1
                if message.state == UNSENT:
                    message.state = SENDING
                else:
                    self._end(message)
        return made

    def _end(self, message: Message) -> None:
        message.state = message.outcome
        account = self.accounts[message.account]
        if message.state and account.settings["refund_failed"]:  # P4.3: to what paid it, balance first
            submit = self.submits[message.submit]
            to_balance = min(submit.price, max(0, submit.paid_balance - submit.refunded))
            submit.refunded += submit.price
            account.balance += to_balance
            account.gift += submit.price - to_balance
        if account.settings["callback_url"]:
            assert message.sending_at is not None
            assert message.final_at is not None
            row = (message.id, message.number, wire(message.sending_at), message.state)
            self.outboxes[message.account].owe(message.final_at, row)

    # What a client asks (P1 to P6).

    def _enter(self, given: Mapping[str, str]) -> int:
        """P2, orders 1 to 3, but for -13: 0 or the status."""
        account = self.accounts.get(given.get("account", ""))
        if account is None:
            return -1
        right = self._is_right(account, given)
        if account.settings["lock_after_failures"] and not account.locked:
            account.failures = 0 if right else account.failures + 1
        if not right:
            return -1
        return -2 if account.settings["allowed_ips"] else 0  # nobody here calls from 10.0.0.0/8

    def _is_right(self, account: Account, given: Mapping[str, str]) -> bool:
        """P1.5, P1.6."""
        settings, password = account.settings, given.get("password", "")
        if settings["auth"] != "md5" and password == settings["password"]:
            return True
        seq, time = given.get("seq", ""), given.get("time", "")
        if settings["auth"] == "plain" or not re.fullmatch("[0-9]{1,18}", seq) or int(seq) < 1:
            return False
        text = f"{settings['account']}{settings['password']}{seq}{time}{settings['key']}"
        if not re.fullmatch("[0-9]{10}|[0-9]{13}", time) or password.lower() != md5(text.encode()).hexdigest():
            return False
        pair = (int(seq), time)
        if settings["seq_policy"] == "unique" and pair in account.used:
            return False
        if (
            settings["seq_policy"] == "increasing"
            and pair[0] <= account.last_seq
            and (pair[0] != 1 or pair == account.last_pair)
        ):
            return False
        account.used.add(pair)
        account.last_seq, account.last_pair = pair[0], pair
        moment = int(time) * SECOND if len(time) == 10 else int(time) * 1000
        skew = settings["max_skew_seconds"] * SECOND
        return not skew or abs(moment - self.now) <= skew

    def getbalance(self, given: Mapping[str, str]) -> str:
        status = self._enter(given)
        if status:
            return REFUSED["getbalance"] % status
        account = self.accounts[given["account"]]
        balance = f"{account.balance // SECOND}.{account.balance % SECOND:06d}"
        gift = f"{account.gift // SECOND}.{account.gift % SECOND // 10:05d}"
        return compact({"status": 0, "balance": balance, "gift": gift})

    def sendsms(self, given: Mapping[str, str], most: int) -> str:
        """`most` is how many numbers the method may carry (P4.1)."""
        items = [item.strip() for item in given.get("numbers", "").split(",") if item.strip()]
        numbers = [item for item in items if re.fullmatch("[+]?[0-9]{3,20}", item)]
        status = self._judge(given, items, numbers, most)
        account = self.accounts.get(given.get("account", ""))
        if status or account is None:
            return REFUSED["sendsms"] % (status, len(items))
        price = self._price(account.settings, given)
        cost = price * len(numbers)
        if account.balance + account.gift < cost:
            return REFUSED["sendsms"] % (-10, len(items))
        from_gift = min(account.gift, cost)
        account.gift -= from_gift
        account.balance -= cost - from_gift
        first = self._take("messages", len(numbers))
        self.submits[first] = Submit(given["account"], price, cost - from_gift)
        for id, number in enumerate(numbers, first):
            self.messages[id] = self._begin(id, first, number, given)
        shown = [[int(n) if re.fullmatch("[1-9][0-9]{2,17}", n) else n, id] for id, n in enumerate(numbers, first)]
        return compact({"status": 0, "success": len(numbers), "fail": len(items) - len(numbers), "array": shown})

    def _judge(self, given: Mapping[str, str], items: list[str], numbers: list[str], most: int) -> int:
        """P2: the first that holds is the answer."""
        status = self._enter(given)
        if status:
            return status
        account = self.accounts[given["account"]]
        content = given.get("content", "")
        words = [self.sensitive, *account.settings["sensitive_words"]]
        return next(
            code
            for code, holds in (
                (-13, account.locked),
                (-4, not content.strip()),
                (-5, len(content) > 1024),
                (-3, any(word.lower() in content.lower() for word in words)),
                (-6, bool(account.settings["templates"]) and not re.fullmatch("Your code is .+[.]", content)),
                (-8, not items),
                (-7, len(items) > most),
                (-9, not numbers),
                (-11, given.get("sendtime", "") != "" and read_time(given["sendtime"]) is None),
                (-12, given.get("smstype", "") not in ("", "0", "1")),
                (0, True),
            )
            if holds
        )

    def _price(self, settings: Mapping[str, Any], given: Mapping[str, str]) -> int:
        """P4.3, for contents without extension characters and surrogate pairs."""
        if given.get("smstype") == "1":
            return micros(settings["mms_price"])
        content = given["content"]
        alone, each = (160, 153) if content.isascii() else (70, 67)
        segments = 1 if len(content) <= alone else -(-len(content) // each)
        return micros(settings["price"]) * (segments if settings["billing"] == "segment" else 1)

    def _begin(self, id: int, submit: int, number: str, given: Mapping[str, str]) -> Message:
        """P9.1, P9.2, P9.3: settled at acceptance."""
        start = max(self.now, read_time(given.get("sendtime", "")) or 0)
        mine = [rule for rule in self.rules if rule.settings.get("account") is not None]
        rules = mine + [rule for rule in self.rules if rule not in mine]
        rule = next((one for one in rules if self._matches(one, number, given)), None)
        unsent, sending = self.delays
        if rule is not None:
            rule.applied += 1
            outcome = rule.settings["outcome"]
            unsent = round(rule.settings.get("unsent_seconds", unsent / SECOND) * SECOND)
            sending = round(rule.settings.get("sending_seconds", sending / SECOND) * SECOND)
        else:
            outcome = MAGIC.get(number[-4:], 0) if number[-8:-4] == "0000" else 0
        leaves = None if outcome == UNSENT else start + unsent
        final = None if leaves is None or outcome == SENDING else leaves + sending
        return Message(id, submit, given["account"], number, outcome, leaves, final)

    def _matches(self, rule: Rule, number: str, given: Mapping[str, str]) -> bool:
        wanted = rule.settings
        if not rule.enabled or 0 < wanted.get("times", 0) <= rule.applied:
            return False
        number_is, content_is = wanted.get("number", {}), wanted.get("content", {})
        return (
            wanted.get("account") in (None, given["account"])
            and str(wanted.get("smstype", given.get("smstype") or "0")) == (given.get("smstype") or "0")
            and number == number_is.get("exact", number)
            and number.startswith(number_is.get("prefix", ""))
            and number.endswith(number_is.get("suffix", ""))
            and content_is.get("contains", "") in given["content"]
        )

    def getreport(self, given: Mapping[str, str]) -> str:
        status = self._enter(given)
        ids = [item for item in given.get("ids", "").split(",") if item.strip()]
        account = self.accounts.get(given.get("account", ""))
        if not status and account is not None:
            status = -13 if account.locked else -8 if not ids else -7 if len(ids) > 200 else 0
        if status:
            return REFUSED["getreport"] % status
        asked = dict.fromkeys(int(item) if re.fullmatch("[0-9]+", item) else item for item in ids)
        found = [self.messages[id] for id in asked if isinstance(id, int) and id in self.messages]
        own = [one for one in found if one.account == given["account"]]
        rows = [[one.id, one.number, 0 if one.state == UNSENT else wire(one.sending_at or 0), one.state] for one in own]
        states = [one.state for one in own]
        counts = [states.count(0), 0, states.count(UNSENT), states.count(SENDING)]
        counts[1] = len(states) - sum(counts)
        names = ("success", "fail", "unsent", "sending")
        nofound = len(asked) - len(own)
        return compact({"status": 0} | dict(zip(names, counts, strict=True)) | {"nofound": nofound, "array": rows})

    def getsms(self, given: Mapping[str, str]) -> str:
        status = self._enter(given)
        account = self.accounts.get(given.get("account", ""))
        start_time = given.get("start_time", "") or "0"
        if not status and account is not None:
            status = -13 if account.locked else 0 if re.fullmatch("[+-]?[0-9]+", start_time) else -12
        if status:
            return REFUSED["getsms"] % status
        since = int(start_time) * SECOND
        waiting = [
            one
            for one in self.inbound
            if one.account == given["account"] and not one.fetched and since <= one.received_at <= self.now
        ]
        fetched = sorted(waiting, key=lambda one: (one.received_at, one.id))[:50]
        for one in fetched:
            one.fetched = True
        rows = [[o.id, o.sender, o.to, wire(o.received_at), b64encode(o.content.encode()).decode()] for o in fetched]
        return compact({"status": 0, "cnt": len(rows), "array": rows})
