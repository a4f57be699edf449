"""What the client sent, however oddly (P1.4, P1.7 to P1.11)."""

from time import process_time

import pytest

from eims_sim.diagnosis import HEADER_LENGTH
from eims_sim.protocol.bodies import (
    BODY_BOM,
    BODY_CHARSET,
    BODY_EMPTY,
    BODY_JSON_LABEL,
    BODY_NOT_JSON,
    BODY_UNREADABLE,
    TYPE_MALFORMED,
)
from eims_sim.protocol.names import CUT_AT_AMPERSAND, PARAMETER_UNKNOWN, PUSH_URL_IGNORED
from eims_sim.protocol.pairs import (
    CONTENT_ENCODED,
    CONTENT_PLUS,
    CONTENT_TWICE,
    ESCAPE_BROKEN,
    NAME_TWICE,
    NOT_UTF8,
    NOT_UTF8_GBK,
    PLUS_LOST,
)
from eims_sim.protocol.requests import (
    BODY_STRICT,
    FRAGMENT,
    GET_LABELLED_JSON,
    NOT_TEXT,
    QUERY_AND_BODY,
    QUERY_OF_POST,
    VERSION_UNKNOWN,
    Parameters,
    read_get,
    read_ids,
    read_post,
    read_query,
    split_items,
)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def get(query: str, endpoint: str = "sendsms") -> Parameters:
    return read_get(query, endpoint)


def post(body: bytes, content_type: str = JSON, query: str = "", *, strict: bool = False) -> Parameters:
    return read_post(query, body, content_type, "sendsms", strict=strict)


def codes(parameters: Parameters) -> list[str]:
    return [note.code for note in parameters.notes]


def part(name: bytes, value: bytes, header: bytes = b"") -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="' + name + b'"\r\n' + header + b"\r\n" + value + b"\r\n"


# --- the query of a GET -------------------------------------------------------------------------------------------


def test_a_query_is_read_by_name():
    """P1.4"""
    parameters = get("account=demo&password=demo123&numbers=10010,1008611&smstype=0&content=test")

    assert parameters.values == {
        "account": "demo",
        "password": "demo123",
        "numbers": "10010,1008611",
        "smstype": "0",
        "content": "test",
    }
    assert parameters.notes == ()
    assert not parameters.unreadable


@pytest.mark.parametrize(
    ("query", "content"),
    [
        ("content=%E4%BD%A0%E5%A5%BD", "你好"),
        ("content=%e4%bd%a0%e5%a5%bd", "你好"),
        ("content=你好", "你好"),
        ("content=a+b%20c", "a b c"),
        ("content=%2B86", "+86"),
        ("content=a%26b%3Dc%23%25", "a&b=c#%"),
        ("content=a=b=c", "a=b=c"),
        ("content=a;b", "a;b"),
        ("content=%00", "\x00"),
        ("content=%0D%0A", "\r\n"),
        ("content=%F0%9F%98%80", "😀"),
        ("content=", ""),
        ("content", ""),
        ("%63ontent=x", "x"),
        ("&&content=x&", "x"),
    ],
)
def test_a_value_is_url_decoded_as_utf8(query, content):
    """P1.4"""
    assert get(query).values == {"content": content}


@pytest.mark.parametrize("broken", ["100%", "%", "%4", "%zz", "%%", "%u4f60", "5%-10%", "%g1%1g", "%٣٣"])
def test_a_broken_escape_stays_as_sent(broken):
    """P1.4"""
    parameters = get(f"content={broken}")

    assert parameters.values == {"content": broken}
    assert ESCAPE_BROKEN in parameters.notes


def test_a_broken_escape_does_not_spoil_its_neighbours():
    """P1.4"""
    assert get("content=%zz%E4%BD%A0+%").values == {"content": "%zz你 %"}


@pytest.mark.parametrize("escape", ["%FF", "%80", "%ED%A0%80", "%C0%AF"])
def test_bytes_that_are_neither_utf8_nor_gbk_become_replacement_characters_with_a_note(escape):
    """P1.11"""
    parameters = get(f"account=demo&content=a{escape}%FFb")

    assert parameters.values["account"] == "demo"
    assert parameters.values["content"].startswith("a\ufffd")
    assert parameters.values["content"].endswith("\ufffdb")
    assert NOT_UTF8 in parameters.notes


def test_gbk_bytes_become_replacement_characters_and_the_note_says_gbk():
    """P1.11"""
    parameters = get("content=%C4%E3%BA%C3&numbers=10010")  # 你好 in GBK

    assert parameters.values == {"content": "\ufffd\ufffd\ufffd", "numbers": "10010"}
    assert parameters.notes == (NOT_UTF8_GBK,)
    assert "GBK" in NOT_UTF8_GBK.sentence


