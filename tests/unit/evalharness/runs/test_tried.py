"""What is known of runs beside the one that is judged."""

from pathlib import Path

from evalharness.runs.evidence import read_run, tried
from evalharness.runs.folder import finished_runs
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
    found = tried(finished_runs(tmp_path, "eval"), read_run(mine, "eval"))
    assert found == {"letters": 2, "prose": 1}
