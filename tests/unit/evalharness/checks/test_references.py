import re
import string
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from evalharness.checks.references import bleu, chrf, rouge_l, similarity, token_f1
from evalharness.runs.rows.eval import Checked
from tests.parts import apply_checks

words = st.lists(st.sampled_from(["the", "cat", "sat", "On", "mat", "quickly", "2nd", "don't"]), max_size=12).map(
    " ".join
)


def outcome(kind: str, answer: str, references: str | list[str], at_least: float) -> dict[str, Any]:
    [found] = apply_checks(answer, "stop", [{"type": kind, "value": {"references": references, "at_least": at_least}}])
    return found


@pytest.mark.parametrize(
    ("answer", "reference", "score"),
    [
        ("The Eiffel Tower!", "eiffel tower", 1.0),
        ("in the year 1889", "1889", 0.5),
        ("Paris", "London", 0.0),
        ("a.b.c", "abc", 1.0),
        ("the", "a", 1.0),
        ("北京", "北京市", 0.8),
    ],
)
def test_token_f1_is_squads(answer: str, reference: str, score: float) -> None:
    assert token_f1(answer, reference) == pytest.approx(score)


def squad_f1(answer: str, reference: str) -> float:
    """As SQuAD's own evaluation script counts it (v2.0: two texts of which nothing is left are equal)."""

    def normal(text: str) -> list[str]:
        bare = "".join(sign for sign in text.lower() if sign not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", bare).split()

    said, right = normal(answer), normal(reference)
    if not said or not right:
        return float(said == right)
    common = (Counter(said) & Counter(right)).total()
    return 2 * common / (len(said) + len(right))


ENGLISH = st.text(string.printable, max_size=30) | words


@given(ENGLISH, ENGLISH)
def test_on_english_token_f1_is_that_of_squads_script(answer: str, reference: str) -> None:
    assert token_f1(answer, reference) == pytest.approx(squad_f1(answer, reference))


@given(words, words)
def test_rouge_l_is_that_of_googles_library(answer: str, reference: str) -> None:
    theirs = RougeScorer(["rougeL"]).score(reference, answer)["rougeL"].fmeasure
    assert rouge_l(answer, reference) == pytest.approx(theirs)


@given(words.filter(bool))
def test_a_text_is_wholly_like_itself(text: str) -> None:
    for measure in (token_f1, bleu, chrf, rouge_l, similarity):
        assert measure(text, text) == pytest.approx(1)


def test_chinese_is_measured_by_characters() -> None:
    for measure in (token_f1, bleu, rouge_l):
        assert 0 < measure("北京是中国的首都和中心", "北京是中国的首都") < 1


def test_similarity_does_not_mind_order_or_more_words() -> None:
    assert similarity("capital France: Paris, I believe", "Paris capital France") == 1


def test_the_score_stands_beside_the_verdict_and_the_closest_reference_counts() -> None:
    assert outcome("token_f1", "in 1889", ["1888", "1889"], 0.6) == Checked(
        type="token_f1", passed=True, failure=None, score=0.666667
    )
    assert outcome("token_f1", "in 1889", "1889", 0.7).failure == "fact"
    assert outcome("chrf", "", "1889", 0.7) == Checked(type="chrf", passed=False, failure="empty", score=0.0)