def test_raw_bytes_that_are_not_utf8_become_replacement_characters_too():
    """P1.11"""
    query = b"content=\xc4\xe3".decode("utf-8", "surrogateescape")

    parameters = get(query)

    assert parameters.values == {"content": "\ufffd\ufffd"}
    assert parameters.notes == (NOT_UTF8_GBK,)


def test_of_a_name_given_twice_the_first_counts_with_a_note():
    """P1.8"""
    parameters = get("numbers=10010&content=x&numbers=10086")

    assert parameters.values == {"numbers": "10010", "content": "x"}
    assert parameters.notes == (NAME_TWICE,)


def test_a_name_given_twice_is_found_through_its_escapes():
    """P1.8"""
    parameters = get("content=x&%63ontent=y")

    assert parameters.values == {"content": "x"}
    assert parameters.notes == (NAME_TWICE,)


def test_an_empty_parameter_counts_as_absent():
    """P1.8"""
    parameters = get("sendtime=&smstype")

    assert parameters.get("sendtime") is None
    assert parameters.get("smstype") is None
    assert parameters.get("sender") is None


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("number", "numbers"),
        ("Account", "account"),
        ("ACCOUNT", "account"),
        ("passwd", "password"),
        ("password_pengguna", "password"),
        ("send_time", "sendtime"),
        ("sendTime", "sendtime"),
        ("mobile", "numbers"),
        ("sendid", "numbers"),
        ("phone_number", "numbers"),
        ("to", "numbers"),
        ("numbers[]", "numbers"),
        ("numbers[0]", "numbers"),
        ("msg", "content"),
        ("text", "content"),
        ("message", "content"),
        ("user", "account"),
        ("username", "account"),
        ("from", "sender"),
    ],
)
def test_an_unknown_name_is_ignored_and_the_nearest_known_one_is_named(name, nearest):
    """P1.8"""
    parameters = get(f"{name}=x")

    assert parameters.get(nearest) is None
    assert codes(parameters) == [PARAMETER_UNKNOWN.code]
    assert parameters.notes[0].sentence.endswith(f"the nearest known one is {nearest}")


@pytest.mark.parametrize("name", ["b", "limit", "名字", "%FF", "x" * 5000])
def test_a_name_like_no_other_gets_the_list_of_known_ones(name):
    """P1.8"""
    parameters = get(f"{name}=secret")

    note = parameters.notes[-1]
    assert note.code == PARAMETER_UNKNOWN.code
    assert "numbers" in note.sentence
    assert name not in note.sentence.split()
    assert "secret" not in note.sentence
    assert note.header().isascii()
    assert len(note.header()) <= HEADER_LENGTH


@pytest.mark.parametrize(
    ("endpoint", "names"),
    [
        ("getbalance", "version account password seq time"),
        ("sendsms", "version account password seq time numbers content smstype mmstitle sender sendtime"),
        ("getreport", "version account password seq time ids"),
        ("getsms", "version account password seq time start_time"),
    ],
)
def test_each_endpoint_knows_its_parameters(endpoint, names):
    """P1.4"""
    query = "&".join(f"{name}=1.0" for name in names.split())

    assert get(query, endpoint).notes == ()


@pytest.mark.parametrize(
    ("endpoint", "name"), [("getbalance", "numbers"), ("getreport", "id"), ("getsms", "limit"), ("sendsms", "ids")]
)
def test_a_parameter_of_another_endpoint_is_unknown(endpoint, name):
    """P1.4, P1.8"""
    assert codes(get(f"{name}=1", endpoint)) == [PARAMETER_UNKNOWN.code]


@pytest.mark.parametrize("version", ["1.0", "1.1", ""])
def test_a_known_version_or_none_earns_no_note(version):
    """P1.4"""
    assert get(f"version={version}").notes == ()


@pytest.mark.parametrize("version", ["2.0", "1", "v1.0", " 1.0", "１.０"])
def test_an_unknown_version_is_accepted_with_a_note(version):
    """P1.4"""
    parameters = get(f"version={version}&account=demo")

    assert parameters.values["account"] == "demo"
    assert parameters.notes == (VERSION_UNKNOWN,)


def test_an_empty_query_has_no_parameters():
    """P1.4"""
    assert get("") == Parameters({})


# --- the body of a POST: JSON -------------------------------------------------------------------------------------


