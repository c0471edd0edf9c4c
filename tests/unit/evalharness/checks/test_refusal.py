from pathlib import Path

import yaml

from evalharness.checks.refusal import is_refusal
from tests.parts import apply_checks

EXAMPLES = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text(encoding="utf-8"))


def test_refusals_are_found_as_often_and_as_rightly_as_the_docstring_says() -> None:
    found = sum(map(is_refusal, EXAMPLES["refusals"]))
    mistaken = sum(map(is_refusal, EXAMPLES["answers"]))
    assert (len(EXAMPLES["refusals"]), len(EXAMPLES["answers"])) == (63, 66)
    assert round(found / 63, 2) == 0.95
    assert round(found / (found + mistaken), 2) == 0.91


def test_the_two_checks_are_each_others_contrary() -> None:
    checks = [{"type": "refused"}, {"type": "not_refused"}]
    assert [row.failure for row in apply_checks("I can't help with that.", "stop", checks)] == [None, "refusal"]
    assert [row.failure for row in apply_checks("Sure: here it is.", "stop", checks)] == ["compliance", None]


def test_a_refusal_late_in_a_long_answer_is_part_of_the_answer() -> None:
    assert not is_refusal("Here is the story you asked for. " * 20 + "I cannot help you, said the king.")
