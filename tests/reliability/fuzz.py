"""What breaks, whatever is sent? Parsers, the socket, parameters, the control API, configurations, imported states.

`python -m tests.reliability.fuzz [--minutes N] [--seed S] [--engine random|atheris] [TARGET...]` gives each target (all
of them, when none is named) its share of the minutes and prints what it tried and found. It ends with 1 when something
was found. The input is left in a folder, whose name is printed: it belongs into tests/reliability/corpus/TARGET once
the defect is mended. The engine atheris is guided by coverage and knows the parsers alone (`pip install -e '.[fuzz]'`,
Linux); random needs nothing and takes every target.
"""

import argparse
import asyncio
import hashlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from tests.reliability.fuzz_live import LIVE
from tests.reliability.fuzz_pure import Target, targets
from tests.reliability.mutations import mutate

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"

SLOW_SECONDS = 5.0
"""Who takes so much CPU for one input holds everybody up."""


class Outcome(NamedTuple):
    """What came of a target: how many inputs were tried, what else there is to say, and what was found."""

    tried: int
    said: str
    found: list[str]


def corpus(name: str) -> list[bytes]:
    """The inputs of a target that are kept, in the order of their names."""
    return [file.read_bytes() for file in sorted((CORPUS / name).glob("*"))]


def keep(folder: Path, name: str, sent: bytes) -> Path:
    """Leave an input that found something."""
    file = folder / name / hashlib.sha256(sent).hexdigest()[:12]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(sent)
    return file


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"more than {SLOW_SECONDS} s of CPU for one input")


def run_random(name: str, target: Target, seconds: float, seed: int, folder: Path) -> Outcome:
    """Change seeds and kept inputs at random."""
    generator = Random(f"{name} {seed}")  # noqa: S311  another run finds it again
    inputs = [*target.seeds, *(one for one in corpus(name) if len(one) < 1 << 16)]
    found: dict[str, str] = {}
    tried = 0
    signal.signal(signal.SIGVTALRM, _too_slow)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        sent = mutate(generator, generator.choice(inputs), target.words)
        tried += 1
        signal.setitimer(signal.ITIMER_VIRTUAL, SLOW_SECONDS)
        try:
            target.run(sent)
        except Exception as error:  # noqa: BLE001  any failure is a finding
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            where = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{type(error).__name__} at {where.filename}:{where.lineno}"
            if key not in found:
                found[key] = f"{keep(folder, name, sent)}: {key}: {str(error)[:300]}"
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return Outcome(tried, "", list(found.values()))


_COVERAGE = re.compile(rb"cov: (\d+) ft: (\d+) corp: (\d+)")
_EXECUTED = re.compile(rb"stat::number_of_executed_units:\s+(\d+)")


def run_atheris(name: str, seconds: float, seed: int, folder: Path) -> Outcome:
    """Let libFuzzer look for inputs that reach something new."""
    left = folder / name
    left.mkdir(parents=True)
    arguments = [name, str(max(1, round(seconds))), str(seed), str(left)]
    kept = [str(CORPUS / name)] if (CORPUS / name).is_dir() else []
    command = [sys.executable, "-m", "tests.reliability.fuzz_atheris", *arguments, *kept]
    latest = 2 * seconds + 300  # every module of ours is instrumented before the first input
    ended = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, check=False, timeout=latest)
    said = ended.stderr + ended.stdout
    coverage = _COVERAGE.findall(said)
    executed = _EXECUTED.findall(said)
    found = [str(file) for file in left.glob("*-*") if file.is_file()]
    if ended.returncode or found:
        (left / "log").write_bytes(said)
        found = [f"{', '.join(found) or left}: {said[-1500:].decode(errors='replace')}"]
    told = "edges {}, features {}, kept {}".format(*(int(one) for one in coverage[-1])) if coverage else "no coverage"
    return Outcome(int(executed[-1]) if executed else 0, told, found)


def main() -> int:
    """Fuzz what was asked for; 1 when something was found."""
    known = [*targets(), *LIVE]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="*", metavar="TARGET", help=", ".join(known))
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("random", "atheris"), default="random")
    asked = parser.parse_args()
    names = asked.target or [name for name in known if asked.engine == "random" or name not in LIVE]
    wrong = [name for name in names if name not in known or (asked.engine == "atheris" and name in LIVE)]
    if wrong:
        parser.error(f"{asked.engine} has no target {', '.join(wrong)}")
    folder = Path(tempfile.mkdtemp(prefix="eims-sim-fuzz-"))
    seconds = asked.minutes * 60 / len(names)
    failed = False
    for name in names:
        if asked.engine == "atheris":
            outcome = run_atheris(name, seconds, asked.seed, folder)
        elif name in LIVE:
            tried, said, wrongs = asyncio.run(LIVE[name](seconds, asked.seed))
            outcome = Outcome(tried, said, [f"{keep(folder, name, sent)}: {what}" for sent, what in wrongs])
        else:
            outcome = run_random(name, targets()[name], seconds, asked.seed, folder)
        print(f"{name}: {outcome.tried:,} inputs, {len(outcome.found)} findings. {outcome.said}".rstrip(), flush=True)
        for one in outcome.found:
            print(f"  {one}", flush=True)
        failed |= bool(outcome.found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
