"""How does the coverage look to a CI server? As JUnit XML: a test case for each code, and one for each minimum.

A code that was never met is skipped: no test of it ran. What fails is what the command fails for, a minimum.
"""

from collections.abc import Sequence
from typing import TextIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .coverage import Part, code_of

_CLASS = "eims-sim.coverage"


def write_junit(target: TextIO, parts: Sequence[Part]) -> None:
    """Write the report of the parts."""
    root = Element("testsuites", name=_CLASS)
    for part in parts:
        root.append(_suite(part))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    target.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n')


def _suite(part: Part) -> Element:
    never = len(part.codes) - part.met
    suite = Element("testsuite", name=part.name, errors="0", skipped=str(never), time="0")
    for one in part.codes:
        case = _case(suite, part, f"{code_of(one)} {one['meaning']}")
        if not one["count"]:
            SubElement(case, "skipped", message="never met")
    if part.least:
        case = _case(suite, part, f"at least {part.least} {part.name}")
        if not part.enough:
            SubElement(case, "failure", message=part.summary)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(int(not part.enough)))
    return suite


def _case(suite: Element, part: Part, name: str) -> Element:
    return SubElement(suite, "testcase", classname=f"{_CLASS}.{part.name.replace(' ', '-')}", name=name, time="0")