def test_a_json_body_is_what_the_document_wants():
    """P4.1"""
    parameters = post(
        b'{"account":"chenkc","password":"123456","content":"test","smstype":0,"mmstitle":"mmstitle decs",'
        b'"numbers":"123456"}'
    )

    assert parameters.values == {
        "account": "chenkc",
        "password": "123456",
        "content": "test",
        "smstype": "0",
        "mmstitle": "mmstitle decs",
        "numbers": "123456",
    }
    assert parameters.notes == ()


def test_the_broken_sample_of_the_document_is_unreadable():
    """P4.1"""
    sample = (
        '{"account":"chenkc","password":"123456","content":"test","smstype":0,"mmstitle":"mms\n\n'
        'title decs"，"numbers":"123456"}'
    )

    assert post(sample.encode()).unreadable


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=UTF-8", " application/json ;x"]
)
def test_json_labelled_as_json_is_read_without_a_note(content_type):
    """P1.7"""
    parameters = post('{"content":"你好"}'.encode(), content_type)

    assert parameters.values == {"content": "你好"}
    assert parameters.notes == ()


@pytest.mark.parametrize("content_type", ["application/json; charset=gbk", 'APPLICATION/JSON;charset="GB2312"'])
def test_text_is_utf8_whatever_charset_is_named(content_type):
    """P1.7: with a note."""
    parameters = post('{"content":"你好"}'.encode(), content_type)

    assert parameters.values == {"content": "你好"}
    assert parameters.notes == (BODY_CHARSET,)


def test_an_empty_value_in_the_body_hides_none_of_the_query():
    """P1.7, P1.8: an optional parameter that is empty counts as absent."""
    parameters = read_post("smstype=1", b'{"smstype":""}', "application/json", "sendsms", strict=False)

    assert parameters.values == {"smstype": "1"}


@pytest.mark.parametrize("content_type", ["", "text/plain", FORM, MULTIPART, "application/jsonp", " text/json ; x"])
def test_a_json_object_is_read_as_json_whatever_its_content_type(content_type):
    """P1.7"""
    parameters = post(b'{"account":"demo"}', content_type)

    assert parameters.values == {"account": "demo"}
    assert parameters.notes == (BODY_JSON_LABEL,)


@pytest.mark.parametrize(
    ("json", "text"),
    [
        (b"10010", "10010"),
        (b"1", "1"),
        (b"-0", "-0"),
        (b"-7", "-7"),
        (b"12345678901234567890123", "12345678901234567890123"),
        (b"9" * 5000, "9" * 5000),  # more digits than int() takes
        (b'"10010"', "10010"),
        (b'"001"', "001"),
        (b'"\\u4f60\\ud83d\\ude00"', "你😀"),
        (b'"\\u0000"', "\x00"),
        (b'"%20+"', "%20+"),
        (b'""', ""),
    ],
)
def test_a_json_integer_is_its_text_with_all_digits_and_a_string_is_as_it_is(json, text):
    """P1.9"""
    parameters = post(b'{"numbers":' + json + b"}")

    assert parameters.values == {"numbers": text}
    assert parameters.notes == ()


@pytest.mark.parametrize(
    "json",
    [b"true", b"false", b"null", b"[]", b'["10010"]', b"{}", b'{"a":1}', b"1.0", b"10010.5", b"1e5", b"1E400", b"-0.0"],
)
def test_any_other_json_value_counts_as_absent_with_a_note(json):
    """P1.9"""
    parameters = post(b'{"numbers":' + json + b',"account":"demo"}')

    assert parameters.values == {"account": "demo"}
    assert codes(parameters) == [NOT_TEXT.code]
    assert list(parameters.kinds) == ["numbers"]


def test_a_json_value_that_counts_as_absent_leaves_the_querys_in_place():
    """P1.7, P1.9"""
    parameters = post(b'{"numbers":null}', query="numbers=10010")

    assert parameters.values == {"numbers": "10010"}
    assert set(codes(parameters)) == {NOT_TEXT.code, QUERY_OF_POST.code}


def test_of_a_json_name_given_twice_the_last_counts_with_a_note():
    """P1.8"""
    parameters = post(b'{"numbers":"10010","content":"x","numbers":"10086"}')

    assert parameters.values == {"numbers": "10086", "content": "x"}
    assert parameters.notes == (NAME_TWICE,)


def test_a_json_name_given_twice_is_found_through_its_escapes():
    """P1.8"""
    parameters = post(b'{"content":"x","\\u0063ontent":"y"}')

    assert parameters.values == {"content": "y"}
    assert parameters.notes == (NAME_TWICE,)


def test_a_byte_order_mark_is_skipped_with_a_note():
    """P1.9"""
    parameters = post(b'\xef\xbb\xbf{"account":"demo"}')

    assert parameters.values == {"account": "demo"}
    assert parameters.notes == (BODY_BOM,)


