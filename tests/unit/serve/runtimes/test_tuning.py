"""What `make tune` is asked for, on either runtime, and what of it is refused before anything is installed."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from serve.errors import UsageError
from serve.paths import Paths
from serve.runtimes import tuning
from serve.runtimes.docker.compose import Compose
from serve.runtimes.docker.jobs import ContainerJobRunner
from serve.runtimes.jobs import Jobs, tune_words
from serve.runtimes.pipeline import ModelPipeline
from serve.settings import Settings
from serve.steps import Step
from tests.models_made import make_adapter, make_model
from tests.unit.serve.test_steps import Silent

ROOT = Path(__file__).parents[4]
ROW = {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]}


@pytest.fixture
def paths(tmp_path):
    (tmp_path / "images").symlink_to(ROOT / "images")
    return Paths(tmp_path)


@pytest.fixture
def own(paths):
    """Settings for a model of one's own with an adapter."""
    make_model(paths.root / "base")
    make_adapter(paths.root / "mine")
    return {"BASE_MODEL": "base", "ADAPTER": "mine"}


def rows(file, count=20):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{json.dumps(ROW)}\n" * count)
    return file


def test_the_demo_learns_from_its_own_rows_and_goes_on_with_its_adapter(paths):
    wanted = tuning.wanted(Settings(), paths)
    (file,) = wanted.rows.values()
    assert wanted.stages == paths.root / "images" / "tune" / "demo.yaml"
    assert json.loads(file.read_text().splitlines()[0])["messages"][-1]["role"] == "assistant"
    assert (wanted.base_name, wanted.anew) == ("tandem-demo-base", False)


def test_the_demos_own_rows_are_the_same_each_time(paths):
    assert tuning.demo_rows(paths).read_bytes() == tuning.demo_rows(paths).read_bytes()


def test_a_model_of_ones_own_learns_from_what_the_pool_wrote(paths, own):
    with pytest.raises(UsageError, match=r"train/rows.jsonl: no rows yet; write the pool's with .*, or set ROWS"):
        tuning.wanted(Settings(**own), paths)
    file = rows(paths.root / "train" / "rows.jsonl")
    wanted = tuning.wanted(Settings(**own), paths)
    assert wanted.rows == {"general": file}
    assert wanted.base_name == "base"


def test_a_stages_own_rows_lie_beside_its_file(paths, own):
    (paths.root / "mine.yaml").write_text("stages: [{name: one, rows: data/one.jsonl}, {name: two}]")
    one, two = rows(paths.root / "data" / "one.jsonl"), rows(paths.root / "two.jsonl")
    wanted = tuning.wanted(Settings(**own, TUNE="mine.yaml", ROWS="two.jsonl"), paths)
    assert wanted.rows == {"one": one, "two": two}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ROWS": "none.jsonl"}, "none.jsonl: No such file"),
        ({"ROWS": "empty.jsonl"}, "empty.jsonl: no rows in it"),
        ({"TUNE": "none.yaml"}, "none.yaml: No such file"),
        ({"ROWS": "some.jsonl", "ADAPTER": "other"}, "made for another base"),
        ({"ROWS": "some.jsonl", "ADAPTER": "mine,other"}, "several, and a training goes on with one"),
        ({"ROWS": "some.jsonl", "ADAPTER": "nowhere"}, "nowhere: no such folder"),
    ],
)
def test_what_will_not_do_is_refused_in_one_line(paths, own, given, said):
    rows(paths.root / "some.jsonl")
    (paths.root / "empty.jsonl").touch()
    make_adapter(paths.root / "other", hidden=32)
    with pytest.raises(UsageError, match=said) as refused:
        tuning.wanted(Settings(**{**own, **given}), paths)
    assert "\n" not in str(refused.value)


