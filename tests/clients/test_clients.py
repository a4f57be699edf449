"""The clients that readers copy do right what people get wrong: in each language the same, against a real gateway."""

import threading
from typing import Any

from docs.clients.eims_client import EimsClient
from tests.clients.conftest import ODD

CONTENT = '短信 😀 "q" \\ a/b &+%=#%41 \t\né\n'
MANY = [f"1380013{last:04}" for last in range(1500, 1650)]
UNUSUAL = ["+8613800138000", "0123456", "123456789012345678", "98765432109876543210"]


def add_fault(client: Any, **fault: Any) -> None:
    client.gateway.control("POST", "faults", fault)


def unanswered(reason: str) -> list[dict[str, Any]]:
    return [{"error": "unanswered", "status": None, "reason": reason}]


def test_an_account_of_odd_characters_is_known_by_its_plain_password(client):
    """P1.4"""
    answer = client.run("balance", account=ODD, password=f"{ODD}#")

    assert answer == (0, [{"balance": "12.500000", "gift": "0.00000"}])


def test_an_account_of_odd_characters_is_known_by_its_md5_password(client):
    """P1.5"""
    answer = client.run("balance", account=f"{ODD}md5", password=f"{ODD}#", key="键+&")

    assert answer == (0, [{"balance": "13.500000", "gift": "0.00000"}])


def test_a_submit_reaches_many_numbers_unchanged_and_tells_what_was_refused(client):
    """P1.5, P4.1, P4.2: a GET would carry 100 numbers only"""
    numbers = MANY + UNUSUAL

    answer = client.run(
        "send", ",".join([*numbers[:3], "86-138", *numbers[3:]]), CONTENT, account="digest", key="demokey"
    )

    assert answer == (0, [{"fail": 1, "accepted": [[number, str(id)] for id, number in enumerate(numbers, 1)]}])
    stored = client.gateway.control("GET", "messages?limit=1000")["items"]
    assert [message["number"] for message in stored] == numbers
    assert {message["content"] for message in stored} == {CONTENT}
    assert [client.noted(request) for request in client.asked()] == [["numbers-some-abnormal"]]


def test_a_refusal_shows_its_status_and_the_reason(client):
    """P2, C5"""
    code, [line] = client.run("send", "10010", "Hello", account="poor")

    assert (code, line["error"], line["status"]) == (1, "refused", -10)
    assert line["reason"].startswith("balance-too-low; ")


def test_more_ids_than_a_call_takes_are_asked_for_in_parts_and_seq_grows(client):
    """P1.6, P5: seq grows within a run and from run to run"""
    numbers = [*MANY, *MANY[:51]]
    ids = client.gateway.submit(",".join(numbers), account="growing")
    client.gateway.control("PATCH", f"messages/{ids[200]}", {"state": 1011})

    found = client.run("report", ",".join(map(str, [*ids, 999999])), account="growing", key="demokey")
    balance = client.run("balance", account="growing", key="demokey")

    assert (found.code, balance.code) == (0, 0)
    expected = [(str(id), number, "0", 1) for id, number in zip(ids, numbers, strict=True)]
    expected[200] = (*expected[200][:2], "20260101120000", 1011)
    assert [tuple(report.values()) for report in found.lines[0]["reports"]] == expected
    assert found.lines[0]["nofound"] == 1
    signed = [request for request in client.asked() if request["endpoint"] != "sendsms"]
    seqs = [int(request["parameters"]["seq"]) for request in signed]
    assert len(seqs) == 3
    assert seqs == sorted(set(seqs))
    assert [client.noted(request) for request in signed] == [[], [], []]


def test_every_message_that_waits_is_fetched_once(client):
    """P6: base64 of UTF-8, at most 50 a call; `repeat_inbound` tells the last of them again and again"""
    contents = [f"{CONTENT}{place}" for place in range(101)]
    sender = '1"0]\\,[é'
    client.gateway.control("POST", "inbound", [{"from": sender, "to": "123456", "content": one} for one in contents])

    waiting = client.run("inbox")
    add_fault(client, endpoint="getsms", repeat_inbound=True)
    repeated = client.run("inbox")

    assert (waiting.code, repeated.code) == (0, 0)
    assert [len(line["messages"]) for line in waiting.lines] == [50, 50, 1, 0]
    messages = [message for line in waiting.lines for message in line["messages"]]
    assert [message["content"] for message in messages] == contents
    assert messages[0] | {"content": ""} == {
        "id": "1",
        "sender": sender,
        "to": "123456",
        "time": "20260101120000",
        "content": "",
    }
    assert repeated.lines == [{"messages": messages[100:]}, {"messages": []}]


def test_a_submit_whose_answer_is_lost_is_not_sent_again(client):
    """P4: the message was accepted, and the client cannot know; neither it nor its HTTP library may try again"""
    add_fault(client, endpoint="sendsms", connection="close", after=True)

    code, [line] = client.run("send", "10010", "Hello")

    assert (code, line["error"], line["status"]) == (3, "unanswered", None)
    assert len(client.gateway.control("GET", "messages")["items"]) == 1
    assert len(client.asked()) == 1


def test_a_gateway_that_never_answers_is_given_up(client):
    """P4"""
    add_fault(client, endpoint="getbalance", connection="hang")

    code, [line] = client.run("balance", timeout="0.4")

    assert (code, line["error"], line["status"]) == (3, "unanswered", None)


def test_an_http_error_is_no_answer(client):
    """P1.3: what stands in its body is no verdict on a submit"""
    add_fault(client, endpoint="sendsms", http_status=503, after=True)

    code, [line] = client.run("send", "10010", "Hello")

    assert (code, line["error"], line["status"]) == (3, "unanswered", None)
    assert line["reason"].startswith("HTTP 503; fault-struck; ")


def test_an_acceptance_that_cannot_be_read_is_no_answer(client):
    """P4.2"""
    add_fault(client, endpoint="sendsms", body_text='{"status":0,"success":1,"fail":0}')

    answer = client.run("send", "10010", "Hello")

    assert answer == (3, unanswered("the answer cannot be read"))


def test_numbers_of_json_are_read_with_all_digits_in_any_notation(client):
    """P4.2: integers or strings, of up to 18 digits; and other gateways write blanks, or members of their own"""
    more = r'"more" : { "a]" : [ true , null , 1.5e3 , "\u00e9\"]" ] , "b" : [] , "c" : {} }'
    array = '[ [ 8613800138000 , 987654321098765432 ] , [ "+123456789012345678" , "3" ] ]'
    add_fault(
        client, endpoint="sendsms", body_text=f'\n{{ {more} , "status" : "0" , "fail" : "0" ,\n "array" : {array} }}\n'
    )

    answer = client.run("send", "10010", "Hello")

    accepted = [["8613800138000", "987654321098765432"], ["+123456789012345678", "3"]]
    assert answer == (0, [{"fail": 0, "accepted": accepted}])


def test_a_wrong_command_line_asks_nothing(client):
    """C2"""
    answer = client.run("send", "10010")

    assert answer == (2, [])
    assert client.asked() == []


def test_threads_that_share_a_client_never_share_a_seq():
    """P1.5"""
    client = EimsClient("http://127.0.0.1", "demo", "demo123", "demokey")
    taken: list[list[int]] = []

    def take() -> None:
        taken.append([client.next_seq() for _ in range(2000)])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({seq for seqs in taken for seq in seqs}) == 8000
    assert all(seqs == sorted(seqs) for seqs in taken)
