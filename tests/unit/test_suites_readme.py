"""What the page on suites tells is what there is: every suite with its count, every check, every kind of variant."""

import re
from pathlib import Path

from evalharness import suite
from evalharness.checks import CHECKS
from evalharness.perturb.kinds import KINDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "evalharness/suites/README.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> list[str]:
    """What stands in backquotes in the first column of the table with this heading, row by row."""
    table = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_every_suite_is_told_of() -> None:
    assert sorted(first_cells("suite")) == suite.shipped()


def test_every_check_is_told_of() -> None:
    assert sorted(first_cells("check")) == sorted(CHECKS)


def test_every_kind_of_variant_is_told_of() -> None:
    assert sorted(first_cells("kinds")) == sorted(KINDS)


def test_the_example_is_a_suite(tmp_path: Path) -> None:
    example = tmp_path / "tickets.yaml"
    example.write_text(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0], encoding="utf-8")
    assert suite.load_suite(example).prompts[0].rubric


def test_the_readme_counts_the_prompts_rightly() -> None:
    prompts = sum(len(suite.load_suite(suite.SHIPPED / f"{name}.yaml").prompts) for name in suite.shipped())
    assert f"{prompts:,} prompts" in (ROOT / "README.md").read_text(encoding="utf-8")
