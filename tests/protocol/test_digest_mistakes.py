"""Which likely mistake made a wrong digest (C5)? What it says is so, whatever the parts are."""

from hashlib import md5
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eims_sim.diagnosis import HEADER_LENGTH
from eims_sim.protocol.digest_mistakes import FAMILIES, FORMULA, Parts, find_form, find_mistake, looks_like_digest
from eims_sim.protocol.signature import sign

PARTS = Parts("demo", "demo123", "42", "1506832215", "demokey")
GUESSES_AT_MOST = 450


def digest(text: str) -> str:
    return md5(text.encode()).hexdigest()


def guesses(parts: Parts) -> list[tuple[str, bytes]]:
    return [guess for family in FAMILIES for guess in family.guesses(parts)]


@pytest.mark.parametrize("count", [5, 4, 3, 2, 1])
def test_every_order_of_every_choice_of_parts_is_found(count):
    """C5"""
    wrong = [chosen for chosen in permutations(range(5), count) if chosen != (0, 1, 2, 3, 4)]

    found = {chosen: find_mistake(digest("".join(PARTS[index] for index in chosen)), PARTS) for chosen in wrong}

    assert all(found.values())
    assert len(set(found.values())) == len(wrong)


def test_a_search_is_bounded():
    """C5: a wrong digest is no way to keep the gateway busy"""
    assert len(guesses(PARTS)) <= GUESSES_AT_MOST


def test_every_mistake_fits_a_header_and_is_ascii():
    """C5"""
    for mistake, _ in guesses(PARTS):
        header = f"auth-md5-mismatch; the digest matches if {mistake}: {FORMULA}"
        assert header.isascii()
        assert header.isprintable()
        assert len(header) <= HEADER_LENGTH


def test_the_right_digest_and_a_strange_one_are_no_mistakes():
    """C5"""
    assert find_mistake("0" * 32, PARTS) is None
    assert find_mistake("x" * 32, PARTS) is None
    assert find_form("x" * 100_000, PARTS) is None


@pytest.mark.parametrize("sent", ["0" * 31, "0" * 33, "g" * 32, "０" * 32, " " * 32, "", "-" * 32])
def test_only_32_hex_digits_look_like_a_digest(sent):
    """P1.5"""
    assert not looks_like_digest(sent)
    assert looks_like_digest("0123456789abcdefABCDEF0000000000")


def test_leading_zeros_that_a_library_lost_are_found():
    """C5: Java's BigInteger.toString(16), and Integer.toHexString(byte)"""
    zero = next(seq for seq in range(10_000) if sign("a", "p", f"{seq}", "1506832215", "k").startswith("0"))
    parts = Parts("a", "p", f"{zero}", "1506832215", "k")
    right = sign(*parts)
    signed_bytes = "".join(f"{byte if byte < 128 else byte + 0xFFFFFF00:02x}" for byte in bytes.fromhex(right))

    assert find_form(right.lstrip("0"), parts) == "its leading zeros are missing"
    assert find_form("".join(f"{byte:x}" for byte in bytes.fromhex(right)), parts) is not None
    assert find_form(signed_bytes, parts) == "its bytes are written as signed numbers"


TEXT = st.text(max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    parts=st.builds(
        Parts,
        account=st.text(min_size=1, max_size=12),
        password=st.text(min_size=1, max_size=12),
        seq=st.from_regex(r"[1-9][0-9]{0,17}", fullmatch=True),
        time=st.from_regex(r"[0-9]{10}|[0-9]{13}", fullmatch=True),
        key=st.text(min_size=1, max_size=12),
    ),
    index=st.integers(min_value=0, max_value=GUESSES_AT_MOST),
)
def test_whatever_the_parts_are_a_mistake_is_found_and_said_without_them(parts, index):
    """C5"""
    tried = guesses(parts)
    mistake, raw = tried[index % len(tried)]
    if raw.hex() == sign(*parts):
        return  # what changes nothing is no mistake: it is never looked for

    found = find_mistake(raw.hex(), parts)

    assert found is not None
    assert any(words == found and made == raw for words, made in tried)
    assert found.isascii()
    assert mistake.isascii()
    assert found in {words for words, _ in guesses(PARTS)} | {words for words, _ in tried}


@pytest.mark.parametrize(
    "parts",
    [
        Parts("demo", "demo123", "", "", ""),
        Parts("demo", "demo123", "42", "1506832215", ""),
        Parts("demo", "demo", "1", "1506832215", "demo"),
        Parts("a\ud800", "b\udfff", "1", "1506832215", "\ud800"),
    ],
)
def test_absent_equal_and_odd_parts_do_no_harm(parts):
    """C5"""
    assert find_mistake("0" * 32, parts) is None
    assert find_form("0" * 31, parts) is None
