"""What do the console's pages look like? `python docs/screenshots.py [FOLDER]` makes a picture of each, light and dark.

The README shows four of them; git ignores the others.

It starts a simulator in the world of fixtures/showcase.toml and plays what its clients do, right and wrong. Needs
Chromium, Playwright and Pillow: `pip install -e '.[docs]'`.
"""

import argparse
import io
import json
import math
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT: Final = Path(__file__).parent.parent
WORLD: Final = ROOT / "fixtures" / "showcase.toml"

RECEIVER_PORT: Final = 18080
SIZE: Final = {"width": 1280, "height": 800}
SCALE: Final = 1.5
EXACT: Final = 32
"""So many colours are kept whatever they are, the most frequent ones: surfaces and texts."""
APART: Final = 150
"""How far apart the other colours of a picture are, squared."""

SCHEMES: Final = ("light", "dark")

BEGIN: Final = 1_772_413_200
"""2026-03-02 09:00:00 in Shanghai, as the world's clock begins."""

CUSTOMER: Final = "13912345678"
LATE: Final = "13900001234"
"""The number of the message whose life is shown: its report is taken at the third attempt only."""


class Client:
    """The gateway's clients, and its operator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._now = BEGIN

    def ask(self, method: str, target: str, body: Any = None, *, media: str = "application/json") -> Any:
        """Any request; what it answers, read as JSON where it is JSON."""
        sent = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        headers = {"Content-Type": media} if sent else {}
        try:
            answer = urlopen(Request(self.url + target, sent, headers, method=method), timeout=30)  # noqa: S310
        except HTTPError as error:
            answer = error
        with answer:
            read = answer.read()
        return json.loads(read) if read[:1] in (b"{", b"[") else read

    def get(self, path: str, account: str, **parameters: str) -> Any:
        """A GET as an account, its password beside it unless another is given."""
        named = {"account": account, "password": f"{account}-secret"} | parameters
        return self.ask("GET", f"/{path}?{urlencode(named)}")

    def post(self, account: str, **parameters: str) -> Any:
        """A POST of sendsms as an account."""
        return self.ask("POST", "/sendsms", {"account": account, "password": f"{account}-secret"} | parameters)

    def signed(self, seq: int, numbers: str, content: str, form: str = "{account}{password}{seq}{time}{key}") -> Any:
        """A submit of the bank, whose password is made as `form` says."""
        parts = {"account": "bank", "password": "bank-secret", "seq": str(seq), "time": str(self._now)}
        digest = md5(form.format(key="bank-key", **parts).encode()).hexdigest()
        return self.get("sendsms", **parts | {"password": digest}, numbers=numbers, content=content)

    def reply(self, number: str, to: str, content: str) -> None:
        """Somebody writes from a phone."""
        self.ask("POST", "/_sim/inbound", {"from": number, "to": to, "content": content})

    def after(self, seconds: int) -> None:
        """Time passes."""
        self._now += seconds
        self.ask("POST", "/_sim/clock/advance", {"seconds": seconds})


def code(text: str) -> str:
    """What the bank writes."""
    return f"【Northbank】Your code is {text}. It is valid for 5 minutes; never tell it to anybody."


def play(client: Client) -> None:
    """A morning: conversations, failures, pushes that nobody takes, and mistakes."""
    client.signed(1, "13700002222,13700003333", code("730164"))
    client.post(
        "shop",
        numbers="13600004444,13600000666",
        content="Your order 10477 is on its way. Track it: https://shop.example/t/10477",
    )
    client.after(40)
    client.post(
        "shop",
        numbers=f"{LATE},13600005555",
        sendtime="20260302090500",
        sender="SHOP",
        content="Dear Ms Lindqvist, your parcel could not be delivered today because nobody was at home. We\u2019ll "
        "try again tomorrow between 9 and 12. To choose another day or a shop, reply with DAY or SHOP. Thank you!",
    )
    client.get(
        "sendsms",
        "renhe",
        numbers="13800138000,13500007777",
        content="【仁和诊所】春季体检优惠，本周八折，退订回复TD。",
    )
    client.after(95)
    client.post(
        "renhe", numbers="13800138000", content="【仁和诊所】李先生，您的检查结果已出，请凭取件码 6093 到二楼领取。"
    )
    client.post("shop", numbers="+447700900123,+447700900456,+447700900789", content="Your order 10479 has shipped.")
    client.after(165)
    mistakes(client)
    client.after(200)
    converse(client)


def converse(client: Client) -> None:
    """What the customer's phone shows; the courier's reports are refused meanwhile."""
    client.post(
        "shop", numbers=CUSTOMER, content="Hi Wei, your order 10482 has shipped. Reply WHEN to hear when it comes."
    )
    client.after(24)
    client.reply(CUSTOMER, "106900", "WHEN")
    client.get("getsms", "shop")
    client.post("shop", numbers=CUSTOMER, content="Tomorrow between 9 and 12. Nobody at home? Reply SHOP.")
    client.after(31)
    client.reply(CUSTOMER, "106900", "I am at home, thanks!")
    client.signed(3, CUSTOMER, code("482913"))
    client.after(45)
    client.post(
        "renhe",
        numbers=CUSTOMER,
        content="【仁和诊所】王女士，您预约了3月3日14:30的李医生门诊。确认请回复1，取消请回复2。",
    )
    client.after(20)
    client.reply(CUSTOMER, "106902", "1")
    client.post("renhe", numbers=CUSTOMER, content="【仁和诊所】已确认，请提前15分钟到达，带好身份证。")
    client.get("sendsms", "courier", numbers="13700008888", content="Your driver arrives in 10 minutes.")
    client.after(9)
    client.post("shop", numbers="13600004444,13300001005,13300001007", content="Order 10483 is confirmed.")
    client.after(3)
    client.signed(4, "13700002222", code("115820"))


def mistakes(client: Client) -> None:
    """What real clients do wrong."""
    client.signed(2, "13700002222", code("901377"), "{account}{password}{time}{seq}{key}")
    client.get("sendsms", "shop", password="shop-Secret", numbers="13600004444", content="Hello")  # noqa: S106
    client.get("sendsms", "shop", number="13600004444", content="Hello")
    client.get("sendsms", "shop", numbers="13600004444\uff0c13600005555", content="Hello")
    client.after(12)
    client.get("sendsms", "shop", numbers="13600004444", content="Hello", sendtime="2026-03-02 10:00")
    client.get("sendsms", "shop", numbers="13600004444", content="")
    client.get("sendsms", "shop", numbers="13600004444", content="Win at our casino")
    client.get("sendsms", "legacy", numbers="13600004444", content="Hello")
    client.after(8)
    for _ in range(3):
        client.get("sendsms", "courier", numbers="13700008888", content="Your driver is on the way.")
    client.get("sendsms", "courier", numbers=",".join(f"1370000{place}" for place in range(1000, 1012)), content="Hi")
    client.post("shop", numbers="13600004444", content="Your%20order%2010478%20is%20ready")
    form = urlencode({"account": "shop", "password": "shop-secret", "numbers": "13600004444", "content": "Thanks!"})
    client.ask("POST", "/sendsms", form.encode(), media="application/x-www-form-urlencoded")
    client.after(5)
    client.get("send", "shop", mobile="13600004444")
    client.get("getreport", "shop", ids="1,2,3,13600004444")
    client.signed(2, "13700002222", "Hello from the bank")


class Callback(BaseHTTPRequestHandler):
    """The clients' side of pushes: it takes them, but for the courier's, and one of the shop's only the third time."""

    refused = 0

    def do_PUT(self) -> None:
        """Answer a push."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = 500 if self.path == "/busy" else 200
        if LATE in body and Callback.refused < 2:
            Callback.refused += 1
            status = 503
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def simulator(port: int) -> Iterator[str]:
    """A simulator in the world of the pictures; its URL."""
    command = [sys.executable, "-m", "eims_sim", "serve", f"--port={port}", f"--config={WORLD}", "--database=:memory:"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        lines = server.stdout or ()
        url = next((line.split()[1] for line in lines if line.startswith("ready ")), None)
        if url is None:
            raise SystemExit("the simulator did not start: --port takes another port")
        yield url
    finally:
        server.terminate()
        server.wait()


@contextmanager
def receiver() -> Iterator[None]:
    """Where reports are pushed to."""
    server = ThreadingHTTPServer(("127.0.0.1", RECEIVER_PORT), Callback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def pages(client: Client) -> dict[str, str]:
    """The address of each picture."""
    message = client.ask("GET", f"/_sim/messages?number={LATE}")["items"][0]["id"]
    listed = client.ask("GET", "/_sim/requests?status=-1")["items"]
    swapped = next(one["id"] for one in listed if "swapped" in one["reason"]["text"])
    return {
        "messages": "console/messages",
        "message": f"console/messages/{message}",
        "handset": f"console/handset?number={CUSTOMER}",
        "requests": "console/requests",
        "request": f"console/requests/{swapped}",
        "findings": "console/requests?view=findings",
        "pushes": "console/pushes",
        "behaviour": "console/behaviour",
        "accounts": "console/accounts?account=bank",
        "codes": "console/codes",
    }


def traffic(client: Client, page: Page) -> None:
    """Three minutes of traffic in the page's time, so that its charts have something to show."""
    page.clock.install()
    page.goto("?account=shop")
    page.wait_for_selector("#counters dd")
    for turn in range(92):
        for place in range(max(0, int(36 + 26 * math.sin(turn / 11) + 14 * math.sin(turn / 3.1)))):
            client.get("getreport" if place % 3 else "getbalance", "shop", **{"ids": str(place)} if place % 3 else {})
        read(page)
    last(client)
    for _ in range(3):
        read(page)


