"""Which faults are done in which order, what the harness is told of them, and how a server is left behind."""

import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from serve.commands import chaos
from serve.errors import Failure, UsageError
from serve.harness.measure import Measured
from serve.paths import Paths
from serve.settings import Settings


class Deployed:
    """A runtime whose one server comes back when it has been asked so often."""

    def __init__(self, back_after: int = 2) -> None:
        self.done: list[str] = []
        self.back_after, self.asked = back_after, 0

    def states(self) -> dict[str, str]:
        self.asked += 1
        return {"base": "ready", "tuned": "ready" if self.asked > self.back_after else "restarting"}

    def faults(self, server: str) -> dict[str, Any]:
        @contextmanager
        def fault(name: str) -> Iterator[None]:
            self.done.append(f"{server} {name}")
            try:
                yield
            finally:
                self.done.append(f"{server} {name} no more")

        return {name: lambda name=name: fault(name) for name in ("killed", "frozen")}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LASTS_SECONDS", "BETWEEN_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(chaos, name, 0.01)


def test_each_fault_is_done_and_undone_and_told_of_before_the_next() -> None:
    deployed, told = Deployed(), io.StringIO()
    chaos.break_in_turn(deployed, "tuned", told, threading.Event())  # type: ignore[arg-type]
    assert deployed.done == ["tuned killed", "tuned killed no more", "tuned frozen", "tuned frozen no more"]
    killed, frozen = (json.loads(line) for line in told.getvalue().splitlines())
    assert (killed["fault"], killed["server"]) == ("killed", "tuned")
    assert killed["began"] == killed["ended"] <= frozen["began"] < frozen["ended"]


def test_a_server_that_does_not_come_back_is_a_failure_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaos, "BACK_SECONDS", 0.05)
    with pytest.raises(Failure, match="tuned was killed and has not answered since"):
        chaos.break_in_turn(Deployed(back_after=10**9), "tuned", io.StringIO(), threading.Event())  # type: ignore[arg-type]


def test_once_it_is_over_nothing_more_is_broken() -> None:
    deployed, over = Deployed(), threading.Event()
    over.set()
    chaos.break_in_turn(deployed, "tuned", io.StringIO(), over)  # type: ignore[arg-type]
    assert deployed.done == []


def test_faults_begin_when_load_is_on_and_reach_what_is_started_on_its_standard_input(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    deployed = Deployed()
    with chaos.breaking(deployed, "tuned", Paths(tmp_path)) as failed:  # type: ignore[arg-type]
        assert deployed.done == []
        run = tmp_path / "runs" / "1-chaos"
        run.mkdir()
        (run / "requests.jsonl").write_text("{}\n")
        told = os.popen(f"{sys.executable} -c 'import sys; print(sys.stdin.read())'").read()  # noqa: S605
    assert [json.loads(line)["fault"] for line in told.split("\n") if line] == ["killed", "frozen"]
    assert failed == []


def test_a_server_that_does_not_answer_is_refused_before_any_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chaos, "runtime", lambda *_: Deployed(back_after=10**9))
    monkeypatch.setattr(chaos, "measure", lambda *_: pytest.fail("load was put on") and Measured(0))
    with pytest.raises(UsageError, match="tuned is restarting"):
        chaos.main(Settings(), Paths(tmp_path))
