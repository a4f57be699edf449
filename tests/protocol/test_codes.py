"""The codes of the wire and their wording (P2, P5.1, P7)."""

import pytest

from eims_sim.protocol.codes import REASONS, REPORT_CODES, SENDING, STATES, UNSENT, ReportCode, Status

# P2, with the wording of the Chinese source
STATUSES = {
    0: "获取成功",
    -1: "认证错误",
    -2: "Ip访问受限",
    -3: "短信内容含有敏感字符",
    -4: "短信内容为空",
    -5: "短信内容过长",
    -6: "不是模板的短信",
    -7: "号码个数过多",
    -8: "号码为空",
    -9: "号码异常",
    -10: "该通道余额不足，不能满足本次发送",
    -11: "定时时间格式不对",
    -12: "由于平台的原因，批量提交出错，请与管理员联系",
    -13: "用户被锁定",
}

# P7, misspellings and all
WORDINGS = {
    0: ("success", "成功"),
    1001: ("NoRoute", "没有路由"),
    1002: ("NoChannel", "没有通道"),
    1003: ("NoBablance", "余额不足"),
    1004: ("Unkown", "未知"),
    1005: ("Send Refuse", "对端拒绝发送"),
    1006: ("Send Timeout", "对端发送超时"),
    1007: ("Server Timeout", "服务端发送超时"),
    1008: ("SupplierMccMncLimit", "供应商没有费率"),
    1009: ("ConsumerMccMncLimit", "消费用户没有费率"),
    1010: ("NoSupplier", "没有供应商"),
    1011: ("Black Number", "黑号码限制"),
    1012: ("Sensitive Words", "敏感词限制"),
    1013: ("Daliy Limit", "每天发送书限制"),
    1014: ("DestinationMccMncLimit", "号码MccMnc找不到"),
    1016: ("SMS Template Limit", "短信模块限制"),
    1017: ("SupplierNoBablance", "供应商余额不足"),
    1018: ("UserProfitLimit", "用户利润不足"),
    1019: ("ChannelProfitLimit", "通道利润不足"),
    1020: ("MccNumberLengthLimit", "MccMnc号码长度限制"),
    1021: ("Job no found", "没找到任务"),
    1022: ("china sms limit", "中国短信受限"),
    1023: ("RouteMccMncLimit", "路由MccMnc限制"),
}


def test_the_statuses_are_those_of_the_document_in_its_words():
    """P2"""
    spoken = {int(status): status.meaning_zh for status in Status}

    assert spoken == STATUSES


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (-1, "authentication"),
        (-2, "IP"),
        (-3, "sensitive"),
        (-4, "empty"),
        (-5, "too long"),
        (-6, "template"),
        (-7, "too many"),
        (-8, "empty"),
        (-9, "abnormal"),
        (-10, "balance"),
        (-11, "time format"),
        (-12, "administrator"),
        (-13, "locked"),
    ],
)
def test_a_status_says_in_english_what_it_means(status, word):
    """P2"""
    meaning = Status(status).meaning

    assert word in meaning


def test_success_is_false_so_codes_are_compared_by_identity():
    """P2"""
    status = Status(0)

    assert status is Status.ACCEPTED
    assert not status


def test_the_report_codes_are_those_of_the_document_in_its_words():
    """P7"""
    spoken = {int(code): (code.meaning, code.meaning_zh) for code in ReportCode}

    assert spoken == WORDINGS


def test_there_is_no_report_code_1015():
    """P7"""
    with pytest.raises(ValueError, match="1015"):
        ReportCode(1015)


def test_the_reason_on_the_wire_keeps_the_misspellings():
    """P7, P8.1"""
    assert {code: wording for code, (wording, _) in WORDINGS.items()} == REASONS


def test_unsent_and_sending_are_states_but_no_report_codes():
    """P5.1"""
    assert (UNSENT, SENDING) == (1, 2)
    assert {1, 2} == STATES - REPORT_CODES
    assert set(WORDINGS) == REPORT_CODES


def test_the_3_of_the_sample_is_no_state():
    """P5.1"""
    assert 3 not in STATES
