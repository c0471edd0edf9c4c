"""`make loop`: which steps run, what a cut turn goes on with, and when a new adapter stays."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from serve.commands import loop
from serve.commands.loop import Turn
from serve.errors import UsageError
from serve.paths import Paths
from serve.settings import Settings

SETTINGS = Settings(BASE_MODEL="base", ADAPTER="mine", ROWS="rows.jsonl")


class Steps:
    """Steps that note that they ran, and say what they are told to."""

    def __init__(self, **said: str) -> None:
        self.said = (
            {name: name for name in loop.STEPS} | {"tune": "models/adapter/new", "verdict": "PASS runs/v"} | said
        )
        self.ran: list[str] = []
        self.served: list[str] = []
        self.kept: list[str] = []  # versions that were made the store's current ones again
        self.broken = ""

    def run(self, name: str) -> str:
        if name == self.broken:
            raise UsageError(f"{name} cannot be done")
        self.ran.append(name)
        return self.said[name]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    steps = Steps(compare="no worse")
    for name in loop.STEPS:
        monkeypatch.setitem(loop.STEPS, name, lambda *_, name=name: steps.run(name))
    monkeypatch.setattr(loop, "serve", lambda *given: steps.served.append(given[-1]))
    monkeypatch.setattr(loop, "runtime", lambda *_: None)
    monkeypatch.setattr(loop.keeper, "ask", lambda *words: steps.kept.append(words[-1]))
    monkeypatch.setattr(loop.tune, "hand_out", lambda *_: None)
    return steps


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "rows.jsonl").write_text("{}\n")
    return Paths(tmp_path)


def report(paths: Paths) -> str:
    (file,) = paths.runs.glob("*-loop/turn.md")
    return file.read_text()


def test_an_adapter_that_passed_and_lost_nothing_stays(steps: Steps, paths: Paths) -> None:
    assert loop.main(SETTINGS, paths) == 0
    assert steps.ran == list(loop.STEPS)
    assert steps.served == []
    assert "ADAPTER=models/adapter/new" in report(paths)


@pytest.mark.parametrize(
    ("said", "code", "why"),
    [
        ({"verdict": "FAIL runs/v"}, 1, "ended in FAIL"),
        ({"verdict": "INCONCLUSIVE runs/v"}, 3, "ended in INCONCLUSIVE"),
        ({"compare": "worse"}, 1, "lost against the one before"),
    ],
)
def test_any_other_goes_and_the_one_before_is_served_again(
    steps: Steps, paths: Paths, said: dict[str, str], code: int, why: str
) -> None:
    steps.said |= said
    assert loop.main(SETTINGS, paths) == code
    assert steps.served == ["mine"]
    assert steps.kept == []  # it was never the store's
    assert "all stays as it was" in report(paths)
    assert why in report(paths)


@pytest.mark.parametrize("name", loop.STEPS)
def test_a_turn_that_was_cut_goes_on_where_it_was(steps: Steps, paths: Paths, name: str) -> None:
    steps.broken = name
    with pytest.raises(UsageError):
        loop.main(SETTINGS, paths)
    assert not paths.runs.exists()
    steps.broken = ""
    assert loop.main(SETTINGS, paths) == 0
    assert steps.ran == list(loop.STEPS)  # each once


def test_other_rows_begin_another_turn(steps: Steps, paths: Paths) -> None:
    steps.broken = "tune"
    with pytest.raises(UsageError):
        loop.main(SETTINGS, paths)
    steps.broken = ""
    (paths.root / "rows.jsonl").write_text("{}\n{}\n")
    assert loop.main(SETTINGS, paths) == 0
    assert steps.ran[3:] == list(loop.STEPS)


def test_the_stores_current_adapter_is_known_by_its_version(steps: Steps, paths: Paths) -> None:
    store = paths.models / "adapter"
    (store / "old").mkdir(parents=True)
    (store / "current").symlink_to("old")
    steps.said["verdict"] = "FAIL runs/v"
    loop.main(SETTINGS.model_copy(update={"ADAPTER": "models/adapter/current"}), paths)
    assert steps.served == ["models/adapter/old"]
    assert steps.kept == ["old"]


def test_rows_that_are_not_there_are_named_before_anything_is_done(steps: Steps, paths: Paths) -> None:
    with pytest.raises(UsageError, match=r"ROWS=none\.jsonl"):
        loop.main(SETTINGS.model_copy(update={"ROWS": "none.jsonl"}), paths)
    assert steps.ran == []


def test_it_compares_with_the_eval_of_the_adapter_before(monkeypatch: pytest.MonkeyPatch, paths: Paths) -> None:
    asked = list[list[str]]()
    monkeypatch.setattr(loop, "run_attended", lambda words, _: asked.append(words[3:]) or 1)
    folder = paths.runs / "9-verdict"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"eval": "8-eval"}))
    turn = replace(Turn({}, "mine"), done={"before": "runs/1-eval", "verdict": "PASS runs/9-verdict"})
    assert loop.compare(SETTINGS, paths, turn) == "worse"
    assert asked == [["compare", "runs/1-eval", "runs/8-eval", "--no-worse"]]
