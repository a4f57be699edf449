"""Which TOML text does a run start from (C2, C3)? A file, the variable EIMS_SIM_CONFIG, or the built-in demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigurationError
from ..variables import CONFIG_VARIABLE, is_set


@dataclass(frozen=True, slots=True)
class Source:
    """Where the text comes from and what errors call it. `path` is None when it is no file of the user's."""

    name: str
    path: Path | None = None
    inline: str = ""
    builtin_demo: bool = False

    def text(self) -> str:
        """The text. Raises ConfigurationError when it cannot be read."""
        if self.builtin_demo:
            return _demo()
        return self.inline if self.path is None else _read(self.path, self.name)


def find_source(file: str | Path | None, environment: Mapping[str, str]) -> Source:
    """The file that is named, else what EIMS_SIM_CONFIG says, else the demo."""
    if file is not None:
        return Source(str(file), path=Path(file))
    if not is_set(environment, CONFIG_VARIABLE):
        return Source("the built-in demo", builtin_demo=True)
    variable = environment[CONFIG_VARIABLE]
    if _is_text(variable):
        return Source(CONFIG_VARIABLE, inline=variable)
    return Source(variable, path=Path(variable))


def _is_text(variable: str) -> bool:
    if "\n" in variable:
        return True
    try:
        return ("=" in variable or "[" in variable) and not Path(variable).exists()
    except OSError:  # too long for a name, so it is no file
        return True


def _demo() -> str:
    from importlib.resources import files

    return files("eims_sim").joinpath("data", "demo.toml").read_text(encoding="utf-8")


def _read(path: Path, name: str) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigurationError([f"{name}: no such file; give the path of a TOML file"]) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigurationError([f"{name}: cannot be read, {reason}; give the path of a TOML file"]) from None
    try:
        return content.decode("utf-8-sig")  # editors on Windows write a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = f"is not UTF-8 (found the byte 0x{content[error.start]:02x}), save the file as UTF-8"
        raise ConfigurationError([f"{name}:{line}: {wrong}"]) from None