UNREADABLE = {
    "not JSON": b"account=demo",
    "cut off": b'{"account":"demo"',
    "more after it": b'{"account":"demo"}{}',
    "a list": b'[{"account":"demo"}]',
    "null": b"null",
    "a string": b'"account"',
    "blanks": b"  \r\n",
    "single quotes": b"{'account':'demo'}",
    "full-width comma": '{"account":"demo"，"x":"y"}'.encode(),
    "raw line break in a string": b'{"content":"a\nb"}',
    "NaN": b'{"account":"demo","x":NaN}',
    "Infinity": b'{"account":"demo","x":Infinity}',
    "nested -Infinity": b'{"account":"demo","x":[{"y":-Infinity}]}',
    "NaN overruled": b'{"x":NaN,"x":1,"account":"demo"}',
    "lone high surrogate": b'{"account":"demo","content":"\\ud800"}',
    "lone low surrogate": b'{"account":"demo","content":"a\\udc00b"}',
    "surrogates in the wrong order": b'{"account":"demo","content":"\\ude00\\ud83d"}',
    "lone surrogate in a name": b'{"account":"demo","\\ud800":"x"}',
    "nested lone surrogate": b'{"account":"demo","x":[1,{"y":["\\uDFFF"]}]}',
    "nested lone surrogate in a name": b'{"account":"demo","x":[{"\\udbff":1}]}',
    "lone surrogate overruled": b'{"content":"\\ud800","content":"x","account":"demo"}',
    "nested lone surrogate overruled": b'{"x":[{"y":"\\ud800"}],"x":1,"account":"demo"}',
    "surrogate in UTF-8": b'{"content":"\xed\xa0\x80"}',
    "GBK": '{"content":"你好"}'.encode("gbk"),
    "UTF-16": '{"account":"demo"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"account":"demo"}'.encode("utf-16-le"),
    "UTF-32": '{"account":"demo"}'.encode("utf-32"),
    "two byte order marks": b'\xef\xbb\xbf\xef\xbb\xbf{"account":"demo"}',
    "a byte order mark alone": b"\xef\xbb\xbf",
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets in an object": b'{"account":"demo","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100,000 braces": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("trouble", UNREADABLE)
def test_an_unreadable_body_counts_as_absent_with_a_note(trouble):
    """P1.7, P1.9"""
    parameters = post(UNREADABLE[trouble])

    assert (parameters.values, codes(parameters), parameters.unreadable) == ({}, [BODY_UNREADABLE.code], True)
    assert parameters.notes[0].sentence.startswith(f"{BODY_UNREADABLE.sentence}; ")
    assert len(f"{parameters.notes[0].code}; {parameters.notes[0].sentence}") <= HEADER_LENGTH
    assert parameters.notes[0].sentence.isascii()


def test_a_list_counts_as_absent_however_deep_and_whether_or_not_a_string_has_escapes():
    """P1.9"""
    nested = b"[" * 600 + b"]" * 600

    literal = post('{"content":"你","sender":'.encode() + nested + b"}")
    escaped = post(b'{"content":"\\u4f60","sender":' + nested + b"}")

    note = NOT_TEXT.because("sender is a JSON list: send one string")
    assert literal == Parameters({"content": "你"}, (note,), kinds={"sender": "list"})
    assert escaped == literal


def test_beside_an_unreadable_body_the_query_still_counts():
    """P1.7"""
    parameters = post(b'{"account":', query="account=demo&content=x")

    assert parameters.values == {"account": "demo", "content": "x"}
    assert set(codes(parameters)) == {BODY_UNREADABLE.code, QUERY_OF_POST.code}
    assert parameters.unreadable


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/xml", JSON, "application/x-www-form-urlencode"])
def test_a_body_of_another_type_that_is_no_json_object_is_unreadable(content_type):
    """P1.7"""
    assert post(b"account=demo", content_type).unreadable


@pytest.mark.parametrize("content_type", ["", JSON, FORM, MULTIPART])
def test_no_body_is_no_parameters_but_not_unreadable(content_type):
    """P1.7"""
    assert post(b"", content_type) == Parameters({}, (BODY_EMPTY,))


def test_an_empty_object_is_readable():
    """P1.7"""
    assert post(b"{}") == Parameters({})


# --- the body of a POST: forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", [FORM, FORM.upper(), f"{FORM}; charset=utf-8"])
def test_a_form_is_read_as_utf8_with_a_note(content_type):
    """P1.7"""
    parameters = post(b"account=demo&content=%E4%BD%A0+%zz", content_type)

    assert parameters.values == {"account": "demo", "content": "你 %zz"}
    assert BODY_NOT_JSON in parameters.notes


def test_of_a_name_given_twice_in_a_form_the_first_counts():
    """P1.8"""
    parameters = post(b"numbers=10010&numbers=10086", FORM)

    assert parameters.values == {"numbers": "10010"}
    assert parameters.notes == (BODY_NOT_JSON, NAME_TWICE)


@pytest.mark.parametrize("body", [b"content=\xc4\xe3\xba\xc3", b"content=%C4%E3%BA%C3"])
def test_gbk_in_a_form_becomes_replacement_characters(body):
    """P1.11"""
    parameters = post(body, FORM)

    assert parameters.values == {"content": "\ufffd\ufffd\ufffd"}
    assert parameters.notes == (BODY_NOT_JSON, NOT_UTF8_GBK)


def test_multipart_is_read_as_utf8_with_a_note():
    """P1.7"""
    body = (
        part(b"account", b"demo")
        + part(b"content", "你+%20好\r\n".encode(), b"Content-Type: text/plain; charset=gbk\r\n")
        + b"--b--\r\n"
    )

    parameters = post(body, MULTIPART)

    assert parameters.values == {"account": "demo", "content": "你+%20好\r\n"}
    assert parameters.notes == (BODY_NOT_JSON, CONTENT_ENCODED)


@pytest.mark.parametrize(
    "content", ["a\nb", "a\rb", "\r\n", " x ", "", "a\x0bb\x1c\x85\u2028", "x" * 8191 + "\r\ny", "a--b--"]
)
def test_a_multipart_value_arrives_to_the_byte(content):
    """P1.7"""
    body = part(b"content", content.encode()) + b"--b--"

    assert post(body, MULTIPART.replace("=b", '="b"')).values == {"content": content}


def test_of_a_name_given_twice_in_multipart_the_first_counts():
    """P1.8"""
    parameters = post(part(b"numbers", b"10010") + part(b"numbers", b"10086") + b"--b--", MULTIPART)

    assert parameters.values == {"numbers": "10010"}
    assert parameters.notes == (BODY_NOT_JSON, NAME_TWICE)


def test_gbk_in_multipart_becomes_replacement_characters():
    """P1.11"""
    parameters = post(part(b"content", b"\xc4\xe3\xba\xc3") + b"--b--", MULTIPART)

    assert parameters.values == {"content": "\ufffd\ufffd\ufffd"}
    assert NOT_UTF8_GBK in parameters.notes


def test_a_multipart_part_without_a_name_is_skipped():
    """P1.7"""
    body = b"--b\r\nX: y\r\n\r\nlost\r\n" + part(b"account", b"demo") + b"--b--"

    assert post(body, MULTIPART).values == {"account": "demo"}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"account=demo", MULTIPART),
        (part(b"account", b"demo") + b"--b--", "multipart/form-data"),
        (part(b"account", b"demo") + b"--b--", "multipart/form-data; boundary=other"),
        (part(b"account", b"demo") + b"--b--", "multipart/form-data; boundary="),
        (b"\x00\xff\xfe", MULTIPART),
        (b"--b--", "multipart/form-data; boundary=\u754c"),
    ],
)
def test_multipart_without_its_boundary_is_unreadable(body, content_type):
    """P1.7"""
    parameters = post(body, content_type, query="account=demo")

    assert parameters.unreadable
    assert parameters.values == {"account": "demo"}
    assert BODY_UNREADABLE.code in codes(parameters)


