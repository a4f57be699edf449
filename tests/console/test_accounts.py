"""The accounts, as a person sees and changes them (issue: create, edit, lock, top up; the md5 calculator)."""

from collections.abc import Callable

from tests.conftest import GOOD
from tests.console.conftest import Console, Page, playwright

expect = playwright.expect

HOSTILE = "<img src=x onerror=alert(1)>\u202e'\"&"


def row(page: Page, account: str):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=account, exact=True))


def test_an_account_is_made_changed_and_deleted(console: Console, open_page: Callable[..., Page]):
    """C3, C4: every violation stands beside its field, and only what was changed is sent"""
    page = open_page("console/accounts")
    page.get_by_role("button", name="New account").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Account", exact=True).fill("shop")
    form.get_by_label("Form of the password").select_option("md5")
    form.get_by_label("Price of an SMS").fill("0,5")
    form.get_by_label("Allowed addresses").fill("127.0.0.1\nnowhere")
    form.get_by_role("button", name="Create").click()

    expect(form.locator("#setting-password")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("#setting-price-wrong")).to_contain_text("money has at most 6 decimals")
    expect(form.locator("#setting-allowed_ips-wrong")).to_contain_text("line 2: an address or network")
    expect(form.locator("#setting-key-wrong")).to_contain_text("needs a key")

    form.get_by_label("Password", exact=True).fill("s3cr3t")
    form.get_by_label("Key", exact=True).fill("k3y")
    form.get_by_label("Price of an SMS").fill("0.5")
    form.get_by_label("Allowed addresses").fill("127.0.0.1")
    form.get_by_label("Inbound numbers").fill("10690001\n\n10690002\n")
    form.get_by_label("Balance").fill("20")
    form.get_by_role("button", name="Create").click()

    panel = page.get_by_role("region", name="shop")
    expect(panel).to_contain_text("10690002")
    made = console.control("GET", "accounts/shop?secrets=true")
    assert (made["password"], made["key"], made["auth"]) == ("s3cr3t", "k3y", "md5")
    assert (made["price"], made["balance"], made["numbers"]) == ("0.5", "20", ["10690001", "10690002"])
    assert "s3cr3t" not in page.content()

    panel.get_by_role("button", name="Edit").click()
    expect(form.get_by_label("Password", exact=True)).to_have_attribute("placeholder", "unchanged")
    expect(form.get_by_label("Password", exact=True)).to_have_value("")
    console.control("PATCH", "accounts/shop", {"balance": "7"})
    form.get_by_label("Reports go to").fill("http://127.0.0.1:8080/reports")
    form.get_by_label("Pay failed messages back").check()
    form.get_by_role("button", name="Save").click()

    expect(panel).to_contain_text("http://127.0.0.1:8080/reports")
    assert console.control("GET", "accounts/shop?secrets=true") == made | {
        "balance": "7",
        "callback_url": "http://127.0.0.1:8080/reports",
        "refund_failed": True,
    }

    panel.get_by_role("button", name="Delete").click()
    expect(form).to_contain_text("its messages (0)")
    form.get_by_role("button", name="Cancel").click()
    panel.get_by_role("button", name="Delete").click()
    form.get_by_role("button", name="Delete", exact=True).click()

    expect(row(page, "shop")).to_have_count(0)
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="New account")).to_be_focused()
    assert console.ask("GET", "/_sim/accounts/shop")[0] == 404
    console.control("DELETE", "accounts/poor")
    expect(row(page, "poor")).to_have_count(0)


