"""One target under atheris, in a process that ends with it: `python -m tests.reliability.fuzz` starts it.

Our modules are instrumented as they are imported, so that libFuzzer keeps the inputs that reach something new.
"""

import argparse
import sys
from pathlib import Path

import atheris

INSTRUMENTED = ["eims_sim", "json.decoder", "json.scanner", "tomllib"]

SLOW_SECONDS = 10
"""An input that takes longer is a finding."""

MEMORY_MIB = 2048


def _escaped(word: bytes) -> str:
    return "".join([f"\\x{byte:02x}" for byte in word])


def main() -> None:
    """Fuzz the target for so long; what it finds is left in the folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("seconds", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpus", type=Path, nargs="*")
    asked = parser.parse_args()
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.reliability.fuzz_pure import targets
    target = targets()[asked.target]
    seeds = asked.folder / "seeds"
    seeds.mkdir(parents=True)
    for place, seed in enumerate(target.seeds):
        (seeds / f"seed-{place}").write_bytes(seed)
    words = asked.folder / "words"
    words.write_text("".join([f'"{_escaped(word)}"\n' for word in target.words]))
    options = [
        *(f"-max_total_time={asked.seconds}", f"-seed={asked.seed}", "-max_len=16384", f"-timeout={SLOW_SECONDS}"),
        *(f"-rss_limit_mb={MEMORY_MIB}", "-print_final_stats=1", f"-artifact_prefix={asked.folder}/"),
    ]
    if target.words:
        options.append(f"-dict={words}")
    atheris.Setup([sys.argv[0], *options, str(seeds), *map(str, asked.corpus)], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
