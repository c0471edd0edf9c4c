"""runs/summary.schema.json is made of the types, and describes exactly what is written."""

import argparse
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from evalharness.commands import compare, verdict
from evalharness.runs.failures import FAILURES, Failure
from evalharness.runs.folder import create_run, read_json, write_concluded
from evalharness.runs.schemas import FILE, schema
from evalharness.runs.summaries import Summary
from evalharness.runs.typed import as_json, parsed
from evalharness.runs.versions import SCHEMAS
from evalharness.verdict.policy import FOLDER
from tests.fixtures_runs import Asked, capacity_run, eval_run, factorial_summary, judge_run, load_run
from tests.parts import failed

SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
FOUR = {"base-fp": 0.1, "base-int4": 0.1, "tuned-fp": 0.9, "tuned-int4": 0.8}
SUITES = (
    Asked("letters", "superiority", 30, 0.1, 0.9, variants=("typos", "polite", "counter-order")),
    Asked("scored", "descriptive", 12, 0.5, 0.7, margin=None, form="scored"),
)


def complaints(summary: dict[str, Any]) -> list[str]:
    """Against the shape of its own kind: among several shapes a validator says only that none fits."""
    own = {**SCHEMA, "oneOf": [{"$ref": SCHEMA["discriminator"]["mapping"][summary["kind"]]}]}
    return [f"{list(error.path)}: {error.message}" for error in Draft202012Validator(own).iter_errors(summary)]


def run(command: Any, *flags: str) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    command.main(parser.parse_args(flags))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("runs")
    evaluation = eval_run(root, SUITES, error=lambda name, n: failed("timeout") if name == "base" and n == 3 else None)
    judge_run(evaluation)
    load = load_run(root, seconds=8)
    (root / "policy.yaml").write_text((FOLDER / "default.yaml").read_text() + "\ncapacity: {at_least: 0.5}\n")
    capacity = capacity_run(root)
    run(verdict, "--runs", str(root), "--policy", str(root / "policy.yaml"))
    write_concluded(create_run(root, "factorial", {"endpoints": []}) / "summary.json", factorial_summary(FOUR))
    run(compare, str(evaluation), str(evaluation), "--out", str(root))
    judged = {"eval": evaluation, "load": load, "capacity": capacity, "judge": evaluation}
    return judged | {kind: next(root.glob(f"*-{kind}")) for kind in ("verdict", "compare", "factorial")}


def test_the_schema_is_what_the_types_make_of_it() -> None:
    assert json.loads(FILE.read_text()) == schema(), "run: python -m evalharness.runs.schemas"


def test_the_schema_is_one_and_names_every_kind_with_its_version() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    shapes = {kind: SCHEMA["$defs"][Path(place).name] for kind, place in SCHEMA["discriminator"]["mapping"].items()}
    assert {kind: shape["properties"]["schema"]["const"] for kind, shape in shapes.items()} == SCHEMAS
    assert {kind: shape["properties"]["kind"]["const"] for kind, shape in shapes.items()} == {k: k for k in SCHEMAS}


def test_the_types_of_failure_are_those_of_the_checks() -> None:
    assert get_args(Failure) == tuple(FAILURES)


@pytest.mark.parametrize("kind", ["eval", "load", "capacity", "judge", "verdict", "compare", "factorial"])
def test_what_is_written_is_what_the_schema_says_and_what_is_read(folders: dict[str, Path], kind: str) -> None:
    path = folders[kind] / ("judge.json" if kind == "judge" else "summary.json")
    summary = read_json(path)
    assert summary["kind"] == kind
    assert complaints(summary) == []
    assert Draft202012Validator(SCHEMA).is_valid(summary)
    found = parsed(Summary, path.read_bytes())
    assert json.loads(json.dumps(found, default=as_json)) == summary


def test_a_summary_of_nothing_fits_too(tmp_path: Path) -> None:
    silent = eval_run(tmp_path, SUITES, error=lambda *_: failed("timeout"))
    assert complaints(read_json(silent / "summary.json")) == []


@pytest.mark.parametrize("kind", ["eval", "verdict", "compare"])
def test_what_the_schema_does_not_know_is_noticed(folders: dict[str, Path], kind: str) -> None:
    summary = read_json(folders[kind] / "summary.json")
    assert complaints({**summary, "surprise": 1})
    assert complaints({key: value for key, value in summary.items() if key != "confidence" and key != "reasons"})


def test_a_factorial_part_is_welcome(folders: dict[str, Path]) -> None:
    effect = {"difference": 0.1, "low": 0.0, "high": 0.2}
    effects = {"tuning": effect, "quantization": effect, "interaction": effect}
    suite = {"suite": "letters", "prompts": 4, **effects, "rates": {"base-fp": 0.5, "base-int4": None}}
    factorial = {**effects, "suites": [suite]}
    assert complaints({**read_json(folders["eval"] / "summary.json"), "factorial": factorial}) == []