@pytest.mark.parametrize("filler", [b'"', b"\\", b";a=b", b";a*0=b", b"(", b"=?utf-8?q?", b"\r\n ", b', a="'])
def test_a_multipart_header_of_two_megabytes_is_read_at_once(filler):
    """P1.7: nobody waits for it; a part with such a head counts for nothing"""
    huge = (
        b"--b\r\nContent-Disposition: form-data; name=content" + filler * (2_000_000 // len(filler)) + b"\r\n\r\nx\r\n"
    )
    began = process_time()

    parameters = post(huge + part(b"account", b"demo") + b"--b--", MULTIPART)

    assert parameters.values == {"account": "demo"}
    assert process_time() - began < 1


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        (b"base64", b"5L2g5aW9"),
        (b"Quoted-Printable", b"=E4=BD=A0=E5=A5=BD"),
        (b"8bit", "你好".encode()),
        (b"binary", "你好".encode()),
    ],
)
def test_a_transfer_encoding_in_multipart_is_undone(encoding, sent):
    """P1.7"""
    body = part(b"content", sent, b"Content-Transfer-Encoding: " + encoding + b"\r\n") + b"--b--"

    assert post(body, MULTIPART).values == {"content": "你好"}


def test_a_multipart_value_that_is_not_encoded_as_it_says_stays_as_it_is():
    """P1.7"""
    body = part(b"content", b"Hello", b"Content-Transfer-Encoding: base64\r\n") + b"--b--"

    assert post(body, MULTIPART).values == {"content": "Hello"}


