"""Measurements one after another: the folder of each is handed on, and an exit code without one is no verdict."""

from pathlib import Path

import pytest

from serve.attended import INTERRUPTED
from serve.harness import measure as measuring
from serve.harness.measure import Measured, measure
from serve.paths import Paths
from serve.settings import Settings


class Harness:
    """Stands in for the harness's processes: what each was asked, how it ends, and which folder it says it wrote."""

    def __init__(self):
        self.asked, self.codes, self.folders = [], {}, {"eval": "runs/1-eval", "load": "runs/2-load"}

    def __call__(self, program, _):
        kind, *flags = program[3:]
        self.asked.append((kind, flags))
        if kind in self.folders:
            Path(flags[flags.index("--folder-file") + 1]).write_text(self.folders[kind])
        return self.codes.get(kind, 0)

    def given(self, kind, flag):
        flags = dict(self.asked)[kind]
        return flags[flags.index(flag) + 1]


@pytest.fixture
def harness(monkeypatch):
    stand_in = Harness()
    monkeypatch.setattr(measuring, "run_attended", stand_in)
    return stand_in


def test_a_verdict_is_of_the_eval_and_the_load_that_were_run_for_it(harness, tmp_path):
    harness.folders["verdict"], harness.codes["verdict"] = "runs/3-verdict", 1
    assert measure("verdict", Settings(), Paths(tmp_path)) == Measured(1, "runs/3-verdict")
    assert [kind for kind, _ in harness.asked] == ["eval", "load", "verdict"]
    assert harness.given("verdict", "--eval") == "runs/1-eval"
    assert harness.given("verdict", "--load") == "runs/2-load"


@pytest.mark.parametrize("code", [1, 2, 3])
@pytest.mark.parametrize("part", ["eval", "load", "verdict"])
def test_where_no_run_was_written_nothing_is_a_verdict(harness, tmp_path, part, code):
    harness.folders.pop(part, None)
    harness.codes[part] = code
    assert measure("verdict", Settings(), Paths(tmp_path)) == Measured(2)
    assert harness.asked[-1][0] == part


@pytest.mark.parametrize("part", ["eval", "load", "verdict"])
def test_an_interruption_stays_one(harness, tmp_path, part):
    harness.folders.pop(part, None)
    harness.codes[part] = INTERRUPTED
    assert measure("verdict", Settings(), Paths(tmp_path)) == Measured(INTERRUPTED)
