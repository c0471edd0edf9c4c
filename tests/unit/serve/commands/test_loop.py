"""`make loop`: which steps run, what a cut turn goes on with, when a new adapter stays, what the store then holds."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from serve import hardware
from serve.commands import loop
from serve.commands.loop import Turn
from serve.errors import Failure, UsageError
from serve.models.store import Store
from serve.paths import Paths
from serve.runtimes.choice import only_one
from serve.settings import Settings
from tests.models_made import LLAMA_3_8B, make_adapter, make_model

SETTINGS = Settings(BASE_MODEL="base", ADAPTER="mine", ROWS="rows.jsonl")
CURRENT = SETTINGS.model_copy(update={"ADAPTER": "models/adapter/current"})


class Killed(BaseException):
    """What a SIGKILL is to what runs: nothing is said, nothing tidied."""


class Steps:
    """Steps that note that they ran, and say what they are told to. `tune` publishes a version of the store."""

    def __init__(self, paths: Paths) -> None:
        self.store = Store(paths.models)
        self.said = {name: name for name in loop.STEPS}
        self.said |= {
            "before": "runs/1-eval",
            "tune": "models/adapter/new",
            "verdict": "PASS runs/3-verdict",
            "compare": "no worse",
        }
        self.ran: list[str] = []
        self.served: list[str] = []
        self.broken = ""

    def run(self, name: str) -> str:
        if name == self.broken:
            raise UsageError(f"{name} cannot be done")
        self.ran.append(name)
        if name == "tune":
            publish(self.store, "new")
        return self.said[name]

    def store_command(self, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        command = [sys.executable, "-m", "serve.models.keeping", "--store", str(self.store.root), *words]
        return command, dict(os.environ)


def publish(store: Store, version: str) -> None:
    with store.lock("adapter"):
        if store.standing("adapter", version):
            store.make_current("adapter", version)
            return
        with store.staging("adapter", version) as draft:
            make_adapter(draft / "made")
            for path in (draft / "made").iterdir():
                path.rename(draft / path.name)
            (draft / "made").rmdir()
            learnt = {"rows": 90, "held_out_rows": 10, "steps": 5, "held_out_before": 0.5, "held_out_after": 0.25}
            store.publish(draft, "adapter", version, {"proof": {"stages": {"general": learnt}}})


def run_folder(runs: Path, name: str, rates: dict[str, float] | None = None, **files: object) -> None:
    (runs / name).mkdir(parents=True)
    metrics = [
        {"suite": suite, "metrics": [{"metric": "right", "second": {"rate": rate}}]}
        for suite, rate in (rates or {}).items()
    ]
    for file, content in ({"summary": {"suites": metrics}} | files).items():
        (runs / name / f"{file}.json").write_text(json.dumps(content))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "rows.jsonl").write_text("{}\n")
    make_model(tmp_path / "base")
    make_adapter(tmp_path / "mine")
    (tmp_path / "images").symlink_to(Path(__file__).parents[4] / "images")
    paths = Paths(tmp_path)
    run_folder(paths.runs, "1-eval", {"typos": 0.8, "gone": 1.0})
    run_folder(paths.runs, "2-eval", {"typos": 0.9})
    reasons = [{"outcome": "met", "text": "typos: better."}, {"outcome": "unsettled", "text": "e2e p50: not settled."}]
    run_folder(paths.runs, "3-verdict", summary={"verdict": "PASS", "reasons": reasons}, run={"eval": "2-eval"})
    return paths


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, paths: Paths) -> Iterator[Steps]:
    steps = Steps(paths)
    for name in loop.STEPS:
        monkeypatch.setitem(loop.STEPS, name, lambda *_, name=name: steps.run(name))
    monkeypatch.setattr(loop, "serve", lambda *given: steps.served.append(given[-1]))
    monkeypatch.setattr(loop, "runtime", lambda *_: steps)
    return steps


def reports(paths: Paths) -> list[Path]:
    return list(paths.runs.glob("*-loop"))


def report(paths: Paths) -> str:
    (folder,) = reports(paths)
    return (folder / "turn.md").read_text()


def test_an_adapter_that_passed_and_lost_nothing_stays(steps: Steps, paths: Paths) -> None:
    assert loop.main(SETTINGS, paths) == 0
    assert steps.ran == list(loop.STEPS)
    assert steps.served == []
    assert steps.store.in_force("adapter") == "new"
    assert "ADAPTER=models/adapter/new" in report(paths)


@pytest.mark.parametrize(
    ("said", "code", "why"),
    [
        ({"verdict": "FAIL runs/3-verdict"}, 1, "ended in FAIL"),
        ({"verdict": "INCONCLUSIVE runs/3-verdict"}, 3, "ended in INCONCLUSIVE"),
        ({"compare": "worse"}, 1, "lost against the one before"),
    ],
)
def test_any_other_goes_and_the_one_before_is_served_again(
    steps: Steps, paths: Paths, said: dict[str, str], code: int, why: str
) -> None:
    steps.said |= said
    assert loop.main(SETTINGS, paths) == code
    assert steps.served == ["mine"]
    assert "all stays as it was" in report(paths)
    assert why in report(paths)
    assert "e2e p50: not settled." in report(paths)


@pytest.mark.parametrize(("settings", "before"), [(SETTINGS, ""), (SETTINGS, "old"), (CURRENT, "old")])
def test_a_refused_adapter_is_not_what_the_store_goes_on_with(
    steps: Steps, paths: Paths, settings: Settings, before: str
) -> None:
    """Nor what `ADAPTER=models/adapter/current` names in the next turn."""
    if before:
        publish(steps.store, before)
    steps.said["verdict"] = "FAIL runs/3-verdict"
    loop.main(settings, paths)
    assert steps.store.in_force("adapter") == before
    assert steps.store.standing("adapter", "new")  # to look into


def test_the_stores_current_adapter_is_known_by_its_version(steps: Steps, paths: Paths) -> None:
    publish(steps.store, "old")
    steps.said["verdict"] = "FAIL runs/3-verdict"
    loop.main(CURRENT, paths)
    assert steps.served == ["models/adapter/old"]


@pytest.mark.parametrize("name", loop.STEPS)
def test_a_turn_that_was_cut_goes_on_where_it_was(steps: Steps, paths: Paths, name: str) -> None:
    steps.broken = name
    with pytest.raises(UsageError):
        loop.main(SETTINGS, paths)
    assert not reports(paths)
    steps.broken = ""
    assert loop.main(SETTINGS, paths) == 0
    assert steps.ran == list(loop.STEPS)  # each once


@pytest.mark.parametrize("cut", ["serve", "in_store", "keeper.ask", "turn_report.write"])
@pytest.mark.parametrize("after", [False, True])
def test_killed_while_it_puts_all_back_it_puts_all_back(
    steps: Steps, paths: Paths, monkeypatch: pytest.MonkeyPatch, cut: str, after: bool
) -> None:
    publish(steps.store, "old")
    steps.said["verdict"] = "FAIL runs/3-verdict"
    *owners, name = cut.split(".")
    owner = getattr(loop, owners[0]) if owners else loop
    act = getattr(owner, name)

    def killed(*given: object) -> None:
        if after:
            act(*given)
        raise Killed

    with monkeypatch.context() as at_first:
        at_first.setattr(owner, name, killed)
        with pytest.raises(Killed):
            loop.main(SETTINGS, paths)
    assert loop.main(SETTINGS, paths) == 1
    assert steps.served[-1] == "mine"
    assert steps.store.in_force("adapter") == "old"
    assert steps.ran == list(loop.STEPS)
    assert "all stays as it was" in report(paths)  # of which there is one


def test_other_rows_begin_another_turn(steps: Steps, paths: Paths) -> None:
    steps.broken = "tune"
    with pytest.raises(UsageError):
        loop.main(SETTINGS, paths)
    steps.broken = ""
    (paths.root / "rows.jsonl").write_text("{}\n{}\n")
    assert loop.main(SETTINGS, paths) == 0
    assert steps.ran[3:] == list(loop.STEPS)


def test_another_turn_does_not_take_what_the_cut_one_trained_for_what_was_in_service(
    steps: Steps, paths: Paths
) -> None:
    publish(steps.store, "old")
    steps.broken = "verdict"
    with pytest.raises(UsageError):
        loop.main(CURRENT, paths)
    assert steps.store.in_force("adapter") == "new"
    (paths.root / "rows.jsonl").write_text("{}\n{}\n")
    steps.broken, steps.said["verdict"] = "", "FAIL runs/3-verdict"
    loop.main(CURRENT, paths)
    assert steps.served == ["models/adapter/old"]
    assert steps.store.in_force("adapter") == "old"


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe", "not text"), (b" \n", "nothing in it")])
def test_a_file_that_holds_no_rows_at_all_is_refused_before_anything_is_served(
    steps: Steps, paths: Paths, content: bytes, said: str
) -> None:
    (paths.root / "rows.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match=rf"ROWS=rows\.jsonl: {said}; set it to a file of rows"):
        loop.main(SETTINGS, paths)
    assert steps.ran == []


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"other": 1}'])
def test_a_turn_that_cannot_be_read_is_named_with_what_to_do(steps: Steps, paths: Paths, content: str) -> None:
    file = paths.state / "loop" / "turn.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    with pytest.raises(UsageError, match=r"turn\.json: how far the last turn came cannot be read; delete it"):
        loop.main(SETTINGS, paths)
    file.unlink()
    assert loop.main(SETTINGS, paths) == 0
    assert steps.ran == list(loop.STEPS)


def test_two_at_once_are_refused(steps: Steps, paths: Paths) -> None:
    with only_one(paths, "loop"), pytest.raises(UsageError, match="another `make loop` of this folder is at work"):
        loop.main(SETTINGS, paths)
    assert steps.ran == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ROWS": "none.jsonl"}, r"ROWS=none\.jsonl"),
        ({"TUNE": "none.yaml"}, r"none\.yaml: No such file"),
        ({"ADAPTER": "none"}, "ADAPTER=none: a turn begins with the adapter in service"),
        ({"ADAPTER": "mine,other"}, "several, and a training goes on with one"),
        ({"ADAPTER": "other"}, "made for another base"),
        ({"MODE": "lora"}, "serves merged INT4 models"),
    ],
)
def test_what_a_later_step_would_refuse_is_refused_before_anything_is_done(
    steps: Steps, paths: Paths, given: dict[str, str], said: str
) -> None:
    make_adapter(paths.root / "other", hidden=32)
    with pytest.raises(UsageError, match=said):
        loop.main(SETTINGS.model_copy(update=given), paths)
    assert steps.ran == []


def test_words_of_augment_that_nobody_can_read_are_refused_in_one_line(
    steps: Steps, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUGMENT", "--kinds 'names")
    with pytest.raises(UsageError, match="AUGMENT: No closing quotation"):
        loop.main(SETTINGS, paths)
    assert steps.ran == []


def test_rows_are_held_against_the_suites_that_the_verdict_will_ask(
    monkeypatch: pytest.MonkeyPatch, paths: Paths
) -> None:
    asked = list[list[str]]()
    monkeypatch.setattr(loop, "run_attended", lambda words, _: asked.append(words[3:]) or 0)
    turn = Turn({"rows": "rows.jsonl", "augment": "--kinds 'names,typos'"}, "mine")
    loop.augment(SETTINGS, paths, turn)
    loop.augment(SETTINGS.model_copy(update={"SUITES": "tickets.yaml"}), paths, turn)
    said = ["--kinds", "names,typos"]
    assert asked == [
        ["augment", "rows.jsonl", *said],
        ["augment", "rows.jsonl", "--suites", "tickets.yaml", *said],
    ]


def test_it_compares_with_the_eval_of_the_adapter_before(monkeypatch: pytest.MonkeyPatch, paths: Paths) -> None:
    asked = list[list[str]]()
    monkeypatch.setattr(loop, "run_attended", lambda words, _: asked.append(words[3:]) or 1)
    turn = replace(Turn({}, "mine"), done={"before": "runs/1-eval", "verdict": "PASS runs/3-verdict"})
    assert loop.compare(SETTINGS, paths, turn) == "worse"
    assert asked == [["compare", "runs/1-eval", "runs/2-eval", "--no-worse"]]


def test_what_is_judged_is_served_first_whatever_runs_by_then(monkeypatch: pytest.MonkeyPatch, paths: Paths) -> None:
    """A turn that was cut after its training may go on after a `make up` of another adapter."""
    did = list[str]()

    class Measuring:
        def measure(self, kind: str) -> object:
            did.append(kind)
            return type("Measured", (), {"code": 0, "folder": "runs/3-verdict"})

    monkeypatch.setattr(loop, "serve", lambda *given: did.append(given[-1]))
    monkeypatch.setattr(loop, "runtime", lambda *_: Measuring())
    turn = replace(Turn({}, "mine"), done={"tune": "models/adapter/new"})
    assert loop.verdict(SETTINGS, paths, turn) == "PASS runs/3-verdict"
    assert did == ["models/adapter/new", "verdict"]


class Training:
    """A runtime whose servers hold memory, and a training that may not come to an end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, gpu: bool, running: Sequence[str] = ("base", "tuned")) -> None:
        self.gpu, self.running, self.did = gpu, list(running), list[str]()
        self.trouble: BaseException | None = None
        monkeypatch.setattr(loop, "runtime", lambda *_: self)
        monkeypatch.setattr(loop, "serve", lambda *given: self.did.append(f"serve {given[-1]}"))
        monkeypatch.setattr(loop.tune, "main", lambda *_: self.train())

    def stop_servers(self) -> list[str]:
        self.did.append("stop")
        return self.running

    def train(self) -> None:
        self.did.append("train")
        if self.trouble:
            raise self.trouble