def read(page: Page) -> None:
    """Two seconds of the page's time, in which it reads the figures."""
    with page.expect_response("**/_sim/metrics"):
        page.clock.run_for(2000)
    page.wait_for_timeout(30)


def last(client: Client) -> None:
    """What the overview shows as having just happened."""
    client.get("getbalance", "shop")
    client.get("sendsms", "courier", numbers=",".join(f"1370000{place}" for place in range(1000, 1012)), content="Hi")
    client.after(1)
    client.post("shop", numbers="13600004444", content="Your order 10484 is confirmed.")
    client.signed(5, "13700002222", code("640088"), "{account}{password}{time}{seq}{key}")
    client.signed(5, "13700002222", code("640088"))
    client.get("getreport", "shop", ids="1,2,3")


Colour = tuple[int, int, int]


def distance(palette: list[Colour], colour: Colour, place: int) -> int:
    """How far a colour is from one of the palette."""
    return sum((one - other) ** 2 for one, other in zip(palette[place], colour, strict=True))


def choose_colours(colours: list[Colour]) -> list[Colour]:
    """At most 256 of those, the most frequent first: these as they are, the others none too close to another."""
    chosen = colours[:EXACT]
    for colour in colours[EXACT:]:
        if len(chosen) < 256 and all(distance(chosen, colour, place) >= APART for place in range(len(chosen))):
            chosen.append(colour)
    return chosen


