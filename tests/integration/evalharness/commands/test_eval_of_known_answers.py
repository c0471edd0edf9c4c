"""The eval command on shipped suites: a server whose answers are known to be right, and one whose are not."""

from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.runs.folder import read_json
from evalharness.suites.files import SHIPPED, load_suite, write
from tests.integration.evalharness.scripted import KEY, Server, endpoint_flags, rows_of, run_folder
from tests.integration.evalharness.stand_in import stand_in
from tests.validity import bank

ANSWERS = {"tuned": "natural", "base": "wrong"}  # of the bank, by model


def _known(suite: str, kind: str) -> dict[str, str]:
    """For each prompt that the bank knows the first answer of this kind."""
    found: dict[str, str] = {}
    for answer in bank.answers(suite):
        if answer.kind == kind:
            found.setdefault(answer.prompt, answer.text)
    return found


@pytest.mark.parametrize("name", bank.suites())
def test_all_right_answers_pass_and_all_wrong_ones_fail_from_the_prompt_to_the_summary(
    name: str, server: Server, tmp_path: Path
) -> None:
    """Of the bank's answers all but those few that it shows the checks themselves to be mistaken about."""
    known = {model: _known(name, kind) for model, kind in ANSWERS.items()}
    suite = load_suite(SHIPPED / f"{name}.yaml")
    both = [prompt for prompt in suite.prompts if all(prompt.id in found for found in known.values())]
    asked = suite.model_copy(update={"prompts": both})
    rows = {row.id: row for row in asked.rows()}
    said = [(row.messages, {model: found[row.id] for model, found in known.items()}) for row in rows.values()]
    server.behave = stand_in(server, any(row.live for row in rows.values()), said)
    (tmp_path / "key").write_text(KEY)
    write(tmp_path / f"{name}.yaml", [], asked)
    flags = ["--suites", str(tmp_path / f"{name}.yaml"), "--runs", str(tmp_path / "runs"), "--concurrency", "1"]
    assert main(["eval", *flags, *endpoint_flags(server, tmp_path)]) == 0
    answered = rows_of(tmp_path)
    assert len(answered) == 2 * len(both) >= 20
    surprising = [(row["id"], row["endpoint"]) for row in answered if row["right"] != (row["endpoint"] == "tuned")]
    if suite.purpose != "descriptive":  # whose checks decide nothing
        assert len(surprising) <= 0.02 * len(answered), surprising
    for prompt, model in surprising:
        assert bank.passes(known[model][prompt], rows[prompt].checks) == (model == "base"), (prompt, model)
    [summary] = read_json(run_folder(tmp_path) / "summary.json")["suites"]
    assert summary["metrics"][0]["difference"] == pytest.approx(1 - len(surprising) / len(both))
