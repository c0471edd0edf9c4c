"""The eval command on shipped suites: a server whose answers are known to be right, and one whose are not."""

from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.runs.folder import read_json
from evalharness.suites.files import SHIPPED, load_suite, write
from tests.integration.evalharness.scripted import KEY, Server, chat, endpoint_flags, rows_of, run_folder
from tests.validity import bank

SUITES = ("reasoning", "grounded", "code-hard")


def _known(suite: str, kind: str) -> dict[str, str]:
    """For each prompt that the bank knows the first answer of this kind."""
    found: dict[str, str] = {}
    for answer in bank.answers(suite):
        if answer.kind == kind:
            found.setdefault(answer.prompt, answer.text)
    return found


@pytest.mark.parametrize("name", SUITES)
def test_all_right_answers_pass_and_all_wrong_ones_fail_from_the_prompt_to_the_summary(
    name: str, server: Server, tmp_path: Path
) -> None:
    right, wrong = _known(name, "natural"), _known(name, "wrong")
    suite = load_suite(SHIPPED / f"{name}.yaml")
    asked = suite.model_copy(update={"prompts": [prompt for prompt in suite.prompts if prompt.id in right]})
    said = {prompt.messages[-1].content: (wrong[prompt.id], right[prompt.id]) for prompt in asked.prompts}
    server.behave = lambda model, question, _: chat(said[question][model == "tuned"])
    (tmp_path / "key").write_text(KEY)
    write(tmp_path / f"{name}.yaml", [], asked)
    flags = ["--suites", str(tmp_path / f"{name}.yaml"), "--runs", str(tmp_path / "runs"), "--concurrency", "4"]
    assert main(["eval", *flags, *endpoint_flags(server, tmp_path)]) == 0
    assert [row["id"] for row in rows_of(tmp_path) if row["right"] != (row["endpoint"] == "tuned")] == []
    [summary] = read_json(run_folder(tmp_path) / "summary.json")["suites"]
    assert summary["metrics"][0]["difference"] == 1.0
    assert len(rows_of(tmp_path)) == 2 * len(asked.prompts) >= 20