def picture(page: Page, file: Path) -> None:
    """What the page shows, in few colours: flat surfaces and text need no more."""
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    counted = sorted(taken.getcolors(taken.width * taken.height) or (), reverse=True)
    palette = choose_colours([colour for _, colour in counted])
    nearest = {colour: min(range(len(palette)), key=partial(distance, palette, colour)) for _, colour in counted}
    drawn = Image.new("P", taken.size)
    drawn.putpalette([part for colour in palette for part in colour])
    drawn.putdata([nearest[colour] for colour in taken.get_flattened_data()])
    drawn.save(file, optimize=True)
    print(f"{file} ({file.stat().st_size / 1024:.0f} KB)")


def main() -> None:
    """Make them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--port", type=int, default=20003, help="the simulator's, which the pictures show")
    parser.add_argument("--language", choices=("en-GB", "zh-CN"), default="en-GB")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with ExitStack() as stack:
        stack.enter_context(receiver())
        client = Client(stack.enter_context(simulator(arguments.port)))
        play(client)
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        stack.callback(browser.close)
        context = browser.new_context(
            base_url=f"{client.url}/_sim/", locale=arguments.language, viewport=SIZE, device_scale_factor=SCALE
        )
        page = context.new_page()
        for name, path in pages(client).items():
            page.goto(path)
            page.wait_for_selector('#live[data-live="on"]')
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.wait_for_timeout(900)
                picture(page, arguments.folder / f"{name}-{scheme}.png")
        page = context.new_page()
        traffic(client, page)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture(page, arguments.folder / f"overview-{scheme}.png")


if __name__ == "__main__":
    main()
