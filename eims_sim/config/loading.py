"""Which settings does this run have (C2, C3)? Option before environment before file before default."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..domain.accounts import AccountSettings
from ..domain.faults import FaultSettings
from ..domain.rules import RuleSettings
from ..domain.settings import LifecycleSettings, PushSettings, ServerSettings
from ..errors import ConfigurationError
from .consistency import contradictions, database_path, idle_moment, missing_model
from .document import validate
from .keywords import keyword_layer
from .layers import Layer, environment_layer, file_layer, merge, option_layer
from .problems import misfits
from .source import Source, find_source


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a run is told at its start.

    `server.database` is a path or `:memory:`, `server.now` is empty or RFC 3339. `source` is
    the file it all was read from, None for the built-in demo and for a text in EIMS_SIM_CONFIG.
    """

    server: ServerSettings
    lifecycle: LifecycleSettings
    push: PushSettings
    accounts: tuple[AccountSettings, ...]
    rules: tuple[RuleSettings, ...]
    faults: tuple[FaultSettings, ...]
    source: Path | None
    builtin_demo: bool


def load_config(file: str | Path | None, environment: Mapping[str, str], options: Mapping[str, object]) -> Config:
    """The configuration of a run: `file`, else that of EIMS_SIM_CONFIG, else the built-in demo, and what goes over it.

    `options` are keys of `[server]`; None is not given. Every source must be right by itself, even where another one
    wins over it. Raises ConfigurationError with every problem of every source.
    """
    return _load(find_source(file, environment), [environment_layer(environment), option_layer(options)])


def load_with_keywords(file: str | Path | None, keywords: Mapping[str, object]) -> Config:
    """The configuration of `file`, else the built-in demo, and keywords over it: keys of [server], [lifecycle], [push].

    The environment has no say. Raises ConfigurationError with every problem.
    """
    return _load(find_source(file, {}), [keyword_layer(keywords)])


def _load(source: Source, above: Sequence[Layer]) -> Config:
    layers, problems = _read_layers(source, above)
    problems += _judge(layers)
    document = validate(merge(layers))
    if problems or isinstance(document, list):
        raise ConfigurationError(problems)
    return Config(
        server=_settle(document.server),
        lifecycle=document.lifecycle,
        push=document.push,
        accounts=document.accounts,
        rules=document.rules,
        faults=document.faults,
        source=source.path,
        builtin_demo=source.builtin_demo,
    )


def _read_layers(source: Source, above: Sequence[Layer]) -> tuple[list[Layer], list[str]]:
    """The layers that can be read, the strongest last, and why the others cannot."""
    try:
        return [file_layer(source.text(), source.name), *above], []
    except ConfigurationError as error:
        return [*above], error.problems


def _judge(layers: list[Layer]) -> list[str]:
    """Every problem: those of the file in the order of its lines, then those of the environment and the options."""
    problems = [*idle_moment(layers), *missing_model(layers)]
    for layer in filter(lambda layer: layer.tables, layers):
        problems += [*misfits(layer), *contradictions(layer)]
    return [str(problem) for problem in sorted(problems, key=lambda problem: problem.line or sys.maxsize)]


def _settle(server: ServerSettings) -> ServerSettings:
    """The setting that may be written in several ways, in one of them."""
    return replace(server, database=database_path(server.database) or server.database)
