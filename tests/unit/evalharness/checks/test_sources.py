# ruff: noqa: RUF001 (other scripts' signs are what is tested)
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parts import apply_checks


def failure(kind: str, value: Any, answer: str) -> str | None:
    [outcome] = apply_checks(answer, "stop", [{"type": kind, "value": value}])
    found: str | None = outcome.failure
    return found


@pytest.mark.parametrize(
    "answer",
    [
        "It costs 5 euros [1][3].",
        "It costs 5 euros [1, 3].",
        "It costs 5 euros (Doc 1, Doc 3).",
        "Document 1 and document 3 say that it costs 5 euros.",
        "According to documents 1 and 3 it costs 5 euros.",
        "The first document says 3, the third document says 2.",
        "5 euros 【文档1】【文档3】",
        "根据文档1和文档3，要付5元。",
        "It costs 5 euros[^1][^3].",
        "5 euros [1: price list] [3†source]",
        "It costs 5 euros [1][3]; document 2 does not mention the price.",
    ],
)
def test_documents_are_cited_in_the_ways_that_models_have(answer: str) -> None:
    assert failure("cites", {"right": [1, 3]}, answer) is None


@pytest.mark.parametrize(
    "answer", ["56. [1]", "56. (Document 1)", "56. 【文档1】", "**56.** [1]", "56. [1]\n\nDoc 2 is older."]
)
def test_a_number_with_nothing_but_its_source_is_said_and_cited(answer: str) -> None:
    assert failure("states", {"all": [r"\b56\b"]}, answer) is None
    assert failure("cites", {"right": [1], "also": [2]}, answer) is None


def test_of_a_list_the_numbers_are_no_part_of_what_is_said() -> None:
    for answer in ("1. [2] says so.\n2. [3] does not.", "1. Two litres [1]", "3. [A guide](https://example.org)"):
        assert failure("states", {"none": [r"\b[13]\.|^3\b"]}, answer) is None, answer


def test_a_document_too_many_and_one_too_few_are_told_apart() -> None:
    assert failure("cites", {"right": [1]}, "5 euros [1][2]") == "fact"
    assert failure("cites", {"right": [1, 2]}, "5 euros [1]") == "missing"
    assert failure("cites", {"right": [1], "also": [2]}, "5 euros [1], formerly 4 [2]") is None


def test_a_number_that_is_no_citation_is_none() -> None:
    assert failure("cites", {"right": [1]}, "2 × 3 = 6 euros (with 4 euros for delivery) [1]") is None


@pytest.mark.parametrize(
    "answer",
    [
        "The documents do not say when it opens.",
        "That isn't stated.",
        "I cannot tell from these documents.",
        "There is no information on that.",
        "None of the documents mentions it.",
        "No opening time is given.",
        "文档没有说明。",
        "无法得知。",
        "文档未提。",
        "That number isn't in the statutes or the list.",
        "Only the weekdays are listed; Sundays aren't.",
        "We learn of the light, not who the lender is.",
        "Where it goes is left unsaid.",
        "The manual says nothing of pressure.",
        "文档里没有进球的统计。",
    ],
)
def test_that_nothing_is_told_is_said_in_many_ways(answer: str) -> None:
    assert failure("not_told", {"guesses": ["opens at"]}, answer) is None


def test_who_says_that_nothing_is_told_and_guesses_is_wrong() -> None:
    assert failure("not_told", {"guesses": ["opens at"]}, "They don't say, but it opens at 9.") == "fact"
    assert failure("not_told", None, "It opens at 9 [1].") == "missing"
    assert failure("not_told", {"guesses": ["opens at"]}, "It is not closed: it opens at 9 [1].") == "fact"
    assert failure("not_told", None, "No, it opens at 9 [1].") == "missing"


@given(st.sets(st.integers(1, 9), min_size=1), st.sampled_from(["[{}]", "【文档{}】", "(Doc {})", " document {} "]))
def test_just_the_documents_that_are_cited_are_found(documents: set[int], form: str) -> None:
    said = "It is so" + " ".join(form.format(number) for number in sorted(documents)) + "."
    assert failure("cites", {"right": sorted(documents)}, said) is None
    assert failure("cites", {"right": [*documents, 10]}, said) == "missing"


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    failure("cites", {"right": [1]}, text)
    failure("not_told", None, text)
