"""How many, how long, how large: every bound of the protocol that is not a setting."""

from typing import Final

PORT: Final = 20003  # P1.1, the default of the setting port
HOST: Final = "127.0.0.1"  # the default of the setting host

NUMBERS_PER_GET: Final = 100  # P4.1
NUMBERS_PER_POST: Final = 10_000  # P4.1
IDS_PER_QUERY: Final = 200  # P1.4
INBOUND_PER_FETCH: Final = 50  # P6.1
REPORTS_PER_PUSH: Final = 50  # P8.1
CONTENT_LENGTH: Final = 1024  # P1.4, the default of the setting content_limit

NUMBER_DIGITS_MIN: Final = 3  # P2, order 10
NUMBER_DIGITS_MAX: Final = 20
JSON_INTEGER_DIGITS: Final = 18  # P4.2: a longer number goes as a string
SEQ_DIGITS_MAX: Final = 18  # P1.5
TIME_DIGITS: Final = (10, 13)  # P1.5: seconds, milliseconds
SENDTIME_DIGITS: Final = 14  # P1.4
USED_SEQS: Final = 100_000  # P1.6: pairs (seq, time) remembered for an account

BODY_BYTES: Final = 2 * 1024 * 1024  # P1.3, the default of the setting body_limit
REQUEST_LINE_BYTES: Final = 64 * 1024  # P1.3
HEADER_BYTES: Final = 16 * 1024
HEADERS: Final = 128

CONNECTIONS: Final = 12_000  # P1.3, the default of the setting max_connections
WAITING_NUMBERS: Final = 500_000  # P1.3, the default of the setting waiting_numbers

ID_MAX: Final = 2**63 - 1
"""The largest id that a database column holds; a larger one cannot exist."""
