"""What is no run ends a command with one line and exit code 2, whatever is wrong with it."""

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalharness.__main__ import main
from evalharness.runs.versions import SCHEMAS
from tests.fixtures_runs import Asked, eval_run, judge_run, load_run

SUITES = (
    Asked("letters", "superiority", 12, 0.1, 0.9, variants=("typos", "polite", "counter-order")),
    Asked("scored", "descriptive", 8, 0.5, 0.7, margin=None, form="scored"),
)
NONSENSE = (float("nan"), float("inf"), None, -1, 0, 2.5, 1e308, "x", "", [], {}, True)
FILES = ("eval/summary.json", "eval/run.json", "eval/judge.json", "load/summary.json", "load/run.json")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An eval run that was judged, and a load run, under `eval` and `load`."""
    root = tmp_path_factory.mktemp("runs")
    evaluation = eval_run(root, SUITES)
    judge_run(evaluation)
    evaluation.rename(root / "eval")
    load_run(root, seconds=4).rename(root / "load")
    return root


@pytest.fixture
def copied(runs: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(runs, tmp_path / "runs"))


def commands(root: Path) -> list[list[str]]:
    evaluation, load = str(root / "eval"), str(root / "load")
    return [
        ["verdict", "--runs", str(root), "--eval", evaluation, "--load", load],
        ["compare", evaluation, evaluation, "--out", str(root)],
    ]


def places(content: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything within a JSON value."""
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inside:
        yield (*above, key)
        yield from places(value, (*above, key))


def spoiled(content: Any, draw: random.Random) -> tuple[Any, tuple[Any, ...]]:
    """The same with one thing in it replaced by nonsense, or left out."""
    spoilt = copy.deepcopy(content)
    *above, last = place = draw.choice(list(places(spoilt)))
    holder = spoilt
    for key in above:
        holder = holder[key]
    if draw.random() < 0.25:
        del holder[last]
    else:
        holder[last] = draw.choice(NONSENSE)
    return spoilt, tuple(place)


@pytest.mark.parametrize("file", FILES)
def test_nonsense_anywhere_in_a_file_of_a_run_is_read_or_refused_in_one_line(
    file: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw, whole = random.Random(file), json.loads((copied / file).read_text())
    refused = 0
    for _ in range(8):
        spoilt, place = spoiled(whole, draw)
        (copied / file).write_text(json.dumps(spoilt))
        for command in commands(copied):
            code, said = main(command), capsys.readouterr().err.splitlines()
            assert code in (0, 1, 2, 3), (file, place)
            assert code != 2 or (len(said) == 1 and "a fault of ours" not in said[0]), (file, place, said)
            refused += code == 2
    assert refused


@pytest.mark.parametrize(
    ("file", "harm", "says"),
    [
        (
            "eval/summary.json",
            ('"confidence": 0.95', '"confidence": NaN'),
            "confidence: Input should be a finite number",
        ),
        ("eval/summary.json", ('"paired": 12', '"paired": 11'), "paired is not what `right` was counted over"),
        ("eval/summary.json", ('"base": 0', '"bass": 0'), "other endpoints than `endpoints` names"),
        ("eval/run.json", ('"name": "tuned"', '"name": "tuner"'), "summary.json: is of other endpoints than run.json"),
        ("load/summary.json", ('"p95"', '"p96"'), "a latency has other percentiles than p50, p90, p95, p99, p99.9"),
        (
            "eval/judge.json",
            (f'"schema": {SCHEMAS["judge"]}', '"schema": 0'),
            "judge.json: schema 0, this version reads",
        ),
        ("eval/answers.jsonl", ('"right": true', '"right": "yes"'), "answers.jsonl"),
        ("eval/answers.jsonl", ('"tuned"', "tuned"), "answers.jsonl"),
        ("eval/prompts.jsonl", ('"messages"', '"massages"'), "prompts.jsonl"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    file: str, harm: tuple[str, str], says: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (copied / file).read_text()
    assert harm[0] in whole
    (copied / file).write_text(whole.replace(*harm, 1))
    assert main(commands(copied)[0]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("tandem: ") and says in line


@pytest.mark.parametrize("file", ["prompts.jsonl", "answers.jsonl", "run.json", "summary.json"])
def test_a_file_that_is_lost_is_named(file: str, copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "eval" / file).unlink()
    for command in commands(copied):
        assert main(command) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert file in line


def test_what_is_whole_is_judged_and_compared(copied: Path) -> None:
    assert all(main(command) != 2 for command in commands(copied))
