import json
from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.client.endpoints import Endpoint
from evalharness.commands.lm_eval import OFFLINE, PROGRAM, TASKS, command, program_file, results, task_file, variables
from evalharness.errors import UsageError
from evalharness.runs.summaries.task import TaskMetric

BASE = Endpoint("base", "http://127.0.0.1:8001/v1", "base", key="sk-a-key")


def test_the_program_is_told_whom_to_ask_and_the_key_is_not_on_its_command_line() -> None:
    words = command(Path("lm_eval"), BASE, Path("/tasks/own.yaml"), 4, Path("/out"))
    arguments = words[words.index("--model_args") + 1]
    assert arguments == "model=base,base_url=http://127.0.0.1:8001/v1/chat/completions,num_concurrent=4"
    assert words[words.index("--tasks") + 1] == "own.yaml"
    assert "sk-a-key" not in " ".join(words)


def test_the_key_is_in_its_environment_which_keeps_it_from_the_network() -> None:
    found = variables(BASE, Path("/cache"), {"PATH": "/bin", "HF_HUB_OFFLINE": "0"})
    assert found.items() >= {**OFFLINE, "PATH": "/bin", "OPENAI_API_KEY": "sk-a-key", "HF_HOME": "/cache"}.items()
    assert variables(Endpoint("base", "http://a/v1", "m"), Path("/cache"), {})["OPENAI_API_KEY"] == "none"


def test_a_task_is_shipped_or_a_file_and_never_a_name_to_download(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.touch()
    assert task_file(str(own)) == own
    assert task_file("tandem_demo") == TASKS / "tandem_demo.yaml"
    with pytest.raises(UsageError, match="tasks that download rows are not run"):
        task_file("gsm8k")


def test_the_rows_of_a_shipped_task_lie_beside_it() -> None:
    rows = [json.loads(line) for line in (TASKS / "tandem_demo.jsonl").read_text().splitlines()]
    assert len({row["question"] for row in rows}) == len(rows) == 24
    assert all(row["answer"] for row in rows)
    assert "test: tandem_demo.jsonl\n" in (TASKS / "tandem_demo.yaml").read_text()


def test_its_results_are_each_metric_with_its_standard_error(tmp_path: Path) -> None:
    said = {"alias": "own", "exact_match,none": 0.5, "exact_match_stderr,none": 0.1, "f1,strict": 0.7}
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "results_1.json").write_text(
        json.dumps({"results": {"own": {**said, "f1_stderr,strict": 0.2}}})
    )
    assert results(tmp_path) == {
        "exact_match": TaskMetric(value=0.5, stderr=0.1),
        "f1,strict": TaskMetric(value=0.7, stderr=0.2),
    }


def test_the_program_is_the_one_that_make_installs_else_the_one_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lm_eval").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert program_file(None) == tmp_path / "bin" / "lm_eval"
    PROGRAM.parent.mkdir(parents=True)
    PROGRAM.touch()
    assert program_file(None) == tmp_path / PROGRAM


def test_without_the_program_nobody_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--url", "base=http://127.0.0.1:9/v1", "--base-against-base", "--program", str(tmp_path / "lm_eval")]
    assert main(["lm-eval", *flags]) == 2
    assert "`make lm-eval` installs it" in capsys.readouterr().err
