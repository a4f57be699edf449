"""Which blocks of code stand in the documents, and where?"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

TRANSLATED = ROOT / "README.zh.md"
"""Has the very blocks of README.md (a test compares them), which are executed there."""

DOCUMENTS = sorted(
    [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")), *ROOT.glob("docs/**/*.md")]
)

_FENCE = re.compile(r" *(`{3,}|~{3,})(.*)")
_NAMED = re.compile(r"# ([\w./-]+\.\w+)\n")


class Block(NamedTuple):
    """A fenced block: where it begins, what follows the fence, and what is in it."""

    document: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT).as_posix()}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file that it is, when its first line is a comment that names one."""
        named = _NAMED.match(self.text)
        return named[1] if named else None


def blocks_of(document: Path) -> Iterator[Block]:
    """The fenced blocks of a document, those in lists too. Raises ValueError for one that does not end."""
    lines = iter(enumerate(document.read_text("utf-8").splitlines(), 1))
    for number, line in lines:
        opening = _FENCE.fullmatch(line)
        if opening:
            indent = len(line) - len(line.lstrip())
            text: list[str] = []
            for _, inside in lines:
                if inside.strip() == opening[1]:
                    break
                text.append(inside[min(indent, len(inside) - len(inside.lstrip())) :])
            else:
                raise ValueError(f"{document}:{number}: this block does not end")
            yield Block(document, number, opening[2].strip(), "".join(f"{one}\n" for one in text))
