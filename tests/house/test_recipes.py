"""The recipes are what a reader copies: each is in their README. That they work outside this clone .ci/run tries."""

import re

from tests.house.test_documents import CODE_BLOCK, LINK, ROOT

RECIPES = ROOT / "docs" / "recipes"
FILES = sorted(path.name for path in RECIPES.glob("test_*.py"))
README = (RECIPES / "README.md").read_text("utf-8")


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
