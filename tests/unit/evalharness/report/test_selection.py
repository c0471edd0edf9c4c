"""What a page lists when it has no room for every answer."""

from collections import Counter
from typing import Any

import pytest

from evalharness.report import selection
from evalharness.report.selection import Family, Sort, fitting, sort_of


def answer(text: str, right: bool | None, error: str | None = None) -> dict[str, Any]:
    return {"text": text, "right": right, "error": error}


@pytest.mark.parametrize(
    ("one", "other", "sort"),
    [
        (answer("a", True), answer("b", False), "split"),
        (answer("a", False), answer("a", True), "split"),
        (answer("a", False), answer("b", False), "wrong"),
        (answer("a", False), answer("a", False), "wrong"),
        (answer("a", True), answer("b", True), "differ"),
        (answer("a", True), answer("a", True), "alike"),
        (answer("a", True), answer("", None, "timeout"), "unanswered"),
        (answer("a", True), None, "unanswered"),
    ],
)
def test_how_two_answers_stand_to_each_other(one: dict[str, Any], other: dict[str, Any] | None, sort: Sort) -> None:
    assert sort_of([one, other]) == sort


def test_a_family_is_of_the_sort_of_its_foremost_member() -> None:
    family = Family()
    for text in "ab":
        family.add([answer("a", True), answer(text, True)], 100)
    assert (family.sort, family.answers, family.size) == ("differ", 4, 200)


def families(**sorts: int) -> dict[str, Family]:
    return {f"{sort} {n}": Family(sort, 2, 10) for sort, count in sorts.items() for n in range(count)}  # type: ignore[arg-type]


def test_all_are_listed_where_there_is_room() -> None:
    found = families(split=3, wrong=2, alike=4)
    assert fitting(found) == set(found)


def test_the_sorts_take_turns_and_what_is_alike_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_ANSWERS", 40)
    listed = fitting(families(unanswered=2, split=100, wrong=100, differ=3, alike=100))
    assert Counter(key.split()[0] for key in listed) == {"unanswered": 2, "split": 8, "wrong": 7, "differ": 3}
    assert fitting(families(split=1, alike=100)) > {"split 0"}


def test_those_that_are_listed_are_drawn_and_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_ANSWERS", 40)
    found = families(split=1000)
    numbers = [int(key.split()[1]) for key in fitting(found)]
    assert len(numbers) == 20
    assert max(numbers) > 500
    assert fitting(found) == fitting(found)


def test_an_enormous_family_leaves_its_place_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_BYTES", 50)
    found = {**families(alike=3), "enormous": Family("split", 2, 51)}
    assert fitting(found) == set(families(alike=3))
