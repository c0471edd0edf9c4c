"""Rows out of templates and lists of terms: every combination once, in an order of the seed, never a question twice."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import UsageError
from evalharness.pool.filters.filtering import Limits, filtered
from evalharness.pool.rows import PoolRow
from evalharness.pool.variants import templates

TEMPLATES = """
templates:
  - question: "{hello}, how many people live in {city}, {country}?"
    answer: '{"city": "{city}", "people": {people}}'
    system: You answer in JSON.
    tags: [json]
  - question: Which country is {city} in?
    answer: In {country}.
terms:
  hello: [Hello, Hi]
  unused: [2026]
tables: [cities.csv]
"""
CITIES = "city,country,people\nPorto,Portugal,231800\nGhent,Belgium,265086\nZadar,Croatia,70829\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cities.csv").write_text(CITIES)
    (tmp_path / "file.yaml").write_text(TEMPLATES)
    return tmp_path


def made(path: Path, seed: int = 0, most: int | None = None) -> list[PoolRow]:
    axes, rows = templates.load(path)
    return list(templates.rows(axes, most or rows, seed, ["domain:cities"], "CC0-1.0"))


def test_every_combination_comes_once_and_what_stands_in_one_line_stays_together(folder: Path) -> None:
    found = made(folder / "file.yaml")
    assert len(found) == 2 * 3 + 3
    by_question = {one.question: one for one in found}
    asked = by_question["Hi, how many people live in Ghent, Belgium?"]
    assert asked.answer == '{"city": "Ghent", "people": 265086}'
    assert asked.messages[0] == {"role": "system", "content": "You answer in JSON."}
    assert (asked.tags, asked.licence, asked.state) == (["domain:cities", "json"], "CC0-1.0", "accepted")
    assert by_question["Which country is Zadar in?"].answer == "In Croatia."
    assert (asked.entities, by_question["Which country is Zadar in?"].entities) == (["Ghent", "265086"], ["Croatia"])


def test_the_same_seed_gives_the_same_rows_in_the_same_order_and_another_seed_another_order(folder: Path) -> None:
    path = folder / "file.yaml"
    assert made(path) == made(path)
    others = [made(path, seed) for seed in range(1, 6)]
    assert any(other != made(path) for other in others)
    assert all({one.id for one in other} == {one.id for one in made(path)} for other in others)


def test_no_more_rows_than_asked_for_taken_from_each_template_in_turn(folder: Path) -> None:
    found = made(folder / "file.yaml", most=4)
    assert [one.question.startswith("Which") for one in found] == [False, True, False, True]


def test_a_question_that_two_lines_of_a_table_give_comes_once(folder: Path) -> None:
    (folder / "cities.csv").write_text(CITIES + "Porto,Brazil,1\n")
    found = [one for one in made(folder / "file.yaml") if one.question == "Which country is Porto in?"]
    assert len(found) == 1


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(0, 50))
def test_whatever_the_lengths_of_the_lists_nothing_is_left_out_and_nothing_comes_twice(
    lengths: list[int], seed: int
) -> None:
    lists = [[{f"t{n}": f"{n}-{term}"} for term in range(length)] for n, length in enumerate(lengths)]
    template = templates.Template(" ".join(f"{{t{n}}}" for n in range(len(lengths))), "Yes.")
    axes = templates.Axes(template, lists)
    questions = [one.question for one in templates.rows([axes], templates.MOST, seed, [], None)]
    assert len(questions) == len(set(questions)) == axes.size


def test_rows_of_a_template_are_no_copies_of_each_other_but_a_leak_is_one(folder: Path) -> None:
    from evalharness.suites.files import load_suites

    assert list(filtered(made(folder / "file.yaml"), Limits())) == []
    text = (
        "templates: [{question: 'What is the capital of {country}?', answer: Rome.}]\nterms: {country: [Italy, Fiji]}"
    )
    (folder / "leak.yaml").write_text(text)
    found = list(filtered(made(folder / "leak.yaml"), Limits(load_suites(["general"]))))
    assert [one.reason for one in found] == ["a question of a suite: general, capital-03"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("templates: [{question: 'Is {x} big?', answer: Yes.}]", "{x} is neither among the terms"),
        ("templates: [{question: Is it?, answer: '{x}.'}]\nterms: {x: [a, b]}", "{x} of the answer does not follow"),
        ("templates: [{question: Is it?, answer: ' '}]", "a question or an answer is empty"),
        ("templates: [{question: Is it?}]", "templates.0.answer: "),
        ("templates: [{question: Is it?, answer: Yes., wait: 1}]", "templates.0.wait: "),
        ("templates: []\nrows: 2000000", "rows: 2000000 is not between 1 and 1000000"),
        ("templates: []\nterms: {x: []}", "terms.x: an empty list"),
        ("templates: []\ntables: [none.csv]", "none.csv: No such file"),
        ("templates: []\ntables: [torn.csv]", "torn.csv: row 3 has another number of columns"),
        ("templates: [", "not YAML"),
    ],
)
def test_a_file_that_is_none_is_one_line_with_the_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "torn.csv").write_text("a,b\n1,2\n3\n")
    (tmp_path / "file.yaml").write_text(text)
    with pytest.raises(UsageError) as error:
        templates.load(tmp_path / "file.yaml")
    assert says in str(error.value) and "\n" not in str(error.value)
