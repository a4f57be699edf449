"""What may the client have meant whose parameter is absent or wrong (C5)? Asked only when a request is refused."""

import re
from typing import Final

from ..diagnosis import Reason
from ..protocol.names import hint
from ..protocol.requests import Parameters, say_kind

_NUMBER: Final = r"\+?[0-9]{3,20}"
_PARTED: Final = {
    "semicolons": re.compile(rf"{_NUMBER}\s*[;；]\s*{_NUMBER}").match,
    "bars": re.compile(rf"{_NUMBER}\s*\|\s*{_NUMBER}").match,
    "slashes": re.compile(rf"{_NUMBER}\s*/\s*{_NUMBER}").match,
    "ideographic commas": re.compile(rf"{_NUMBER}\s*、\s*{_NUMBER}").match,
    "blanks or line breaks": re.compile(r"\+?[0-9]{7,20}\s+\+?[0-9]{7,20}").match,
}
_LIST: Final = re.compile(r"""\s*[\[{("']""").match
_SPREADSHEET: Final = re.compile(r"[0-9]\.[0-9]+E\+?[0-9]+", re.IGNORECASE).fullmatch
_MARKS: Final = re.compile(r"[ ().\-\u00a0\u2010-\u2015]+")
_NORMAL: Final = re.compile(_NUMBER).fullmatch
_LOOKED_AT: Final = 200


def missing(reason: Reason, name: str, parameters: Parameters) -> Reason:
    """The reason for an absent parameter, with what was sent instead of it."""
    kind = parameters.kinds.get(name)
    if kind is not None:
        return reason.because(say_kind(name, kind))
    why = hint(name, (*parameters.values, *parameters.kinds))
    if why is None and name in parameters.values:
        why = "an empty one counts as absent"
    return reason.because(why)


def ends_with(name: str, parameters: Parameters) -> bool:
    """Whether this was the last parameter, as it is when a `#` cut the query."""
    return bool(parameters.values) and next(reversed(parameters.values)) == name


def why_abnormal(numbers: str) -> str | None:
    """Why no item of `numbers` is normal, in words that repeat none of it; None when there is nothing more to say."""
    text = numbers[:_LOOKED_AT].strip()
    for words, is_so in _PARTED.items():
        if is_so(text):
            return f"they are parted by {words}: use commas"
    if text == "Array":
        return "this is PHP's word for an array: join the numbers with commas"
    if _LIST(text):
        return "this looks like a list written out: send the numbers alone, with commas"
    first = text.partition(",")[0].strip()
    if _SPREADSHEET(first):
        return "this is how spreadsheets show long numbers: format them as text"
    if _NORMAL(_MARKS.sub("", first)):
        return "write a number without blanks, dashes, dots and brackets"
    return None