@pytest.mark.parametrize(
    "head",
    [
        b'content-disposition:form-data;name="a\\"b"',
        b'Content-Disposition: form-data; filename="; name=x"; NAME="a\\"b"',
        b'Content-Disposition: form-data;\r\n\tname="a\\"b"; name=c',
        b'X: y\nContent-Disposition: attachment ; name = "a\\"b"; filename=f',
    ],
)
def test_the_name_of_a_multipart_part_is_found_however_it_is_written(head):
    """P1.7"""
    assert post(b"--b \r\n" + head + b"\n\nx\r\n--b--\r\nepilogue\r\n--b\r\n", MULTIPART).values == {'a"b': "x"}


def test_a_multipart_form_that_ends_too_early_is_read_as_far_as_it_goes():
    """P1.7"""
    assert post(
        part(b"account", b"demo") + b'--b\r\nContent-Disposition: form-data; name="content"', MULTIPART
    ).values == {
        "account": "demo",
        "content": "",
    }


def test_a_multipart_form_has_at_most_1000_parts():
    """P1.7"""
    body = b"".join(part(b"a%d" % at, b"x") for at in range(1001)) + part(b"account", b"demo") + b"--b--"

    assert len(post(body, MULTIPART).values) == 1000


# --- the query of a POST ------------------------------------------------------------------------------------------


def test_the_query_of_a_post_is_read_too_with_a_note():
    """P1.7"""
    parameters = post(b'{"content":"x"}', query="account=demo&password=demo123")

    assert parameters.values == {"account": "demo", "password": "demo123", "content": "x"}
    assert parameters.notes == (QUERY_OF_POST,)


def test_the_body_wins_over_the_query_with_a_note_when_they_differ():
    """P1.7"""
    parameters = post(b'{"account":"body","content":"x"}', query="account=query&content=x")

    assert parameters.values == {"account": "body", "content": "x"}
    assert parameters.notes == (QUERY_OF_POST, QUERY_AND_BODY)


def test_a_query_that_says_the_same_as_the_body_does_not_differ():
    """P1.7"""
    parameters = post(b'{"account":"demo"}', query="account=demo")

    assert parameters.notes == (QUERY_OF_POST,)


def test_what_is_odd_in_query_and_body_is_noted_once():
    """P1.8"""
    parameters = post(b"account=a&account=b", FORM, query="content=x&content=y")

    assert parameters.values == {"account": "a", "content": "x"}
    assert parameters.notes == (BODY_NOT_JSON, NAME_TWICE, QUERY_OF_POST)


# --- strict -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"account=demo", FORM), (part(b"account", b"demo") + b"--b--", MULTIPART)],
    ids=["form", "multipart"],
)
def test_strict_a_form_body_counts_as_absent(body, content_type):
    """P1.7"""
    parameters = post(body, content_type, strict=True)

    assert parameters == Parameters({}, (BODY_STRICT,))


def test_strict_the_query_of_a_post_counts_as_absent():
    """P1.7"""
    parameters = post(b'{"content":"x"}', query="account=demo&content=y", strict=True)

    assert parameters == Parameters({"content": "x"}, (BODY_STRICT,))


def test_strict_neither_form_nor_query_counts_and_that_is_said_once():
    """P1.7"""
    parameters = post(b"account=demo", FORM, query="account=demo", strict=True)

    assert parameters == Parameters({}, (BODY_STRICT,))


def test_strict_the_query_beside_an_unreadable_body_counts_as_absent_too():
    """P1.7"""
    parameters = post(b"{", query="account=demo", strict=True)

    assert (parameters.values, parameters.unreadable) == ({}, True)
    assert codes(parameters) == [BODY_UNREADABLE.code, BODY_STRICT.code]


def test_strict_a_json_object_under_a_forms_label_is_still_json():
    """P1.7"""
    parameters = post(b'{"account":"demo"}', FORM, strict=True)

    assert parameters == Parameters({"account": "demo"}, (BODY_JSON_LABEL,))


# --- what looks like a mistake (C5) -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        "a%20+%20b",
        "1+1=2",
        "+861380000",
        "C++",
        "a+b;c",
        '"a+b"',
        "你+好",
    ],
)
def test_a_plus_that_no_library_wrote_earns_a_note(raw):
    """C5"""
    assert CONTENT_PLUS in get(f"content={raw}").notes


