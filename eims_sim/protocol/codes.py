"""Which codes does the gateway speak, and what do they mean (P2, P5, P7)?"""

from enum import IntEnum
from typing import Final, Self


class Code(IntEnum):
    """A number on the wire with its meaning in English and in the Chinese original."""

    meaning: str
    meaning_zh: str

    def __new__(cls, value: int, meaning: str, meaning_zh: str) -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.meaning_zh = meaning_zh
        return member


class Status(Code):
    """The `status` of an answer (P2). Success is 0, hence false: compare with `is`."""

    ACCEPTED = 0, "success", "获取成功"
    AUTHENTICATION = -1, "authentication error", "认证错误"
    IP_RESTRICTED = -2, "IP access restricted", "Ip访问受限"
    SENSITIVE_WORDS = -3, "the content contains sensitive characters", "短信内容含有敏感字符"
    CONTENT_EMPTY = -4, "the content is empty", "短信内容为空"
    CONTENT_TOO_LONG = -5, "the content is too long", "短信内容过长"
    NOT_A_TEMPLATE = -6, "not a template message", "不是模板的短信"
    TOO_MANY_NUMBERS = -7, "too many numbers", "号码个数过多"
    NUMBERS_EMPTY = -8, "the number is empty", "号码为空"
    NUMBERS_ABNORMAL = -9, "abnormal number", "号码异常"
    BALANCE_TOO_LOW = (
        -10,
        "the channel's balance is too low for this submit",
        "该通道余额不足，不能满足本次发送",
    )
    WRONG_SENDTIME = -11, "wrong time format", "定时时间格式不对"
    PLATFORM_ERROR = (
        -12,
        "platform error, contact the administrator",
        "由于平台的原因，批量提交出错，请与管理员联系",
    )
    ACCOUNT_LOCKED = -13, "the user is locked", "用户被锁定"


class ReportCode(Code):
    """The final outcome of a message (P7). `meaning` is the reason that goes over the wire, misspellings and all."""

    SUCCESS = 0, "success", "成功"
    NO_ROUTE = 1001, "NoRoute", "没有路由"
    NO_CHANNEL = 1002, "NoChannel", "没有通道"
    NO_BALANCE = 1003, "NoBablance", "余额不足"
    UNKNOWN = 1004, "Unkown", "未知"
    SEND_REFUSED = 1005, "Send Refuse", "对端拒绝发送"
    SEND_TIMEOUT = 1006, "Send Timeout", "对端发送超时"
    SERVER_TIMEOUT = 1007, "Server Timeout", "服务端发送超时"
    SUPPLIER_MCC_MNC_LIMIT = 1008, "SupplierMccMncLimit", "供应商没有费率"
    CONSUMER_MCC_MNC_LIMIT = 1009, "ConsumerMccMncLimit", "消费用户没有费率"
    NO_SUPPLIER = 1010, "NoSupplier", "没有供应商"
    BLACK_NUMBER = 1011, "Black Number", "黑号码限制"
    SENSITIVE_WORDS = 1012, "Sensitive Words", "敏感词限制"
    DAILY_LIMIT = 1013, "Daliy Limit", "每天发送书限制"
    DESTINATION_MCC_MNC_LIMIT = 1014, "DestinationMccMncLimit", "号码MccMnc找不到"
    TEMPLATE_LIMIT = 1016, "SMS Template Limit", "短信模块限制"
    SUPPLIER_NO_BALANCE = 1017, "SupplierNoBablance", "供应商余额不足"
    USER_PROFIT_LIMIT = 1018, "UserProfitLimit", "用户利润不足"
    CHANNEL_PROFIT_LIMIT = 1019, "ChannelProfitLimit", "通道利润不足"
    MCC_NUMBER_LENGTH_LIMIT = 1020, "MccNumberLengthLimit", "MccMnc号码长度限制"
    JOB_NOT_FOUND = 1021, "Job no found", "没找到任务"
    CHINA_SMS_LIMIT = 1022, "china sms limit", "中国短信受限"
    ROUTE_MCC_MNC_LIMIT = 1023, "RouteMccMncLimit", "路由MccMnc限制"


UNSENT: Final = 1
SENDING: Final = 2
"""The states of a message that is not final; every other state is a `ReportCode` (P5.1)."""

REPORT_CODES: Final = frozenset(int(code) for code in ReportCode)
STATES: Final = REPORT_CODES | {UNSENT, SENDING}
REASONS: Final = {int(code): code.meaning for code in ReportCode}
"""The wording that a push carries for each report code (P8.1)."""

EXPLAINED: Final = {
    ReportCode.SUCCESS: "sent",
    ReportCode.NO_ROUTE: "no route leads to this number",
    ReportCode.NO_CHANNEL: "no channel can carry it",
    ReportCode.NO_BALANCE: "the balance is too low",
    ReportCode.UNKNOWN: "nobody knows why",
    ReportCode.SEND_REFUSED: "the other side refuses to send it",
    ReportCode.SEND_TIMEOUT: "the other side took too long to send it",
    ReportCode.SERVER_TIMEOUT: "the server took too long to send it",
    ReportCode.SUPPLIER_MCC_MNC_LIMIT: "the supplier has no rate for it",
    ReportCode.CONSUMER_MCC_MNC_LIMIT: "the customer has no rate for it",
    ReportCode.NO_SUPPLIER: "there is no supplier",
    ReportCode.BLACK_NUMBER: "the number is on a black list",
    ReportCode.SENSITIVE_WORDS: "the content holds a sensitive word",
    ReportCode.DAILY_LIMIT: "the day's limit is used up",
    ReportCode.DESTINATION_MCC_MNC_LIMIT: "the number's country and network are not found",
    ReportCode.TEMPLATE_LIMIT: "the content fits no template",
    ReportCode.SUPPLIER_NO_BALANCE: "the supplier's balance is too low",
    ReportCode.USER_PROFIT_LIMIT: "the profit from this user is too low",
    ReportCode.CHANNEL_PROFIT_LIMIT: "the profit on this channel is too low",
    ReportCode.MCC_NUMBER_LENGTH_LIMIT: "numbers of that network have another length",
    ReportCode.JOB_NOT_FOUND: "the job is not found",
    ReportCode.CHINA_SMS_LIMIT: "messages to China are restricted",
    ReportCode.ROUTE_MCC_MNC_LIMIT: "the route does not serve this country and network",
}
"""What each report code means, after the Chinese original."""
