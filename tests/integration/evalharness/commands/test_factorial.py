"""The factorial command in two passes against the scripted server: two of the four at a time, at changing addresses."""

import json
import re
from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.runs.folder import read_json
from tests.integration.evalharness.scripted import Server, chat, lines_of, run_folder

pytestmark = pytest.mark.usefixtures("command")  # it writes the suite and the key


@pytest.fixture
def flags(server: Server, tmp_path: Path) -> list[str]:
    """Where the answers lie and who is asked. The tuned model answers right but for two questions of INT4."""

    def behave(model: str, question: str, _: int) -> tuple[int, str]:
        broken = precision[0] == "int4" and question in ("Question 0", "Question 1")
        return chat("[1]" if model == "tuned" and not broken else "one")

    precision = ["int4"]
    server.behave, server.precision = behave, precision  # type: ignore[attr-defined]
    urls = ["--url", f"base={server.url}", "--url", f"tuned={server.url}", "--key-file", str(tmp_path / "key")]
    return [*urls, "--runs", str(tmp_path / "runs"), "--concurrency", "3"]


def test_two_passes_tell_what_tuning_does_from_what_quantization_does(
    server: Server, flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = str(tmp_path / "own.yaml")
    assert main(["factorial", *flags, "--precision", "int4", "--suites", suite]) == 0
    assert "Still to be asked: base-fp and tuned-fp." in capsys.readouterr().out
    folder = run_folder(tmp_path)
    assert not (folder / "summary.json").exists()
    server.precision[0] = "fp"  # type: ignore[attr-defined]
    assert main(["factorial", *flags, "--precision", "fp", "--resume", str(folder)]) == 0
    rows = lines_of(folder / "answers.jsonl")
    assert len(rows) == len({(row["id"], row["endpoint"]) for row in rows}) == 24
    found = read_json(folder / "summary.json")["factorial"]
    [suite_found] = found["suites"]
    assert suite_found["rates"] == {
        "base-fp": 0.0,
        "base-int4": 0.0,
        "tuned-fp": 1.0,
        "tuned-int4": pytest.approx(4 / 6),
    }
    effects = {name: round(found[name]["difference"], 4) for name in ("tuning", "quantization", "interaction")}
    assert effects == {"tuning": 0.8333, "quantization": -0.1667, "interaction": -0.3333}
    assert found["tuning"]["low"] < 0.8333 < found["tuning"]["high"]
    printed = capsys.readouterr().out
    assert "+83.3" in printed
    before = server.asked.total()
    assert main(["factorial", *flags, "--precision", "fp", "--resume", str(folder)]) == 0  # again: nobody is asked
    assert server.asked.total() == before


def test_a_pass_that_was_cut_is_told_and_nothing_is_concluded_before_it_is_whole(
    flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["factorial", *flags, "--precision", "int4", "--suites", str(tmp_path / "own.yaml")]) == 0
    folder = run_folder(tmp_path)
    again = ["--resume", str(folder), "--resume-command", "make factorial RESUME={run}"]
    assert main(["factorial", *flags, "--precision", "fp", *again]) == 0
    lines = (folder / "answers.jsonl").read_text().splitlines(keepends=True)
    (folder / "answers.jsonl").write_text("".join(lines[:-1]))  # as if it had been killed
    capsys.readouterr()
    assert main(["factorial", *flags, "--precision", "int4", *again]) == 0
    printed = capsys.readouterr().out
    assert re.search(rf"Still to be asked: (base|tuned)-fp\. .* go on with make factorial RESUME={folder}", printed)
    assert not (folder / "summary.json").exists()
    assert main(["factorial", *flags, "--precision", "fp", *again]) == 0
    assert (folder / "summary.json").exists()


def test_that_the_four_differ_in_their_quantization_is_no_unfairness(
    server: Server, flags: list[str], tmp_path: Path
) -> None:
    def serve(quantization: str) -> list[str]:
        entries = [
            {"name": n, "url": server.url, "model": n, "version": "1", "quantization": quantization, "key_file": "key"}
            for n in ("base", "tuned")
        ]
        (tmp_path / "endpoints.json").write_text(json.dumps({"endpoints": entries}))
        return ["factorial", "--endpoints", str(tmp_path / "endpoints.json"), *flags[6:]]

    assert main([*serve("gptq int4 g128"), "--precision", "int4", "--suites", str(tmp_path / "own.yaml")]) == 0
    folder = run_folder(tmp_path)
    assert main([*serve("none"), "--precision", "fp", "--resume", str(folder)]) == 0
    read = read_json(folder / "run.json")["fairness"]
    assert {name: facts["quantization"] for name, facts in read["read"].items()} == {
        "base-fp": "none",
        "base-int4": "gptq int4 g128",
        "tuned-fp": "none",
        "tuned-int4": "gptq int4 g128",
    }
    assert not any(difference["matters"] for difference in read["differences"])


def test_an_endpoint_of_another_name_or_model_does_not_join(
    flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = str(tmp_path / "own.yaml")
    assert main(["factorial", *flags, "--suites", suite]) == 2
    assert "base: none of base-fp, base-int4, tuned-fp and tuned-int4" in capsys.readouterr().err
    assert main(["factorial", *flags, "--precision", "fp", "--suites", suite]) == 0
    folder = str(run_folder(tmp_path))
    swapped = [*flags, "--model", "base=tuned", "--precision", "fp", "--resume", folder]
    assert main(["factorial", *swapped]) == 2
    assert "base-fp was asked with another model" in capsys.readouterr().err
    assert main(["eval", "--resume", folder, *flags[:6]]) == 2
    assert "not a run of kind eval but of kind factorial" in capsys.readouterr().err
