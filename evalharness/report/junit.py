"""The verdict as JUnit XML, for whatever draws test results already: one test case a criterion.

A failed criterion is a failure. One that is not settled is an error: its test could not be carried to an end.
It knows reasons and XML, nothing of numbers.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as xml

from evalharness.verdict.verdict import Verdict

ELEMENTS = {"met": "system-out", "failed": "failure", "unsettled": "error"}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


def render(verdict: Verdict, created: str, properties: Mapping[str, str]) -> str:
    """The text of junit.xml. `created` is the verdict's time (ISO 8601), `properties` what a reader finds it by."""
    outcomes = [reason.outcome for reason in verdict.reasons]
    suite = xml.Element(
        "testsuite",
        name="verdict",
        tests=str(len(outcomes)),
        failures=str(outcomes.count("failed")),
        errors=str(outcomes.count("unsettled")),
        skipped="0",
        time="0",
        timestamp=created,
    )
    about = xml.SubElement(suite, "properties")
    for name, value in {"verdict": verdict.word, **properties}.items():
        xml.SubElement(about, "property", name=name, value=_xml(value))
    for reason in verdict.reasons:
        text = _xml(reason.text)
        classname = f"verdict.{reason.criterion.replace(' ', '-')}"
        case = xml.SubElement(suite, "testcase", classname=classname, name=_xml(reason.subject), time="0")
        outcome = xml.SubElement(case, ELEMENTS[reason.outcome])
        outcome.text = text
        if reason.outcome != "met":
            outcome.set("message", text)
    xml.indent(suite)
    return str(xml.tostring(suite, encoding="utf-8", xml_declaration=True), "utf-8") + "\n"


def _xml(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
