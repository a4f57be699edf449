"""The recipes are what a reader copies: each is in their README, and works outside this repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.test_documents import CODE_BLOCK, LINK, ROOT

RECIPES = ROOT / "docs" / "recipes"
FILES = sorted(path.name for path in RECIPES.glob("test_*.py"))
README = (RECIPES / "README.md").read_text("utf-8")

TOLD = """
from datetime import timedelta

def test_the_settings_of_the_conftest_count(eims):
    assert eims.clock.get().now.utcoffset() == timedelta(hours=7)
"""


def test_each_recipe_has_its_link_and_its_command_in_the_readme():
    """style.md, The house"""
    linked = [link for link in LINK.findall(README) if link.endswith(".py")]
    commands = re.findall(r"^pytest docs/recipes/(\S+)$", "".join(CODE_BLOCK.findall(README)), re.MULTILINE)

    assert FILES
    assert (sorted(linked), sorted(commands)) == (FILES, FILES)


def test_every_link_of_the_recipes_leads_somewhere():
    """style.md, The house"""
    assert [link for link in LINK.findall(README) if not link.startswith("http")] != []
    assert [
        link
        for link in LINK.findall(README)
        if not link.startswith("http") and not (RECIPES / link.partition("#")[0]).exists()
    ] == []


def test_a_copied_recipe_works_with_the_settings_of_its_own_conftest(tmp_path: Path):
    """C6: where nothing of this repository's configuration counts"""
    [conftest] = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "conftest.py").write_text(conftest, "utf-8")
    (tmp_path / "test_told.py").write_text(TOLD, "utf-8")
    for name in ("test_otp_login.py", "test_many_at_once.py"):
        shutil.copy(RECIPES / name, tmp_path)

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:schemathesis", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"^6 passed in ", ran.stdout, re.MULTILINE), ran.stdout
