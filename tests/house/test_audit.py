"""`.ci/audit`: what it makes of the answers of pip-audit, which a program stands for here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

WEAK = {"name": "aiohttp", "version": "3.0.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.0.1"], "aliases": []}]}
SOUND = {"name": "idna", "version": "3.20", "vulns": []}
UNKNOWN = {"name": "attrs", "skip_reason": "Dependency not found on PyPI and could not be audited: attrs (26.1.0)"}


def audit(program: Path, code: str, *options: str) -> tuple[int, list[str]]:
    """Exit code and lines of an audit whose pip-audit is a few lines of Python."""
    program.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    program.chmod(0o755)
    command = [sys.executable, str(ROOT / ".ci" / "audit"), "--program", str(program), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def answering(*found: dict) -> str:
    """What answers so, with the exit code that pip-audit has then."""
    text = json.dumps({"dependencies": found, "fixes": []})
    return f"print({text!r}); sys.exit({int(any(one.get('vulns') for one in found))})"


def test_a_known_weakness_fails_and_is_named(tmp_path: Path):
    assert audit(tmp_path / "program", answering(SOUND, WEAK)) == (
        1,
        ["aiohttp 3.0.0: PYSEC-1, mended in 3.0.1", "audited: 2 of 2 pins, 1 known weaknesses"],
    )


def test_what_the_service_does_not_know_is_said_and_fails_nothing(tmp_path: Path):
    assert audit(tmp_path / "program", answering(SOUND, UNKNOWN)) == (
        0,
        ["not audited: 1 of 2 pins, which the service does not know", "audited: 1 of 2 pins, 0 known weaknesses"],
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sys.exit('Traceback\\n  ...\\nConnectionError: no route')", "not audited: ConnectionError: no route"),
        ("print('no JSON')", "not audited: pip-audit's answer is not the expected one"),
        ("sys.stdin.close(); import threading; threading.Event().wait()", "not audited: no answer within 0.2 s"),
    ],
    ids=["no network", "another answer", "no answer"],
)
def test_without_the_service_that_is_said_and_nothing_fails(tmp_path: Path, code: str, said: str):
    assert audit(tmp_path / "program", code, "--seconds", "0.2" if "Event" in code else "60") == (0, [said])


def test_every_pin_is_asked_about_with_its_digests(tmp_path: Path):
    """So that nothing is downloaded for it"""
    code = f"open({str(tmp_path / 'asked')!r}, 'w').write(chr(10).join(sys.argv[1:])); {answering(SOUND)}"

    audit(tmp_path / "program", code)

    asked = (tmp_path / "asked").read_text().splitlines()
    assert [Path(asked[place + 1]).name for place, word in enumerate(asked) if word == "-r"] == [
        "image.txt",
        "image-build.txt",
    ]
    assert {"--require-hashes", "--disable-pip"} <= set(asked)