@pytest.mark.parametrize(
    "raw",
    ["a+b", "Hello+World%21", "%E4%BD%A0+%E5%A5%BD", "a+b-c.d_e*f~g", "Hello,+World!", "24/7:+a@b?", "a%2Bb", "a%20b"],
)
def test_a_plus_that_a_library_writes_for_a_blank_earns_none(raw):
    """C5, P1.4"""
    assert get(f"content={raw}").notes == ()


@pytest.mark.parametrize("raw", ["Hello%2520World", "%25E4%25BD%25A0", "100%2525", "a%253Db"])
def test_content_that_is_encoded_twice_earns_a_note(raw):
    """C5"""
    assert get(f"content={raw}").notes == (CONTENT_TWICE,)
    assert CONTENT_TWICE in post(f"content={raw}".encode(), FORM).notes


@pytest.mark.parametrize("content", ["Hello%20World", "%E4%BD%A0%E5%A5%BD", "你好%20世界", "a%0Ab"])
def test_content_that_is_encoded_in_json_or_multipart_earns_a_note(content):
    """C5"""
    json = post(f'{{"content":"{content}"}}'.encode())
    multipart = post(part(b"content", content.encode()) + b"--b--", MULTIPART)

    assert json.values == multipart.values == {"content": content}
    assert json.notes == (CONTENT_ENCODED,)
    assert CONTENT_ENCODED in multipart.notes


@pytest.mark.parametrize("content", ["100%", "50%25 off", "100% sure", "5%ab", "%zz", "a%2", "%", "", "save 20%20"])
def test_a_percent_sign_alone_does_not_look_encoded(content):
    """C5"""
    assert post(f'{{"content":"{content}"}}'.encode()).notes == ()


@pytest.mark.parametrize("where", ["account", "password", "content", "mmstitle", "sender"])
@pytest.mark.parametrize("rest", ["b", "b=c", "+Jerry", "%20Jerry", "你好", "5%"])
def test_an_unknown_name_right_after_a_text_looks_like_the_rest_of_it(where, rest):
    """C5"""
    parameters = get(f"numbers=10010&{where}=a&{rest}&version=1.0")

    assert parameters.notes[0] == CUT_AT_AMPERSAND.because(f"an unknown parameter follows {where}")
    assert "Jerry" not in str(parameters.notes)


@pytest.mark.parametrize("query", ["numbers=1&b", "content=a&msg=b", "content=a&ids=1", "b&content=a", "seq=1&b=2"])
def test_an_unknown_name_elsewhere_or_that_is_meant_for_another_does_not(query):
    """C5"""
    assert CUT_AT_AMPERSAND.code not in codes(get(query))


def test_in_a_form_a_value_may_be_cut_too_but_in_json_the_order_means_nothing():
    """C5"""
    form = post(b"content=Tom&Jerry&numbers=10010", FORM)
    json = post(b'{"content":"Tom","Jerry":"","numbers":"10010"}')

    assert CUT_AT_AMPERSAND.code in codes(form)
    assert CUT_AT_AMPERSAND.code not in codes(json)


@pytest.mark.parametrize("name", ["pushurl", "pushUrl", "push_url", "callback", "callback_url", "notifyurl", "webhook"])
def test_a_push_url_is_ignored_and_that_is_said(name):
    """C5"""
    parameters = get(f"{name}=http%3A%2F%2Fexample.org")

    assert parameters.notes == (PUSH_URL_IGNORED,)


def test_the_most_telling_of_many_notes_on_names_comes_first():
    """C5"""
    assert codes(get("x1=1&x2=2&pushurl=u")) == [PUSH_URL_IGNORED.code, PARAMETER_UNKNOWN.code]


def test_a_name_of_another_endpoint_is_said_to_be_its():
    """C5"""
    (note,) = get("numbers=10010&content=x", "getreport").notes

    assert note == PARAMETER_UNKNOWN.because("it belongs to /sendsms")


def test_a_url_is_cut_at_a_fragment_with_a_note():
    """C5"""
    by_get = get("content=room#5&numbers=10010")
    by_post = post(b"{}", query="content=room#5")

    assert by_get == Parameters({"content": "room"}, (FRAGMENT,))
    assert by_post == Parameters({"content": "room"}, (FRAGMENT, QUERY_OF_POST))
    assert read_query("content=room#5") == {"content": "room"}


