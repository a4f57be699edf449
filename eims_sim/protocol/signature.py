"""Is this the password, or its digest (P1.5)?"""

from hashlib import md5
from hmac import compare_digest


def same_text(sent: str, kept: str) -> bool:
    """Compare two texts in a time that does not tell how much of them agrees."""
    return compare_digest(sent.encode(errors="surrogatepass"), kept.encode(errors="surrogatepass"))


def sign(account: str, password: str, seq: str, time: str, key: str) -> str:
    """The md5 password (P1.5): 32 lower-case hex digits of the parts without separators.

    `seq` and `time` are taken exactly as sent.
    """
    text = f"{account}{password}{seq}{time}{key}"
    return md5(text.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()


def same_digest(sent: str, kept: str) -> bool:
    """Compare hex digests without regard to case, in constant time (P1.5)."""
    return same_text(sent.lower(), kept)
