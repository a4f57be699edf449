"""`eims-sim send`: what does the gateway make of this message?"""

import json
from typing import TYPE_CHECKING, Any, Final

import click

from .options import VariableOption, calls_server
from .output import echo_json, remark
from .table import Column, Table, plain
from .wording import counted, status_words

if TYPE_CHECKING:
    from ..client.control import Answer, Client

_COLUMNS: Final = (Column("id", right=True), Column("number"))
_NOTES: Final = "X-EIMS-Sim-Note"
_REASON: Final = "X-EIMS-Sim-Reason"


class PasswordOption(VariableOption):
    """The password, also from the variable that `serve` asks for in the lines it prints."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, envvar=["EIMS_SIM_PASSWORD", "EIMS_PASSWORD"], **attributes)


@click.command()
@click.option("--account", cls=VariableOption, required=True, metavar="NAME", help="Who sends.")
@click.option("--password", cls=PasswordOption, required=True, metavar="P", help="The account's plain password.")
@click.option(
    "--key", cls=VariableOption, metavar="K", help="The negotiated key: send the md5 password instead (P1.5)."
)
@click.option("--to", cls=VariableOption, required=True, metavar="N[,N...]", help="The numbers, separated by commas.")
@click.option("--sender", cls=VariableOption, metavar="TEXT", help="What the recipient sees as the origin.")
@click.option("--sendtime", cls=VariableOption, metavar="yyyyMMddHHmmss", help="When to send, in the gateway's zone.")
@click.option("--mms", cls=VariableOption, metavar="TITLE", help="Send an MMS with this title.")
@click.option(
    "--seq", cls=VariableOption, metavar="N", help="With --key: seq as it is sent. Default: microseconds since 1970."
)
@click.option(
    "--time", cls=VariableOption, metavar="T", help="With --key: time as it is sent. Default: seconds since 1970."
)
@click.argument("content")
@calls_server
def send(client: "Client", as_json: bool, **sent: Any) -> int:
    """Send CONTENT to numbers, as a client of the gateway would.

    By POST in JSON, which takes up to 10,000 numbers. Prints the id of each message; exits with 1 when it is refused.
    """
    body = json.dumps(_parameters(**sent)).encode()
    answer = client.gateway("POST", "/sendsms", body, {"Content-Type": "application/json"}, doing="sending")
    told = _read(client.url, answer)
    if as_json:
        echo_json(told)
    else:
        _show(answer, told)
    return 0 if told["status"] == 0 else 1


def _parameters(
    account: str,
    password: str,
    key: str | None,
    to: str,
    content: str,
    mms: str | None,
    seq: str | None,
    time: str | None,
    **optional: str | None,
) -> dict[str, object]:
    """The parameters of the submit (P1.4)."""
    given: dict[str, object] = {"account": account, "password": password, "numbers": to, "content": content}
    given |= {name: value for name, value in optional.items() if value is not None}
    if mms is not None:
        given |= {"smstype": 1, "mmstitle": mms}
    if key is not None:
        given |= _signed(account, password, key, seq, time)
    elif seq is not None or time is not None:
        raise click.UsageError("--seq and --time belong to the md5 password: give --key too.")
    return given


def _signed(account: str, password: str, key: str, seq: str | None, time: str | None) -> dict[str, str]:
    """The md5 password; a seq in microseconds grows from one command to the next, on every machine alike."""
    from ..engine.clock import real_now
    from ..protocol.notation import SECOND
    from ..protocol.signature import sign

    now = real_now()
    seq, time = seq or str(now), time or str(now // SECOND)
    return {"seq": seq, "time": time, "password": sign(account, password, seq, time, key)}


def _read(url: str, answer: "Answer") -> Any:
    """The gateway's answer (P4.2). Raises ClickException for what is none."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    if answer.status != 200 or not isinstance(told, dict) or not isinstance(told.get("status"), int):
        start = plain(answer.body[:60].decode(errors="replace"))
        raise click.ClickException(f"{url} answers with HTTP {answer.status} and no result: '{start}'.")
    return told


def _show(answer: "Answer", told: Any) -> None:
    for note in answer.headers.get_all(_NOTES, []):
        code, _, sentence = note.partition("; ")
        remark(f"Note: {sentence} ({code}).")
    if told["status"] != 0:
        code, _, sentence = answer.headers.get(_REASON, "").partition("; ")
        why = f": {sentence} ({code})" if code else ""
        click.echo(f"{click.style('Refused', fg='red')} with {status_words(told['status'])}{plain(why)}.", err=True)
        return
    Table(_COLUMNS, [(str(id), str(number)) for number, id in told["array"]]).show()
    if told["fail"]:
        remark(f"{counted(told['fail'], 'number is', 'numbers are')} abnormal and not accepted.")
