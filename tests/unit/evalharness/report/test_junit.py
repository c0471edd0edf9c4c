"""What a CI system reads from junit.xml."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from evalharness.report import junit
from evalharness.verdict.verdict import Reason, Verdict

CREATED = "2026-11-20T13:55:27+00:00"
reasons = st.builds(
    Reason,
    st.sampled_from(["superiority", "capacity"]),
    st.text(),
    st.sampled_from(["met", "failed", "unsettled"]),
    st.text(),
)


def parsed(verdict: Verdict) -> ElementTree.Element:
    rendered = junit.render(verdict, CREATED, {"tuned": "a model\x00"})
    return ElementTree.fromstring(rendered)  # noqa: S314 - of our own making


def test_a_failed_criterion_is_a_failure_and_an_unsettled_one_an_error() -> None:
    verdict = Verdict(
        (
            Reason("superiority", "letters", "met", "better"),
            Reason("non-inferiority", "prose", "failed", "worse"),
            Reason("capacity", "ttft_p95", "unsettled", "who knows"),
        )
    )
    suite = parsed(verdict)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert suite.get("timestamp") == CREATED
    met, failed, unsettled = suite.findall("testcase")
    assert (met.get("classname"), met.get("name")) == ("verdict.superiority", "letters")
    assert (met.find("failure"), met.find("error"), met.findtext("system-out")) == (None, None, "better")
    assert failed.find("failure").get("message") == failed.findtext("failure") == "worse"
    assert unsettled.find("error").get("message") == "who knows"


@given(st.lists(reasons))
def test_whatever_a_reason_says_the_file_is_xml(said: list[Reason]) -> None:
    suite = parsed(Verdict(tuple(said)))
    assert len(suite.findall("testcase")) == len(said)


def test_its_properties_say_what_was_compared_and_what_came_out() -> None:
    found = parsed(Verdict((Reason("no difference", "letters", "met", "same"),)))
    properties = {entry.get("name"): entry.get("value") for entry in found.iter("property")}
    assert properties == {"verdict": "PASS", "tuned": "a model\N{REPLACEMENT CHARACTER}"}
    assert found.find("testcase").get("classname") == "verdict.no-difference"
