from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.perturb import rewriting
from evalharness.perturb.prose import read
from evalharness.perturb.rewriting import Languages
from evalharness.runs.rows.reworded import RewordedRow
from tests.parts import reworded

CHECKS: list[dict[str, Any]] = [{"type": "contains", "value": ["Cairo"]}]
TEXT = "Name 3 rivers near 'the old town' and the capital of Egypt as JSON."


def used(answer: str, text: str = TEXT) -> tuple[str | None, str]:
    made = rewriting.usable(read(text, CHECKS), CHECKS, answer)
    return made.text, made.dropped


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Name four rivers near 'the old town' and the capital of Egypt as JSON.", rewriting.LOST),
        ("Name 3 rivers near the old town and the capital of Egypt as JSON.", rewriting.LOST),
        ("Name 3 rivers near 'the old town' and the capital of Egypt.", rewriting.LOST),
        ("As JSON: 3 rivers near 'the old town'. The capital of Egypt is Cairo.", rewriting.GAVE_AWAY),
        (f"{TEXT} There are 14 of them.", rewriting.ADDED),
        (f" {TEXT}\n", "equal to the original"),
        ('""', rewriting.EMPTY),
    ],
)
def test_an_answer_that_will_not_do_is_named(answer: str, why: str) -> None:
    assert used(answer) == (None, why)


def test_an_answer_that_says_the_same_is_used_without_the_quotation_marks_around_it() -> None:
    good = "As JSON, list 3 rivers near 'the old town', and Egypt's capital."
    assert used(good) == (good, "")
    assert used(f'"{good}"') == (good, "")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (reworded(None, None, "http_500"), "error http_500"),
        (reworded(" \n", "stop"), rewriting.EMPTY),
        (reworded("Name", "length"), rewriting.CUT),
        (reworded("Name", "stop"), None),
    ],
)
def test_a_reply_is_something_to_go_on_with_or_has_a_reason_why_not(reply: RewordedRow, why: str | None) -> None:
    assert rewriting.unusable(reply) == why


@given(st.text(), st.text().filter(str.strip))
def test_no_text_breaks_the_judging(text: str, answer: str) -> None:
    made, dropped = used(answer, text)
    assert (made is None) == bool(dropped)
    assert made is None or made.strip()


def test_a_back_translation_goes_there_and_back() -> None:
    there, back = rewriting.steps("back-translation", Languages("English", "Chinese"))
    assert "from English into Chinese" in there
    assert "from Chinese into English" in back
    assert len(rewriting.steps("paraphrase", Languages("English", "Chinese"))) == 1