def test_the_list_is_live_and_money_is_added(console: Console, open_page: Callable[..., Page]):
    """issue: lock, top up; what is charged meanwhile is not lost"""
    page = open_page("console/accounts", language="zh")
    expect(row(page, "demo")).to_contain_text("1,000")
    page.get_by_label("账户名包含").fill("DEM")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)

    row(page, "demo").get_by_role("button", name="充值").click()
    form = page.get_by_role("dialog")
    expect(form).to_contain_text("当前 1000")
    console.submit()
    form.get_by_label("余额", exact=True).fill("1000000000000")
    form.get_by_role("button", name="充值").click()
    expect(form.locator("#setting-balance-wrong")).to_contain_text("exceed 10^12")
    form.get_by_label("余额", exact=True).fill("0.5")
    form.get_by_role("button", name="充值").click()

    expect(page.get_by_text("demo 现有余额 1000.5，赠送余额 49.95。")).to_be_visible()
    expect(row(page, "demo")).to_contain_text("1,000.5")
    expect(row(page, "demo")).to_contain_text("49.95")

    row(page, "demo").get_by_role("button", name="锁定").click()
    expect(row(page, "demo")).to_contain_text("已锁定")
    assert console.get("sendsms", GOOD)["status"] == -13
    row(page, "demo").get_by_role("button", name="解锁").click()
    expect(row(page, "demo")).not_to_contain_text("已锁定")
    console.submit()
    expect(row(page, "demo")).to_contain_text("49.9")
    assert console.control("GET", "accounts/demo")["locked"] is False


def test_the_calculator_shows_what_is_hashed_and_no_secret(console: Console, open_page: Callable[..., Page]):
    """P1.5: md5(account + plain password + seq + time + key)"""
    page = open_page("console/accounts")
    page.get_by_role("link", name="digest", exact=True).click()
    panel = page.get_by_role("region", name="digest", exact=True)
    time = panel.get_by_label("time", exact=True)
    expect(time).to_have_value("1767240000")
    expect(panel.locator(".hashed bdi")).to_have_text(["digest", "***", "1", "1767240000", "***"])

    panel.get_by_label("seq", exact=True).fill("41")
    time.fill("17672400001")
    expect(panel.locator("#digest-time-wrong")).to_contain_text("10 digits (seconds) or 13 digits (milliseconds)")
    time.fill("1767240000123")
    expect(panel.locator(".hashed bdi")).to_have_text(["digest", "***", "41", "1767240000123", "***"])
    digest = panel.locator("#digest").inner_text()
    sent = {"account": "digest", "password": digest, "seq": "41", "time": "1767240000123"}
    assert console.get("getbalance", sent)["status"] == 0
    expect(panel).to_contain_text(f"-d password={digest} -d seq=41 -d time=1767240000123")
    console.control("PATCH", "accounts/digest", {"key": "another"})
    expect(panel.locator("#digest")).not_to_have_text(digest)
    assert console.get("getbalance", sent | {"password": panel.locator("#digest").inner_text()})["status"] == 0
    assert not [secret for secret in ("demo123", "demokey") if secret in page.content()]

    console.advance(60)
    panel.get_by_role("button", name="Now").click()
    expect(time).to_have_value("1767240060")
    page.reload()
    expect(time).to_have_value("1767240060")


def test_an_account_that_takes_its_plain_password_has_nothing_to_calculate(open_page: Callable[..., Page]):
    """P1.6"""
    page = open_page("console/accounts?account=demo", permissions=["clipboard-read", "clipboard-write"])
    panel = page.get_by_role("region", name="demo", exact=True)

    expect(panel).to_contain_text("takes its plain password")
    panel.get_by_role("button", name="Copy").click()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith('/getbalance --data-urlencode account=demo --data-urlencode "password=$EIMS_PASSWORD"')


def test_a_hostile_name_is_only_text_and_the_keyboard_is_enough(console: Console, open_page: Callable[..., Page]):
    """C4: contents and names are hostile"""
    settings = {"account": HOSTILE, "password": "p", "sensitive_words": [HOSTILE], "templates": [HOSTILE]}
    console.control("POST", "accounts", settings)
    page = open_page("console/accounts", viewport={"width": 360, "height": 740})

    link = page.get_by_role("link", name=HOSTILE, exact=True)
    link.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#account")
    expect(panel.get_by_role("heading", name=HOSTILE)).to_be_focused()
    expect(panel.get_by_text(HOSTILE, exact=True)).to_have_count(3)
    panel.get_by_role("button", name="Edit").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(HOSTILE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    panel.get_by_role("link", name="Close").press("Enter")

    expect(panel).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
