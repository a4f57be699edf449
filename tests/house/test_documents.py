"""The documents say what the code says: tables, options, calls, open questions and links."""

import re
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from docs.generate import CHECKS, HOUSE, TABLES, commands, constants, render
from eims_sim.config.document import MODELS
from eims_sim.diagnosis import Note, Reason
from eims_sim.web import catalogue
from eims_sim.web.control.app import OPERATIONS
from eims_sim.web.sentences_zh import NOTES_ZH, REASONS_ZH
from tests.house.blocks import TRANSLATED
from tests.house.commands import TWO_COMMANDS

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").rglob("*.md"))
BESIDE = ("README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")
DOCUMENTS = [*(ROOT / name for name in BESIDE), *DOCS]

CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
OPEN = re.compile(r"# open: *(.*)")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def anchors(document: str) -> set[str]:
    """The names under which the headings of a document can be linked to."""
    headings = HEADING.findall(CODE_BLOCK.sub("", document))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def calls() -> set[str]:
    """Method and path of every call of the control API."""
    return {f"{one.method} /_sim/{one.path}" for one in OPERATIONS}


@pytest.mark.parametrize("path", DOCS, ids=shown)
def test_the_generated_tables_are_current(path):
    """style.md, The house; `python docs/generate.py` mends it"""
    document = path.read_text("utf-8")

    assert render(document) == document


@pytest.mark.parametrize("name", TABLES)
def test_every_table_stands_in_a_document(name):
    """style.md, The house"""
    assert any(f"<!-- generated: {name} -->" in path.read_text("utf-8") for path in DOCS)


@pytest.mark.parametrize("command", TWO_COMMANDS)
def test_the_readme_has_the_two_commands(command):
    """C1"""
    assert re.search(rf"^{re.escape(command)}( |$)", README.read_text("utf-8"), re.MULTILINE)


def test_every_command_and_option_stands_in_the_documents():
    """style.md, The house"""
    words = set(re.findall(r"[\w-]+", "".join(path.read_text("utf-8") for path in [README, *DOCS])))
    found = dict(commands())
    parameters = [one for command in found.values() for one in command.get_params(click.Context(command))]
    options = {name for one in parameters if isinstance(one, click.Option) for name in one.opts}

    assert {*" ".join(found).split(), *options, "--help", "--version"} - words == set()


def test_the_catalogue_knows_every_reason_and_every_note():
    """C5"""
    reasons = [entry.found for entry in catalogue.reasons()]
    notes = [entry.found for entry in catalogue.notes()]

    assert sorted(reasons) == sorted(constants(Reason))
    assert sorted(notes) == sorted(constants(Note))
    assert all(len({found.code for found in some}) == len(some) for some in (reasons, notes))


def test_every_reason_and_every_note_is_there_in_chinese_too():
    """C5"""
    reasons = {entry.found.code for entry in catalogue.reasons()}
    notes = {entry.found.code for entry in catalogue.notes()}

    assert (REASONS_ZH.keys(), NOTES_ZH.keys()) == (reasons, notes)


@pytest.mark.parametrize("kind", [Reason, Note])
def test_every_reason_and_note_stands_in_the_diagnosis(kind):
    """C5"""
    document = text_of("docs/diagnosis.md")
    codes = {one.code for one in constants(kind)}

    assert codes
    assert {code for code in codes if f"| `{code}` |" not in document} == set()


def test_every_code_that_travels_stands_in_the_diagnosis():
    """C5: those too that are made where they are needed and are no constants"""
    made = re.compile(r'(?:(?:Reason|Note)\(\s*|headers\[REASON_HEADER\] = f?)"([a-z0-9-]+)')
    codes = {code for path in HOUSE.rglob("*.py") for code in made.findall(path.read_text("utf-8"))}
    document = text_of("docs/diagnosis.md")

    assert {"path-unknown", "parameter-unknown", "content-missing"} <= codes
    assert {code for code in codes if f"| `{code}` |" not in document} == set()


def test_every_open_question_stands_in_the_protocol():
    """style.md, How code looks"""
    questions = [line for path in HOUSE.rglob("*.py") for line in OPEN.findall(path.read_text("utf-8"))]
    document = text_of("docs/protocol.md")

    assert questions
    assert [question for question in questions if question not in document] == []


