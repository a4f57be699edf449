"""What is in a simulator that the console is looked at with: what people would do, and what an enemy would send."""

from urllib.parse import quote

from tests.conftest import DEMO
from tests.console.conftest import Console

RUNS = {
    "script": "<script>window.ran=1</script>",
    "image": '<img src=x onerror="window.ran=2">',
    "drawing": '"><svg onload=window.ran=3></svg>',
    "handler": "' autofocus onfocus='window.ran=4",
    "address": "javascript:window.ran=5",
    "template": "{{7*7}}${7*7}",
    "end": "</template></script></textarea><iframe srcdoc='<script>parent.ran=6</script>'>",
    "bidi": "\u202egnirts\u2066\u0000\u0007",
}
"""What would run, become markup or turn the page around if a page took it for more than text."""

EVERYTHING = " ".join(RUNS.values())

NAME = '<img src=x onerror="window.ran=7">'
"""An account of an enemy: what a name may be, 64 characters at most."""

ENEMY = {"account": NAME, "password": "demo123"}

REPORTED = "http://127.0.0.1:9/%22%3E%3Cscript%3Ewindow.ran=8%3C/script%3E?'onload='window.ran=9"

FOREIGN = {
    "User-Agent": RUNS["script"],
    "Referer": "javascript:window.ran=5",
    "X-Forwarded-For": RUNS["image"],
    "Content-Type": "application/json",
}


def hostile(console: Console) -> None:
    """Markup and script in every field that can be written from outside, and that an operator can write."""
    account = ENEMY | {"balance": "100", "callback_url": REPORTED, "numbers": ["4711"], "sensitive_words": [NAME]}
    console.control("POST", "accounts", account)
    console.control("POST", "accounts", {"account": "</td><script>window.ran=10</script>", "password": "demo123"})
    for content, sender in zip(RUNS.values(), reversed(RUNS.values()), strict=True):
        _, answer = console.ask("POST", "/sendsms", ENEMY | {"numbers": "1380", "content": content, "sender": sender})
        assert answer["status"] == 0, answer
    console.submit("13800000000,00009001,13800001005", EVERYTHING, sender=EVERYTHING)
    console.submit("13800000000", f"code 4711 {EVERYTHING}", sender=NAME)
    console.ask(
        "POST", "/sendsms", dict.fromkeys((*DEMO, "numbers", "content", "sender", "sendtime"), EVERYTHING), FOREIGN
    )
    console.ask("POST", "/sendsms", DEMO | {"numbers": f"{NAME},1380", "content": "x", EVERYTHING: [EVERYTHING]})
    for text in RUNS.values():
        console.get("getbalance", DEMO | {text: text})
    console.get("getreport", DEMO | {"ids": EVERYTHING})
    path = quote(EVERYTHING, safe="")
    console.ask("GET", f"/{path}?{path}", headers={"User-Agent": path})
    console.ask("GET", f"/getsms/{path}")
    console.control("POST", "inbound", {"from": NAME, "to": "123456", "content": f"{EVERYTHING} 4711"})
    console.control("POST", "inbound", {"from": RUNS["script"], "to": NAME, "account": NAME, "content": EVERYTHING})
    rule = {"account": NAME, "number": {"suffix": NAME}, "content": {"contains": EVERYTHING}, "sender": {"exact": NAME}}
    console.control("POST", "rules", rule | {"outcome": 1001})
    console.control("POST", "rules", {"content": {"regex": r"(?i)<script>|</"}, "outcome": 1005})
    console.control("POST", "faults", {"endpoint": "getbalance", "account": NAME, "body_text": EVERYTHING})
    console.get("getbalance", ENEMY)
    console.advance(60)


def believable(console: Console) -> None:
    """An afternoon of somebody who builds a shop."""
    console.control("POST", "accounts", {
        "account": "shop", "password": "demo123", "balance": "25", "numbers": ["10690001"],
        "callback_url": "http://127.0.0.1:9/reports",
    })  # fmt: skip
    shop = {"account": "shop"}
    console.control("POST", "rules", {"account": "shop", "number": {"suffix": "7"}, "outcome": 1003, "times": 5})
    console.control("POST", "faults", {"endpoint": "getreport", "account": "shop", "status": -12, "times": 2})
    console.submit("13800000000", "Your code is 493817. It is valid for 5 minutes.", sender="Shop", **shop)
    console.submit("13800000000,13900000007,13700000003", "您的订单已发货, 预计明天送达。退订回复T", **shop)
    console.submit(
        "8613600000001", "Ihre Bestellung 20941 ist unterwegs: " + "morgen zwischen 9 und 12 Uhr. " * 9, **shop
    )
    console.control("POST", "inbound", {"from": "13800000000", "to": "10690001", "content": "T"})
    console.advance(45)
    console.submit("13800001005,00009001", "Reminder: your table for two, tonight at 19:30.", sender="Bistro")
    console.submit("13800000002", "Happy New Year!", sendtime="20260101180000")
    console.get("getsms", DEMO | shop)
    console.get("getreport", DEMO | shop | {"ids": "1,2,3"})
    console.get("getbalance", DEMO | {"password": "Demo123"})
    console.get("getbalance", DEMO | {"passwort": "demo123"})
    console.ask("GET", "/getbalence?account=demo")
    console.advance(10)
