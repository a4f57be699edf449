"""The md5 password (P1.5). The digests were made with md5sum."""

import pytest

from eims_sim.protocol.signature import same_digest, same_text, sign

DIGEST = "986a0a71c0c4d85de1f5c9e92ce6a172"  # printf 'demodemo12311506832215demokey' | md5sum


def test_the_digest_is_of_account_password_seq_time_and_key_without_separators():
    """P1.5"""
    assert sign("demo", "demo123", "1", "1506832215", "demokey") == DIGEST


def test_the_digest_is_of_utf8_and_takes_seq_and_time_exactly_as_sent():
    """P1.5"""
    assert sign("账号", "密码", "001", "1506832215000", "密钥") == "3fb1dce2fc30d6606cb080bafcc5456c"


@pytest.mark.parametrize(
    "parts",
    [
        ("demo", "demo123", "01", "1506832215", "demokey"),
        ("demo", "demo123", "1506832215", "1", "demokey"),
        ("demo", "demo123", "1", "1506832215", "demokey "),
        ("Demo", "demo123", "1", "1506832215", "demokey"),
        ("demo", "demo123", "1", "1506832215", ""),
    ],
)
def test_a_change_of_any_part_changes_the_digest(parts):
    """P1.5"""
    assert sign(*parts) != DIGEST


@pytest.mark.parametrize("sent", [DIGEST, DIGEST.upper(), "986A0a71c0c4d85de1f5c9e92ce6a172"])
def test_hex_is_compared_without_regard_to_case(sent):
    """P1.5"""
    assert same_digest(sent, DIGEST)


@pytest.mark.parametrize("sent", ["", DIGEST[:-1], DIGEST + "0", " " + DIGEST, "９" + DIGEST[1:], "密码", "\ud800"])
def test_anything_but_the_digest_is_not_the_digest(sent):
    """P1.5"""
    assert not same_digest(sent, DIGEST)


@pytest.mark.parametrize(
    ("sent", "kept", "same"),
    [
        ("demo123", "demo123", True),
        ("Demo123", "demo123", False),
        ("demo123 ", "demo123", False),
        ("密码", "密码", True),
        ("e\u0301", "\u00e9", False),
        ("\ud800", "\ud800", True),
    ],
)
def test_a_plain_password_is_compared_to_the_letter(sent, kept, same):
    """P1.5"""
    assert same_text(sent, kept) is same
