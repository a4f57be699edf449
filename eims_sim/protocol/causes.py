"""What makes each status and each report code arise here? In English and in Chinese, beside what it means."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from .codes import ReportCode, Status
from .limits import (
    CONTENT_LENGTH,
    IDS_PER_QUERY,
    NUMBER_DIGITS_MAX,
    NUMBER_DIGITS_MIN,
    NUMBERS_PER_GET,
    NUMBERS_PER_POST,
)


class Wording(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


ARISES: Final[Mapping[Status, Wording]] = {
    Status.ACCEPTED: Wording("nothing is wrong with the request", "请求没有任何问题"),
    Status.AUTHENTICATION: Wording(
        "the account is missing or unknown, or the password is missing or wrong; with md5, the digest, seq or time is "
        "wrong, or was used before; or the body cannot be read, so that there is no account",
        "缺少 account 或账户不存在，缺少 password 或密码错误；使用 md5 时，摘要、seq 或 time 有误，或已被使用过；"
        "请求体无法读取时，也视为没有账户",
    ),
    Status.IP_RESTRICTED: Wording(
        "the account has an allow list (allowed_ips) and the client's address is not on it",
        "账户设有 IP 白名单（allowed_ips），而客户端的地址不在其中",
    ),
    Status.SENSITIVE_WORDS: Wording(
        "content holds a sensitive word (sensitive_words) of the server or of the account, in whatever case",
        "content 含有服务器或账户的敏感词（sensitive_words），不区分大小写",
    ),
    Status.CONTENT_EMPTY: Wording("content is absent, or holds nothing but blanks", "缺少 content，或其中只有空白字符"),
    Status.CONTENT_TOO_LONG: Wording(
        f"content is longer than content_limit, {CONTENT_LENGTH} characters unless set otherwise",
        f"content 超过 content_limit 的限制，默认为 {CONTENT_LENGTH} 个字符",
    ),
    Status.NOT_A_TEMPLATE: Wording(
        "the account may send templates only (templates), and none matches the whole content",
        "账户只能发送模板短信（templates），而 content 与任何一个模板都不完全相符",
    ),
    Status.TOO_MANY_NUMBERS: Wording(
        f"a GET carries over {NUMBERS_PER_GET} numbers, a POST over {NUMBERS_PER_POST:,}, or getreport over "
        f"{IDS_PER_QUERY} ids",
        f"GET 超过 {NUMBERS_PER_GET} 个号码，POST 超过 {NUMBERS_PER_POST:,} 个号码，"
        f"或 getreport 超过 {IDS_PER_QUERY} 个 id",
    ),
    Status.NUMBERS_EMPTY: Wording(
        "numbers (in getreport, ids) is absent or holds nothing", "缺少 numbers（getreport 中为 ids），或其中没有内容"
    ),
    Status.NUMBERS_ABNORMAL: Wording(
        f"every number is abnormal; normal are {NUMBER_DIGITS_MIN} to {NUMBER_DIGITS_MAX} digits after an optional +. "
        "If only some are, the others are accepted and these count in fail",
        f"所有号码都不正常；正常的号码为 {NUMBER_DIGITS_MIN} 至 {NUMBER_DIGITS_MAX} 位数字，前面可带 +。"
        "若只有部分号码异常，其余照常接受，异常的计入 fail",
    ),
    Status.BALANCE_TOO_LOW: Wording(
        "balance and gift together are less than the price of all accepted numbers",
        "余额与赠送金额之和，低于本次全部有效号码的费用",
    ),
    Status.WRONG_SENDTIME: Wording(
        "sendtime is not 14 digits (yyyyMMddHHmmss) of a real date and time",
        "sendtime 不是 14 位数字（yyyyMMddHHmmss），或者日期、时间并不存在",
    ),
    Status.PLATFORM_ERROR: Wording(
        "smstype is neither 0 nor 1; in getsms, start_time is not an integer; or the simulator's database fails",
        "smstype 既不是 0 也不是 1；getsms 的 start_time 不是整数；或模拟器的数据库出现故障",
    ),
    Status.ACCOUNT_LOCKED: Wording(
        "the account is locked, by hand or after too many failed authentications; getbalance answers all the same",
        "账户被手动锁定，或因认证失败次数过多而锁定；getbalance 不受影响",
    ),
}
"""What makes each status arise (P2). A fault can force any of them."""


def arises(code: ReportCode) -> Wording:
    """What makes a report code arise (P9.2, P9.3)."""
    if code is ReportCode.SUCCESS:
        return Wording("neither a rule nor a magic number decides otherwise", "没有规则或魔术号码另作决定")
    value = int(code)
    return Wording(
        f"a rule with outcome = {value}, or a magic number: one that ends in 0000{value}",
        f"规则的 outcome = {value}，或魔术号码：以 0000{value} 结尾的号码",
    )
