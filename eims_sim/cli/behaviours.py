"""How are rules and faults, which differ in their fields only, listed, added and removed?"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from .groups import NearestGroup
from .lists import Item, Listing, show_all
from .options import VariableOption, calls_server, server_options
from .output import echo_json
from .settings import SettingsCommand, given
from .table import plain
from .wording import counted

if TYPE_CHECKING:
    from ..client.control import Client

_OF_EVERY_ONE: Final = ("id", "applied", "times", "probability")


def behaviour_group(listing: Listing, settings: str, about: str) -> click.Group:
    """The group of a kind of behaviour: list, add and remove. `settings` is its class as `SettingsCommand` takes it."""
    path, one, many = listing.path, listing.one, listing.many

    @click.group(path, cls=NearestGroup, help=about)
    @server_options
    def group(**server: Any) -> None:
        pass

    @group.command("list", help=f"List the {many} in their order: the first that matches counts.")
    @calls_server
    def list_all(client: "Client", as_json: bool) -> None:
        show_all(client, listing, {}, as_json)

    @group.command("add", cls=SettingsCommand, settings=settings, table=path, help=f"Add a {one} behind the others.")
    @calls_server
    @click.pass_context
    def add(ctx: click.Context, /, client: "Client", as_json: bool, **fields: Any) -> None:
        added = client.control("POST", path, given(ctx, fields))
        if as_json:
            echo_json(added)
        else:
            click.echo(plain(f"The {one} {added['id']} is added: {told(added, ())}."))

    @group.command("remove", help=f"Remove the {many} with these IDs, or --all.")
    @click.argument("ids", metavar="[ID]...", nargs=-1, type=click.IntRange(1))
    @click.option(
        "--all", "everyone", cls=VariableOption, envvar="EIMS_SIM_ALL", is_flag=True, help=f"Remove all {many}."
    )
    @calls_server
    def remove(client: "Client", ids: tuple[int, ...], everyone: bool, as_json: bool) -> None:
        if bool(ids) == everyone:
            raise click.UsageError("give the ids, or --all.")
        for target in [f"{path}/{id}" for id in ids] or [path]:
            client.control("DELETE", target)
        if not as_json:
            click.echo(f"All {many} are removed." if everyone else f"{counted(len(ids), one, many)} removed.")

    for word, on in (("on", True), ("off", False)):
        about = f"Switch the {many} with these IDs {word}: they keep their place and their count."

        @group.command(word, help=about)
        @click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.IntRange(1))
        @calls_server
        def switch(client: "Client", ids: tuple[int, ...], as_json: bool, on: bool = on, word: str = word) -> None:
            switched = [client.control("PATCH", f"{path}/{id}", {"enabled": on}) for id in ids]
            if as_json:
                for item in switched:
                    echo_json(item)
            else:
                click.echo(f"{counted(len(ids), one, many)} switched {word}.")

    return group


def told(item: Item, without: Iterable[str]) -> str:
    """What a rule or fault says beside its count, as its options would be typed."""
    hidden = {*_OF_EVERY_ONE, *without}
    off = [] if item.get("enabled", True) else ["off"]
    said = {name: value for name, value in item.items() if name not in hidden and _says(value)}
    return ", ".join(off + [name if value is True else f"{name} {_value(value)}" for name, value in said.items()])


def share(item: Item) -> str:
    """How often it applies, where that is not always."""
    return "" if item["probability"] == 1 else f"{item['probability']:.6g}"


def applied(item: Item) -> str:
    """How often it has applied, and of how many times."""
    return f"{item['applied']}/{item['times']}" if item["times"] else str(item["applied"])


def _says(value: object) -> bool:
    return value is not None and value is not False and value != ""


def _value(value: object) -> str:
    match value:
        case Mapping():
            return " ".join(f"{name}={_parts(part)}" for name, part in value.items())
        case float():
            return f"{value:g}"
    return str(value)


def _parts(value: object) -> str:
    """What a matcher or a distribution says behind its name."""
    several = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
    return ",".join(map(_value, several))