TRAINED = replace(Turn({}, "mine"), done={"rows": "rows.jsonl"})


def test_on_a_gpu_the_servers_end_before_the_training_begins(monkeypatch: pytest.MonkeyPatch, paths: Paths) -> None:
    """Else a card that two servers fill has no room to train on. The verdict's step serves what was trained."""
    there = Training(monkeypatch, gpu=True)
    loop.train(SETTINGS, paths, TRAINED)
    assert there.did == ["stop", "train"]


@pytest.mark.parametrize("trouble", [Failure("it ran out of memory"), UsageError("it diverges"), KeyboardInterrupt()])
def test_what_a_training_that_failed_had_stopped_is_served_again(
    monkeypatch: pytest.MonkeyPatch, paths: Paths, trouble: BaseException
) -> None:
    there = Training(monkeypatch, gpu=True)
    there.trouble = trouble
    with pytest.raises(type(trouble)):
        loop.train(SETTINGS, paths, TRAINED)
    assert there.did == ["stop", "train", "serve mine"]


def test_a_stop_that_was_cut_is_made_good(monkeypatch: pytest.MonkeyPatch, paths: Paths) -> None:
    there = Training(monkeypatch, gpu=True)
    monkeypatch.setattr(there, "stop_servers", raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        loop.train(SETTINGS, paths, TRAINED)
    assert there.did == ["serve mine"]


def test_why_a_training_failed_is_told_though_serving_again_fails_too(
    monkeypatch: pytest.MonkeyPatch, paths: Paths
) -> None:
    there = Training(monkeypatch, gpu=True)
    there.trouble = Failure("it ran out of memory")
    monkeypatch.setattr(loop, "serve", raising(UsageError("another `make up` is at work")))
    with pytest.raises(Failure, match="out of memory"):
        loop.train(SETTINGS, paths, TRAINED)


def test_an_adapter_that_cannot_be_served_leaves_the_one_before_in_service(
    monkeypatch: pytest.MonkeyPatch, paths: Paths
) -> None:
    served: list[str] = []

    def serve(*given: Any) -> None:
        served.append(given[-1])
        if given[-1] == "new":
            raise Failure("its proof fails")

    monkeypatch.setattr(loop, "serve", serve)
    with pytest.raises(Failure, match="its proof fails"):
        loop.verdict(SETTINGS, paths, replace(TRAINED, done={"tune": "new"}))
    assert served == ["new", "mine"]


def raising(trouble: BaseException) -> Callable[..., None]:
    def raises(*_: Any) -> None:
        raise trouble

    return raises


def test_where_nothing_ran_a_training_that_failed_starts_nothing(monkeypatch: pytest.MonkeyPatch, paths: Paths) -> None:
    there = Training(monkeypatch, gpu=True, running=())
    there.trouble = Failure("it ran out of memory")
    with pytest.raises(Failure):
        loop.train(SETTINGS, paths, TRAINED)
    assert there.did == ["stop", "train"]


@pytest.mark.parametrize(("free_gib", "did"), [(40.0, ["train"]), (20.0, ["stop", "train"])])
def test_on_a_cpu_they_end_only_where_its_memory_has_no_room_for_both(
    monkeypatch: pytest.MonkeyPatch, paths: Paths, free_gib: float, did: list[str]
) -> None:
    there = Training(monkeypatch, gpu=False)
    make_model(paths.root / "large", **LLAMA_3_8B)  # 29.9 GiB in float32
    monkeypatch.setattr(hardware, "host_memory", lambda: (64.0, free_gib))
    loop.train(SETTINGS.model_copy(update={"BASE_MODEL": "large"}), paths, TRAINED)
    assert there.did == did


@pytest.mark.usefixtures("steps")
def test_the_report_sets_both_adapters_side_by_side_suite_by_suite(paths: Paths) -> None:
    loop.main(SETTINGS, paths)
    assert "| typos | 80.0% | 90.0% |" in report(paths)
    assert "gone" not in report(paths)  # the new one was not asked it
    assert "general: 90 rows, 5 steps, loss on 10 rows held out 0.5 → 0.25" in report(paths)
