"""A policy file is either wholly valid or refused in one line that names the file and the field."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import UsageError
from evalharness.runs.summaries.parts import Purpose
from evalharness.verdict.policy import FOLDER, allowed, applied, read_policy
from tests.parts import metric, suite

VALID = {
    "version": 1,
    "quality": "by-purpose",
    "max_error_rate": 0.01,
    "load": {"ttft_p95": {"at_most": 1.5}},
}


def written(folder: Path, content: object) -> Path:
    path = folder / "mine.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_policy_is_valid_and_bounds_the_load(path: Path) -> None:
    assert read_policy(path).load


def test_the_shipped_self_policy_forgives_differences_either_way() -> None:
    policy = read_policy(FOLDER / "self.yaml")
    assert policy.quality == "no-difference"
    assert all(smallest < 1 < largest < math.inf for smallest, largest in map(allowed, policy.load.values()))


BURSTS_SPOIL = ("ttft", "itl", "tpot")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_shipped_policy_judges_by_what_bursts_spoil(path: Path) -> None:
    assert not [metric for metric in read_policy(path).load if metric.startswith(BURSTS_SPOIL)]


def test_a_policy_without_load_asks_nothing_of_the_load(tmp_path: Path) -> None:
    without = {key: value for key, value in VALID.items() if key != "load"}
    assert read_policy(written(tmp_path, without)).load == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": "one"}, "version"),
        ({"version": 0}, "version"),
        ({"quality": "good"}, "quality"),
        ({"alpha": 0.05}, "alpha"),  # the intervals decide, and they have one confidence
        ({"max_error_rate": True}, "max_error_rate"),
        ({"max_error_rate": math.nan}, "max_error_rate"),
        ({"max_error_rates": 0.1}, "max_error_rates"),
        ({"load": {"ttft_p99": {"at_most": 1.5}}}, "load.ttft_p99"),
        ({"load": {"ttft_p95": {"at_most": 0}}}, "load.ttft_p95.at_most"),
        ({"load": {"ttft_p95": {"at_most": math.inf}}}, "load.ttft_p95.at_most"),
        ({"load": {"ttft_p95": {"below": 2}}}, "load.ttft_p95.below"),
        ({"load": {"ttft_p95": {}}}, "load.ttft_p95"),
        ({"load": {"ttft_p95": {"at_most": 1.5, "at_least": 0.5}}}, "load.ttft_p95"),
        ({"load": {"ttft_p95": 1.5}}, "load.ttft_p95"),
        ({"load_users": 0}, "load_users"),
        ({"suites": {"letters": {"better_by_at_least": 0}}}, "suites.letters.better_by_at_least"),
        ({"suites": {"letters": {"better_by_at_least": 0.1, "not_worse_by": 0.1}}}, "suites.letters"),
        ({"suites": {"letters": {"better": 0.1}}}, "suites.letters"),
        ({"suites": {"letters": "worse"}}, "suites.letters"),
        ({"suites": {"letters": {"equal_within": 0.1}}}, "suites.letters.equal_within"),
        ({"suites": {"letters": "better"}, "quality": "no-difference"}, "the whole file"),
        ({"require_gain": True, "quality": "no-difference"}, "the whole file"),
        ({"require_gain": "yes"}, "require_gain"),
        ({"robustness": {"not_worse_by": 1}}, "robustness.not_worse_by"),
        ({"judge": {"wins_at_least": "half"}}, "judge.wins_at_least"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_naming_file_and_field(
    tmp_path: Path, change: dict[str, object], field: str
) -> None:
    path = written(tmp_path, VALID | change)
    with pytest.raises(UsageError) as caught:
        read_policy(path)
    assert str(caught.value).startswith(f"{path}: {field}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["version", "quality", "max_error_rate"])
def test_a_missing_field_is_named(tmp_path: Path, key: str) -> None:
    without = {name: value for name, value in VALID.items() if name != key}
    with pytest.raises(UsageError, match=f"mine.yaml: {key}: "):
        read_policy(written(tmp_path, without))


@pytest.mark.parametrize("text", ["", "[1, 2", "just words", "a: b: c", "\x00"])
def test_what_is_no_policy_at_all_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"mine\.yaml[:,] ") as caught:
        read_policy(written(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 1\nquality: by-purpose\nversion: 2\n", 3),
        ("load:\n  e2e_p50: {}\n  e2e_p50: {}\n", 3),
        ("a: b: c", 1),
    ],
)
def test_a_key_given_twice_and_broken_yaml_are_refused_by_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(UsageError, match=rf"mine\.yaml, line {line}: "):
        read_policy(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml: .*No such file"):
        read_policy(tmp_path / "nowhere.yaml")


@given(st.floats(0.01, 100))
def test_what_equal_within_allows_is_the_same_in_both_directions(tolerance: float) -> None:
    smallest, largest = allowed({"equal_within": tolerance})
    assert smallest * largest == pytest.approx(1)
    assert largest == pytest.approx(1 + tolerance)


def test_what_the_shipped_policies_offer_in_comments_is_valid(tmp_path: Path) -> None:
    text = (FOLDER / "default.yaml").read_text()
    shown = [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")]
    offered = yaml.safe_load("\n".join(line for line in shown if not line.startswith("ttft")))
    assert offered.keys() >= {"suites", "load_users", "robustness", "judge", "require_gain"}
    policy = read_policy(written(tmp_path, VALID | offered))
    assert (policy.load_users, policy.judge) == (64, {"wins_at_least": 0.5})


def test_off_unless_asked_for_are_robustness_the_judge_and_bars_of_its_own() -> None:
    policy = read_policy(FOLDER / "default.yaml")
    assert (policy.robustness, policy.judge, policy.load_users, policy.suites) == (None, None, None, {})


@pytest.mark.parametrize(
    ("bar", "purpose", "margin"),
    [
        ("better", "superiority", 0.1),  # the suite's own margin stays: the smallest gain that matters
        ({"better_by_at_least": 0.02}, "superiority by a margin", 0.02),
        ({"not_worse_by": 0.02}, "non-inferiority", 0.02),
    ],
)
def test_a_policys_bar_takes_the_place_of_the_suites_own(
    tmp_path: Path, bar: object, purpose: Purpose, margin: float
) -> None:
    policy = read_policy(written(tmp_path, VALID | {"suites": {"letters": bar}}))
    suites = [suite(metric(0.5, 0.7), name, margin=0.1) for name in ("letters", "prose")]
    assert applied(policy, suites) == [replace(suites[0], purpose=purpose, margin=margin), suites[1]]


@pytest.mark.parametrize(("purpose", "margin"), [("non-inferiority", 0.1), ("descriptive", None)])
def test_a_suite_asked_to_be_better_takes_no_loss_for_a_gain_that_matters(
    tmp_path: Path, purpose: str, margin: float | None
) -> None:
    policy = read_policy(written(tmp_path, VALID | {"suites": {"letters": "better"}}))
    letters = suite(metric(0.5, 0.7), purpose=purpose, margin=margin)
    assert applied(policy, [letters]) == [replace(letters, purpose="superiority", margin=None)]


def test_the_former_word_for_a_gain_is_refused_with_the_two_that_took_its_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_policy(written(tmp_path, VALID | {"suites": {"tickets": {"better_by": 0.05}}}))
    said = str(caught.value)
    assert "suites.tickets: " in said and "\n" not in said
    assert "better_by_at_least for a gain that must be shown to be that large, or the word better alone" in said
