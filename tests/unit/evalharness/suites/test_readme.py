"""What the page on suites tells is what there is: every suite with its count, every check, every kind of variant."""

import re
from pathlib import Path

import pytest

from evalharness.checks import CHECKS
from evalharness.suites.files import load_suite, shipped
from evalharness.suites.variants import KINDS
from tests import shipped_suites

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "evalharness/suites/README.md").read_text(encoding="utf-8")
FIRST = (ROOT / "README.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> list[str]:
    """What stands in backquotes in the first column of the table with this heading, row by row."""
    table = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def prompts_of(name: str) -> int:
    return len(shipped_suites.suite(name).prompts)


def test_every_suite_is_told_of() -> None:
    assert sorted(first_cells("suite | prompts")) == shipped()


def test_every_suite_is_told_of_with_its_number_of_prompts() -> None:
    table = PAGE[PAGE.index("| suite | prompts |") :].split("\n\n")[0]
    rows = re.findall(r"^\| (`.*) \| ([\d, ]+) \| ", table, re.MULTILINE)
    assert len(rows) > 10
    for names, told in rows:
        prompts = [prompts_of(name) for name in re.findall(r"`([^`]+)`", names)]
        assert told in (", ".join(map(str, prompts)), str(sum(prompts)))


def test_the_groups_of_every_suite_that_has_some_are_told() -> None:
    table = PAGE[PAGE.index("| suite | groups |") :].split("\n\n")[0].splitlines()[2:]
    told = {}
    for row in table:
        names, counts = row.split("|")[1:3]
        told |= dict(zip(re.findall(r"`([^`]+)`", names), map(int, counts.split(",")), strict=True))
    abouts = [suite.about() for suite in shipped_suites.suites().values()]
    assert told == {about["suite"]: about["groups"] for about in abouts if about["groups"] < about["prompts"]}


def test_every_check_is_told_of() -> None:
    assert sorted(first_cells("check")) == sorted(CHECKS)


def test_every_kind_of_variant_is_told_of() -> None:
    assert sorted(first_cells("kinds")) == sorted(KINDS)


@pytest.mark.parametrize("page", [PAGE, FIRST], ids=["suites", "first"])
def test_the_example_is_a_suite(page: str, tmp_path: Path) -> None:
    example = tmp_path / "tickets.yaml"
    example.write_text(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0], encoding="utf-8")
    assert load_suite(example).suite == "tickets"


@pytest.mark.parametrize("page", [PAGE, FIRST], ids=["suites", "first"])
def test_a_page_counts_the_prompts_rightly(page: str) -> None:
    assert f"{sum(map(prompts_of, shipped())):,} prompts" in page
