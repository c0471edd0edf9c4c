"""The harness's part of `make chaos`: load that goes on while a server fails, and an account of every request."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ground_truth import GroundTruth, serving
from tests.integration.evalharness.load.test_ground_truth import KEY, load_arguments
from tests.newcomer import ROOT

pytestmark = pytest.mark.alone


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def arguments(folder: Path, first: str, second: str) -> list[str]:
    flags = load_arguments(folder, first, second)
    return ["chaos", *flags[1 : flags.index("--users")], "--users", "3", "--output-tokens", "20"]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, GroundTruth, GroundTruth]]:
    """A load in which the second server refused everything for a while, the key among what it says."""
    folder = tmp_path_factory.mktemp("chaos")
    (folder / "key").write_text(KEY)
    with serving(GroundTruth(key=KEY)) as base, serving(GroundTruth(key=KEY)) as tuned:
        command = [sys.executable, "-m", "evalharness", *arguments(folder, base.url, tuned.url)]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdin
            until(lambda: len(tuned.served) > 10 and len(base.served) > 10)
            began, tuned.refuses = time.time(), "stream"
            until(lambda: time.time() > began + 2)
            tuned.refuses = ""
            fault = {"fault": "refusing", "server": "tuned", "began": began, "ended": time.time()}
            process.stdin.write(json.dumps(fault) + "\n")
            process.stdin.flush()
            served = len(tuned.served)
            until(lambda: len(tuned.served) > served + 5)
            said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        (run,) = (folder / "runs").iterdir()
        yield said, run, base, tuned


def rows(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "requests.jsonl").read_text().splitlines()]


def test_what_users_saw_of_a_fault_is_found(broken: Any) -> None:
    said, run, _, _ = broken
    base, tuned = json.loads((run / "outages.json").read_text())["outages"]
    assert base["errors"] == {} and base["recovered"] < 1
    assert set(tuned["errors"]) == {"http_400"}
    assert 0 <= tuned["first_error"] < 1.0 < tuned["last_error"] < 3.5
    assert tuned["recovered"] < 2 < tuned["lasted"] + tuned["recovered"]
    assert "tuned refusing" in said and f"{sum(tuned['errors'].values())} http_400" in said


def test_no_request_is_lost_or_counted_twice(broken: Any) -> None:
    _, run, base, tuned = broken
    found = json.loads((run / "outages.json").read_text())["accounts"]
    for name, truth in (("base", base), ("tuned", tuned)):
        mine = [row for row in rows(run) if row["endpoint"] == name]
        whole = [row for row in mine if not row["error"] and row["phase"] != "cut"]
        assert found[name] == {"asked": len(mine), "rows": len(mine), "twice": 0}
        answered = (served.prompt for served in truth.served if served.prompt != "Hello")  # the question before
        assert Counter(row["prompt"].removeprefix("load/p") for row in whole) == Counter(
            prompt.removeprefix("prompt ") for prompt in answered
        )


def test_no_key_is_in_the_folder(broken: Any) -> None:
    _, run, _, _ = broken
    assert not [file for file in run.iterdir() if KEY in file.read_text()]


def test_a_line_that_is_no_fault_is_named_and_ends_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    with serving(GroundTruth(key=KEY)) as base, serving(GroundTruth(key=KEY)) as tuned:
        command = [sys.executable, "-m", "evalharness", *arguments(tmp_path, base.url, tuned.url)]
        done = subprocess.run(command, cwd=ROOT, input="kill it\n", capture_output=True, text=True, check=False)
        until(lambda: base.open == 0)
    assert done.returncode == 2
    assert done.stderr == "tandem: standard input: not a fault: kill it\n"
