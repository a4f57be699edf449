"""What of a folder does `docker build` see? The rules of .dockerignore: the last pattern that fits decides."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath


class Ignored:
    """The patterns of a .dockerignore. A pattern fits a path and everything below it; `!` takes back in."""

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.splitlines())
        kept = [line for line in lines if line and not line.startswith("#")]
        self._patterns = [(line.startswith("!"), _compiled(line.lstrip("!"))) for line in kept]

    def __contains__(self, path: str) -> bool:
        ignored = False
        above = [path, *(str(parent) for parent in PurePosixPath(path).parents)]
        for back, pattern in self._patterns:
            if any(pattern.fullmatch(one) for one in above):
                ignored = not back
        return ignored


def seen(folder: Path, ignored: Ignored) -> Iterator[str]:
    """The files that are sent to the builder, as paths within the folder.

    What lies in an ignored folder could be taken back in by a pattern; ours names whole folders only.
    """
    for above, folders, files in os.walk(folder):
        inside = Path(above).relative_to(folder)
        folders[:] = [name for name in folders if (inside / name).as_posix() not in ignored]
        yield from (path for name in files if (path := (inside / name).as_posix()) not in ignored)


def _compiled(pattern: str) -> re.Pattern[str]:
    """Go's filepath.Match with Docker's `**`."""
    pieces = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]*\])", pattern.strip("/"))
    return re.compile("".join(pieces.get(part, part if part.startswith("[") else re.escape(part)) for part in parts))
