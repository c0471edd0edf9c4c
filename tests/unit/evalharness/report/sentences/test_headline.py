"""The verdict in one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.report.sentences.headline import PHRASES, headline
from evalharness.simulation.held import COUNTED, rows
from evalharness.verdict.verdict import Outcome, Reason, Verdict

CRITERIA = ["superiority", "non-inferiority", "no difference", "capacity", "answered"]
reasons = st.builds(
    Reason,
    st.sampled_from(CRITERIA),
    st.sampled_from(["letters", "prose", "ttft_p95", "eval: base"]),
    st.sampled_from(["met", "failed", "unsettled"]),
    st.just("because"),
)


def of(*criteria: tuple[str, str, Outcome]) -> str:
    return headline(Verdict(tuple(Reason(*criterion, "because") for criterion in criteria)), "tuned")


def test_a_pass_names_what_is_met_and_not_that_questions_were_answered() -> None:
    assert (
        of(
            ("superiority", "letters", "met"),
            ("superiority", "numbers", "met"),
            ("non-inferiority", "prose", "met"),
            ("capacity", "ttft_p95", "met"),
            ("answered", "eval: base", "met"),
        )
        == "tuned is better in letters and numbers, is no worse in prose, and keeps the limits on TTFT p95."
    )


def test_a_fail_names_only_what_failed() -> None:
    assert (
        of(
            ("superiority", "letters", "met"),
            ("non-inferiority", "prose", "failed"),
            ("capacity", "output_tokens_per_s", "unsettled"),
            ("answered", "load: tuned", "failed"),
        )
        == "tuned is worse in prose, and leaves too much unanswered."
    )


def test_an_inconclusive_verdict_names_what_is_open() -> None:
    assert of(("superiority", "letters", "met"), ("non-inferiority", "prose", "unsettled")) == (
        "Nothing failed, but it is not settled whether tuned is no worse in prose."
    )
    assert of(("quality", "suites", "unsettled"), ("answered", "eval: base", "met")).startswith("Nothing failed")


def test_there_are_words_for_every_criterion_that_a_policy_can_ask_for() -> None:
    assert {*rows(), *COUNTED} <= {*PHRASES}
    open_capacity: tuple[str, str, Outcome] = ("capacity at a service level", "ratio", "unsettled")
    assert of(open_capacity) == (
        "Nothing failed, but it is not settled whether tuned bears what is asked at the service level."
    )


def test_many_suites_are_not_all_listed() -> None:
    suites = [("superiority", f"suite {number}", "met") for number in range(9)]
    assert of(*suites) == "tuned is better in suite 0, suite 1, suite 2 and 6 more."


@given(st.lists(reasons, min_size=1))
def test_every_verdict_has_one_whole_sentence(said: list[Reason]) -> None:
    judged = Reason("superiority", "letters", "met", "because")
    sentence = headline(Verdict((judged, *said)), "tuned")
    assert sentence.endswith(".")
    assert "tuned" in sentence
    assert "{" not in sentence


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("outcome", ["failed", "unsettled"])
def test_what_failed_and_what_is_open_reads_differently(criterion: str, outcome: Outcome) -> None:
    assert of(("superiority", "letters", "met"), (criterion, "prose", outcome)) != of(("superiority", "letters", "met"))