def test_a_text_for_new_tokens_lies_beside_the_file_with_the_stages(paths, own):
    rows(paths.root / "some.jsonl")
    (paths.root / "mine.yaml").write_text("stages: [{name: one}]\nvocabulary: {text: words.txt}")
    settings = Settings(**own, TUNE="mine.yaml", ROWS="some.jsonl")
    with pytest.raises(UsageError, match=r"words.txt: No such file or directory; mend `text` under `vocabulary`"):
        tuning.wanted(settings, paths)
    (paths.root / "words.txt").write_text(" \n")
    with pytest.raises(UsageError, match=r"words.txt: no text in it"):
        tuning.wanted(settings, paths)
    (paths.root / "words.txt").write_text("turbidity\n")
    with pytest.raises(UsageError, match=r"base: no tokenizer.json in it, which new tokens are added to"):
        tuning.wanted(settings, paths)
    shutil.copyfile(ROOT / "images" / "demo" / "base" / "tokenizer.json", paths.root / "base" / "tokenizer.json")
    wanted = tuning.wanted(settings, paths)
    assert wanted.text == paths.root / "words.txt"
    words = tune_words(Path("b"), "b", None, Path("s"), wanted.stages, wanted.rows, wanted.text)
    assert words[words.index("--text") + 1] == str(paths.root / "words.txt")


def test_what_only_a_gpu_does_is_refused_without_one_before_anything_is_installed(paths, own):
    (paths.root / "mine.yaml").write_text("stages: [{name: one}]\ngpu: {qlora: true}")
    settings = Settings(**own, TUNE="mine.yaml", ROWS=str(rows(paths.root / "rows.jsonl")))
    wanted = tuning.wanted(settings, paths)
    with pytest.raises(UsageError, match=r"mine.yaml: gpu: there is none here, and no CPU does it; leave it out"):
        tuning.run(ModelPipeline(settings, paths, Runner(), Jobs(paths)), wanted, Silent())


class Runner:
    gpu, server_memory = False, None

    def prepare(self, name):
        assert name == "tune"
        return Step("prepare", lambda _: None)

    def tune(self, base, adapter, wanted, _):
        self.told = (base, adapter, wanted)
        return "adapter 1f2e3d4c5b6a published"


@pytest.mark.parametrize("start", ["mine", "none"])
def test_it_goes_on_with_the_adapter_or_begins_one(paths, own, start):
    settings = Settings(**{**own, "ADAPTER": start, "ROWS": str(rows(paths.root / "rows.jsonl"))})
    runner = Runner()
    wanted = tuning.wanted(settings, paths)
    assert tuning.run(ModelPipeline(settings, paths, runner, Jobs(paths)), wanted, Silent()) == "1f2e3d4c5b6a"
    assert runner.told == (paths.root / "base", paths.root / "mine" if start == "mine" else None, wanted)


def test_in_a_container_it_is_told_of_the_same_files_where_it_sees_them(paths, own, monkeypatch):
    settings = Settings(**own, ROWS=str(rows(paths.root / "rows.jsonl")))
    for folder in ("base", "mine"):
        subprocess.run(["chmod", "-R", "a+rX", paths.root / folder], check=True)
    wanted, told = tuning.wanted(settings, paths), []
    compose = Compose([], "tandem", {})
    runner = ContainerJobRunner(compose, settings, paths, False, None)

    class Refusing:
        def run(self, _name, command, _log, _report, variables):
            told.append((command, variables))
            raise UsageError("tune: /input/adapter: made for another base; /input/rows/general.jsonl: no rows in it")

    monkeypatch.setattr(runner, "jobs", Refusing())
    with pytest.raises(UsageError) as refused:
        runner.tune(paths.root / "base", paths.root / "mine", wanted, None)
    assert str(refused.value) == (
        f"tune: {paths.root}/mine: made for another base; {paths.root}/rows.jsonl: no rows in it"
    )
    command, variables = told[0]
    words = command[command.index("tune") + 1 :]
    inside = tune_words(
        Path("/input/base"), "base", Path("/input/adapter"), Path("/models"), Path("/input/stages.yaml"),
        {"general": Path("/input/rows/general.jsonl")},
    )  # fmt: skip
    assert words == inside
    assert f"{paths.root}/rows.jsonl:/input/rows/general.jsonl:ro" in command
    assert variables["BASE_MODEL"] == str(paths.root / "base")
    assert os.fspath(wanted.stages.resolve()) + ":/input/stages.yaml:ro" in command
