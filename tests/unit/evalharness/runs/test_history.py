"""What finished runs have tried before counts against the one that is judged."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.runs.evidence import read_run
from evalharness.runs.folder import finished_runs
from evalharness.runs.history import rounds, tried
from evalharness.stats.levels import ALPHA, FALSE_PASS
from evalharness.stats.sequential import alpha_of_round
from tests.fixtures_runs import ENDPOINTS, Asked, eval_run

LETTERS = Asked("letters", "superiority", 20, 0.1, 0.9)
PROSE = Asked("prose", "non-inferiority", 20, 0.95, 0.95, form="prose")


def test_models_are_counted_that_were_held_against_the_same_base_on_the_same_prompts(tmp_path: Path) -> None:
    def run(*suites: Asked, base: str = "b", tuned: str = "t") -> Path:
        sides = tuple({**side, "version": version} for side, version in zip(ENDPOINTS, (base, tuned), strict=True))
        return eval_run(tmp_path, suites, sides)

    mine = run(LETTERS, PROSE)
    run(LETTERS, PROSE)  # the same model again
    run(LETTERS, tuned="another")
    run(LETTERS, PROSE, base="another base", tuned="its own")
    run(Asked("letters", "superiority", 25, 0.1, 0.9), tuned="on other prompts")
    run(LETTERS, tuned="b")  # against itself
    run(LETTERS, tuned="")
    found = tried(finished_runs(tmp_path, "eval"), read_run(mine, "eval").about)
    assert found == {"letters": 2, "prose": 1}


def look(root: Path, *suites: Asked, tuned: str = "t", **more: bool) -> int:
    """Another eval run of these models: the how-manieth look at them it is."""
    sides = tuple({**side, "version": version} for side, version in zip(ENDPOINTS, ("b", tuned), strict=True))
    found = read_run(eval_run(root, suites, sides, **more), "eval")
    return rounds(earlier(root, found.folder), found.about, found.summary)


def earlier(root: Path, folder: Path) -> Sequence[Path]:
    return [other for other in finished_runs(root, "eval") if other.name != folder.name]


def test_the_same_models_asked_again_are_another_look_where_the_answers_came_out_otherwise(tmp_path: Path) -> None:
    assert look(tmp_path, LETTERS, PROSE) == 1
    assert look(tmp_path, LETTERS, PROSE) == 1  # just the same: nothing new was looked at
    assert look(tmp_path, replace(LETTERS, prompts=30), PROSE) == 2  # more prompts, as advised
    assert look(tmp_path, replace(LETTERS, prompts=40), PROSE) == 3
    assert look(tmp_path, replace(LETTERS, prompts=40, second=0.7), PROSE) == 4  # the same prompts, other answers
    assert look(tmp_path, LETTERS) == 4  # three of those before were others
    assert look(tmp_path, Asked("others", "superiority", 20, 0.1, 0.9)) == 1
    assert look(tmp_path, replace(LETTERS, prompts=50), tuned="another") == 1


def test_looks_at_models_of_unknown_version_and_at_one_model_twice_are_not_counted(tmp_path: Path) -> None:
    for _ in range(2):
        assert look(tmp_path, LETTERS, tuned="") == look(tmp_path, LETTERS, base_against_base=True) == 1
        assert look(tmp_path, replace(LETTERS, prompts=30), tuned="") == 1
        assert look(tmp_path, replace(LETTERS, prompts=30), base_against_base=True) == 1


def test_all_rounds_together_err_as_often_as_a_verdict_may_and_the_first_as_if_it_were_the_only_one() -> None:
    one_sided = [alpha_of_round(number) / 2 for number in range(1, 10_000)]
    assert 2 * one_sided[0] == pytest.approx(ALPHA) and one_sided == sorted(one_sided, reverse=True)
    assert 0.999 * FALSE_PASS < sum(one_sided) < FALSE_PASS