@pytest.mark.parametrize("content_type", [JSON, "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_a_get_that_says_it_is_json_earns_a_note(content_type):
    """C5"""
    assert read_get("content=x", "sendsms", content_type).notes == (GET_LABELLED_JSON,)


@pytest.mark.parametrize("content_type", [None, "", FORM, "text/plain"])
def test_a_get_that_says_anything_else_earns_none(content_type):
    """C5"""
    assert read_get("content=x", "sendsms", content_type).notes == ()


@pytest.mark.parametrize(
    "content_type", ["application/json,Content-Type:application/json", "；", "json", "application/", "a b/c"]
)
def test_a_content_type_that_is_no_media_type_earns_a_note(content_type):
    """C5"""
    parameters = post(b'{"account":"demo"}', content_type)

    assert parameters.values == {"account": "demo"}
    assert parameters.notes == (TYPE_MALFORMED, BODY_JSON_LABEL)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"null", "it is JSON, but no object: null"),
        (b"[1]", "it is JSON, but no object: list"),
        (b'"x"', "it is JSON, but no object: string or number"),
        (b"1.5", "it is JSON, but no object: fraction"),
        (b"true", "it is JSON, but no object: true or false"),
        (b"account=demo&content=x", f"it looks like a form; those are {FORM}"),
        (b'{"account":"demo"', "it ends too early"),
        (b"  ", "it ends too early"),
        (b"{'account':'demo'}", "it has single quotes for double ones"),
        ('{"a":"b"，"c":"d"}'.encode(), "its character 9 is no ASCII: a full-width comma or a curly quote?"),
        (b'{"a":"b\nc"}', "a string holds a raw line break or another control character"),
        (b'{"a":1}{}', "it is no JSON from character 8 on"),
        (b'{"a":NaN}', "it holds NaN, Infinity or a lone surrogate"),
        (b'{"a":"\\ud800"}', "it holds NaN, Infinity or a lone surrogate"),
        ('{"a":"你好"}'.encode("gbk"), "it is not UTF-8, but valid GBK"),
        (b'{"a":"\xff\xff"}', "it is not UTF-8"),
        ('{"a":1}'.encode("utf-16"), "it looks like UTF-16 or UTF-32"),
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_why_a_body_is_unreadable_is_said(body, why):
    """C5"""
    assert post(body).notes == (BODY_UNREADABLE.because(why),)


@pytest.mark.parametrize(
    ("json", "kind"),
    [
        ("[1]", "list: send one string with commas"),
        ("{}", "object: send one string with commas"),
        ("null", "null: send one string with commas"),
        ("true", "true or false: send one string with commas"),
        ("1.5", "fraction: send one string with commas"),
    ],
)
def test_what_a_json_value_is_instead_of_a_text_is_said(json, kind):
    """C5, P1.9"""
    assert post(f'{{"numbers":{json}}}'.encode()).notes == (NOT_TEXT.because(f"numbers is a JSON {kind}"),)


def test_an_unknown_name_is_noted_whatever_its_json_value():
    """C5, P1.8"""
    parameters = post(b'{"mobile":["10010"]}')

    assert codes(parameters) == [NOT_TEXT.code, PARAMETER_UNKNOWN.code]
    assert parameters.notes[1].sentence.endswith("the nearest known one is numbers")


def test_a_plus_in_numbers_earns_its_own_note():
    """C5"""
    assert get("numbers=+8613800000000").notes == (PLUS_LOST,)
    assert get("numbers=13800000000,+8613800000001").notes == (PLUS_LOST,)


@pytest.mark.parametrize("numbers", ["138+0000+0000", "13800000000%2C+13800000001", "+", "13800000000+", "1,+%2B86138"])
def test_a_blank_in_numbers_is_no_lost_plus(numbers):
    """P1.11: urlencode writes blanks so"""
    assert PLUS_LOST not in get(f"numbers={numbers}").notes


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (None, []),
        ("", []),
        (" , ,\u3000,", []),
        ("1,2", ["1", "2"]),
        ("\u00a01 ,,\u30002\t,x", ["1", "2", "x"]),
        ("1，2", ["1，2"]),
    ],
)
def test_a_list_is_trimmed_and_loses_its_empty_items(text, items):
    """P2, order 9; P5.2"""
    assert split_items(text) == items


@pytest.mark.parametrize(
    ("items", "asked"),
    [
        (["3", "1", "2", "1"], [3, 1, 2]),
        (["01", "1", "0"], [1, 0]),
        (["1", "x", "+1", "x", "１"], [1, "x", "+1", "１"]),
        (["9" * 18, "9" * 19], [int("9" * 18), int("9" * 19)]),
        ([], []),
    ],
)
def test_each_id_is_asked_for_once_in_its_order(items, asked):
    """P5.2"""
    assert list(read_ids(items)) == asked
