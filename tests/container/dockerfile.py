"""What does a Dockerfile say? Its instructions, read as far as ours needs it.

Anything else is an error, never skipped.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FLAG = re.compile(r"--([a-z-]+)=(\S+)\s+")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: `flags` in the order in which they were given, `text` as it was written after them."""

    keyword: str
    flags: tuple[tuple[str, str], ...]
    text: str

    def flag(self, name: str) -> str | None:
        """The value of a flag, None without it."""
        return dict(self.flags).get(name)

    @property
    def words(self) -> list[str]:
        """The text as a list: JSON where it is in the exec form, else words."""
        return json.loads(self.text) if self.text.startswith("[") else self.text.split()

    @property
    def exec_command(self) -> list[str]:
        """The command of a HEALTHCHECK; one in the shell form is an error."""
        keyword, _, command = self.text.partition(" ")
        if keyword != "CMD" or not command.startswith("["):
            raise ValueError(f'{self.keyword} {self.text}: write CMD ["…"]')
        return json.loads(command)

    def pairs(self, variables: Mapping[str, str]) -> dict[str, str]:
        """NAME=VALUE as ENV and LABEL have them, with the variables put in."""
        return dict(word.split("=", 1) for word in shlex.split(expand(self.text, variables)))


def read_dockerfile(path: Path) -> list[Instruction]:
    """Every instruction of a Dockerfile."""
    return [_instruction(line) for line in _joined(path.read_text("utf-8"))]


def expand(text: str, variables: Mapping[str, str]) -> str:
    """A text with $NAME and ${NAME} replaced; an unknown one is empty, as Docker has it."""
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2], ""), text)


def _joined(text: str) -> Iterator[str]:
    """The lines without comments, each with those that continue it."""
    begun = ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun += line.strip() if begun else line
        if begun.endswith("\\"):
            begun = begun[:-1]
            continue
        yield begun
        begun = ""


def _instruction(line: str) -> Instruction:
    keyword, _, text = line.partition(" ")
    flags = []
    text = text.strip()
    while match := _FLAG.match(text):
        flags.append((match[1], match[2]))
        text = text[match.end() :]
    return Instruction(keyword.upper(), tuple(flags), text)