def test_every_call_of_the_control_api_is_explained_and_typed():
    """C4"""
    document = text_of("docs/control-api.md")
    typed = "".join(CODE_BLOCK.findall(document))
    examples = {
        "id": "1",
        "account": "shop",
        "name": "balance-runs-out",
        "number": "13800138000",
        "status": "-10",
        "code": "1011",
    }
    paths = {call.split()[1].format_map(examples) for call in calls()}

    assert calls()
    assert {call for call in calls() if f"`{call}`" not in document} == set()
    assert {path for path in paths if path not in typed} == set()


def shape(document: str) -> list[str]:
    """What a README and its translation have in common, in its order: headings, links, pictures, blocks, lists."""
    pieces = re.compile(
        r"^(?P<block>```.*?^```$)|^(?P<heading>#+) |\]\((?P<link>[^)\s]+)\)|^(?P<bullet>- )|<(?P<address>http[^>]*)>",
        re.MULTILINE | re.DOTALL,
    )
    found = [(one.lastgroup, one[one.lastgroup]) for one in pieces.finditer(document) if one.lastgroup]
    return [f"{kind} {text}" for kind, text in found if text not in ("README.md", "README.zh.md")]


def test_the_chinese_readme_has_the_same_content():
    """Its blocks are the same to the byte: those of README.md are executed, by test_sessions.py."""
    assert shape(TRANSLATED.read_text("utf-8")) == shape(README.read_text("utf-8"))


def test_the_chinese_readme_says_as_much():
    """A paragraph for each paragraph, a row for each row"""
    english, chinese = (
        [part for part in CODE_BLOCK.sub("", path.read_text("utf-8")).split("\n\n") if part.strip()]
        for path in (README, TRANSLATED)
    )

    assert len(chinese) == len(english)
    assert [len(set(re.findall(r"`[^`]+`", part))) for part in chinese] == [
        len(set(re.findall(r"`[^`]+`", part))) for part in english
    ]


def test_the_two_readmes_lead_to_each_other():
    """Who reads the one finds the other"""
    links = {path.name: LINK.findall(path.read_text("utf-8"))[0] for path in (README, TRANSLATED)}

    assert links == {"README.md": "README.zh.md", "README.zh.md": "README.md"}


def test_every_document_is_listed():
    """docs/index.md lists them all, those of a folder by its README.md"""
    listed = {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in LINK.findall(text_of("docs/index.md"))}
    wanted = {path for path in DOCS if path.parent == ROOT / "docs" or path.name == "README.md"}

    assert {shown(path) for path in wanted - listed} == {"docs/index.md"}


MARK = re.compile(r"- \*\*(documented|ruled|setting)\*\*")


def sentences_of_the_protocol() -> list[str]:
    """The paragraphs of P1 to P9 that are neither headings, tables nor marks of generated ones."""
    paragraphs = text_of("docs/protocol.md").partition("\n## P1 ")[2].partition("\n## Open questions")[0]
    parts = re.split(r"\n\n|\n(?=- )", paragraphs)[1:]
    return [part.strip() for part in parts if part.strip() and not part.strip().startswith(("#", "|", "<!--"))]


def test_every_sentence_of_the_protocol_is_marked():
    """style.md: what is documented and what we assumed never mix"""
    sentences = sentences_of_the_protocol()

    assert len(sentences) > 50
    assert [sentence for sentence in sentences if not MARK.match(sentence)] == []


def test_every_setting_of_the_protocol_is_one():
    """style.md: each is named by the key of the configuration"""
    known = {name for model in MODELS.values() for name in model.__dataclass_fields__} | {
        f"[[{table}]]" for table in MODELS
    }
    named = [
        re.match(r"- \*\*setting\*\* ((?:`[^`]+`(?:, )?)+)", sentence)
        for sentence in sentences_of_the_protocol()
        if sentence.startswith("- **setting**")
    ]

    assert len(named) > 10
    assert None not in named
    assert {key for one in named if one for key in re.findall(r"`([^`]+)`", one[1])} - known == set()


def test_every_endpoint_has_its_paragraph():
    """P3 to P6"""
    assert set(CHECKS) <= {heading.split()[-1] for heading in HEADING.findall(text_of("docs/protocol.md"))}


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_every_link_leads_somewhere(path):
    """style.md, The house"""
    dead = []
    for link in LINK.findall(CODE_BLOCK.sub("", path.read_text("utf-8"))):
        file, _, anchor = unquote(link).partition("#")
        target = (path.parent / file) if file else path
        if link.startswith("http"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            dead.append(link)

    assert dead == []
