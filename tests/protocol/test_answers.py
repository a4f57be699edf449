"""The exact bytes of every answer (P3 to P6)."""

import json

import pytest

from eims_sim.protocol.answers import (
    CONTENT_TYPE,
    InboundRow,
    encode_balance,
    encode_http_error,
    encode_inbound,
    encode_reports,
    encode_submit,
    read_submit_id,
    refuse_balance,
    refuse_inbound,
    refuse_reports,
    refuse_submit,
)
from eims_sim.protocol.codes import Status
from eims_sim.protocol.numbers import Numbers


def plain(*sent: str) -> Numbers:
    """Normal numbers that JSON integers can carry."""
    return Numbers(len(sent), 0, ",".join(sent), plain=True)


def test_the_content_type_has_no_blank_after_its_semicolon():
    """P1.2"""
    assert CONTENT_TYPE == "application/json;charset=utf-8"


def test_a_balance_is_two_strings_to_the_letter_of_the_sample():
    """P3.1"""
    assert encode_balance(99_990_000, 50_000_000) == b'{"status":0,"balance":"99.990000","gift":"50.00000"}'


def test_a_gift_is_cut_not_rounded():
    """P1.10"""
    assert encode_balance(1_999_999, 1_999_999) == b'{"status":0,"balance":"1.999999","gift":"1.99999"}'


def test_a_refused_balance_is_its_status_alone():
    """P3.1"""
    assert refuse_balance(Status.AUTHENTICATION) == b'{"status":-1}'
    assert refuse_balance(Status.IP_RESTRICTED) == b'{"status":-2}'


def test_an_accepted_submit_is_to_the_letter_of_the_sample():
    """P4.2"""
    answer = encode_submit(plain("10010", "1008611"), 1)

    assert answer == b'{"status":0,"success":2,"fail":0,"array":[[10010,1],[1008611,2]]}'


def test_abnormal_numbers_count_as_failed_and_get_no_id():
    """P4.2; P2, order 10"""
    numbers = Numbers(2, 2, "10010,1008611", plain=True)

    answer = encode_submit(numbers, 41)

    assert answer == b'{"status":0,"success":2,"fail":2,"array":[[10010,41],[1008611,42]]}'


def test_only_what_an_integer_cannot_carry_goes_as_a_string():
    """P4.2"""
    sent = "+10010,010,999999999999999999,1999999999999999999,10010"

    answer = encode_submit(Numbers(5, 0, sent, plain=False), 7)

    assert answer == (
        b'{"status":0,"success":5,"fail":0,"array":[["+10010",7],["010",8],[999999999999999999,9],'
        b'["1999999999999999999",10],[10010,11]]}'
    )


def test_the_same_number_twice_has_two_ids():
    """P4.2"""
    answer = encode_submit(plain("10010", "10010"), 5)

    assert answer == b'{"status":0,"success":2,"fail":0,"array":[[10010,5],[10010,6]]}'


@pytest.mark.parametrize("count", [64, 65, 100, 10_000])
@pytest.mark.parametrize("first_id", [1, 9_936, 9_999, 10_000, 19_999, 99_990, 9_223_372_036_854_700_000])
def test_ids_grow_by_one_however_many_numbers_there_are(count, first_id):
    """P4.2"""
    sent = [13_800_000_000 + at for at in range(count)]

    answer = json.loads(encode_submit(plain(*map(str, sent)), first_id))

    assert answer["success"] == count
    assert answer["array"] == [[number, first_id + at] for at, number in enumerate(sent)]


def test_many_numbers_keep_strings_and_integers_apart():
    """P4.2"""
    sent = ["+10010", "10010", "010"] * 30

    answer = encode_submit(Numbers(90, 0, ",".join(sent), plain=False), 9_999)

    assert answer.startswith(b'{"status":0,"success":90,"fail":0,"array":[["+10010",9999],[10010,10000],["010",10001],')
    assert answer.endswith(b',["+10010",10086],[10010,10087],["010",10088]]}')


def test_many_numbers_leave_no_blank_in_the_json():
    """P1.2"""
    answer = encode_submit(plain(*["10010"] * 10_000), 1)

    assert b" " not in answer


def test_a_refused_submit_counts_what_was_sent():
    """P4.2"""
    assert refuse_submit(Status.CONTENT_EMPTY, 2) == b'{"status":-4,"success":0,"fail":2,"array":[]}'
    assert refuse_submit(Status.AUTHENTICATION, 0) == b'{"status":-1,"success":0,"fail":0,"array":[]}'


def test_a_report_counts_each_state_and_keeps_the_order_asked():
    """P5.1, P5.2"""
    rows = [
        (2, "1008611", 20171001123015, 1011),
        (1, "10010", 20171001123015, 0),
        (9, "+86139", 0, 1),
        (4, "010", 20171001123016, 2),
        (3, "10011", 20171001123016, 1001),
    ]

    answer = encode_reports(rows, not_found=3)

    assert answer == (
        b'{"status":0,"success":1,"fail":2,"unsent":1,"sending":1,"nofound":3,"array":['
        b'[2,"1008611",20171001123015,1011],[1,"10010",20171001123015,0],[9,"+86139",0,1],'
        b'[4,"010",20171001123016,2],[3,"10011",20171001123016,1001]]}'
    )


def test_a_report_of_nothing_found_has_an_empty_array():
    """P5.2"""
    answer = encode_reports(iter(()), not_found=2)

    assert answer == b'{"status":0,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":2,"array":[]}'


def test_a_refused_report_counts_nothing():
    """P5.2"""
    answer = refuse_reports(Status.TOO_MANY_NUMBERS)

    assert answer == b'{"status":-7,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":0,"array":[]}'


def test_an_inbound_message_travels_as_base64_of_its_utf8():
    """P6.1"""
    rows = [
        InboundRow(1, "10010", "123456", 20171001123015, "STOP"),
        InboundRow(2, "+86139", "123456", 20171001123016, "你好"),
    ]

    answer = encode_inbound(rows)

    assert answer == (
        b'{"status":0,"cnt":2,"array":[[1,"10010","123456",20171001123015,"U1RPUA=="],'
        b'[2,"+86139","123456",20171001123016,"5L2g5aW9"]]}'
    )


def test_a_sender_with_a_quote_stays_json():
    """P6.1"""
    answer = encode_inbound([InboundRow(1, 'A"\\\n你', "123456", 20171001123015, "")])

    assert answer == '{"status":0,"cnt":1,"array":[[1,"A\\"\\\\\\n你","123456",20171001123015,""]]}'.encode()


def test_no_inbound_messages_are_an_empty_array():
    """P6.1"""
    assert encode_inbound([]) == b'{"status":0,"cnt":0,"array":[]}'


def test_a_refused_getsms_counts_nothing():
    """P6.2"""
    assert refuse_inbound(Status.ACCOUNT_LOCKED) == b'{"status":-13,"cnt":0,"array":[]}'


def test_what_the_protocol_cannot_express_is_minus_12_with_an_error():
    """P1.3"""
    assert encode_http_error("unknown path; try /sendsms") == b'{"status":-12,"error":"unknown path; try /sendsms"}'


@pytest.mark.parametrize(
    "numbers", [plain("10010"), plain("13800000000", "13800000001"), Numbers(1, 2, "+8613800000000", plain=False)]
)
def test_the_id_of_a_submit_is_read_from_its_answer(numbers: Numbers):
    """P4.2"""
    assert read_submit_id(encode_submit(numbers, 12345)) == 12345
    assert read_submit_id(refuse_submit(Status.NUMBERS_EMPTY, 0)) is None
    assert read_submit_id(encode_inbound([])) is None
