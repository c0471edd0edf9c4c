"""A turn of the loop whose process is killed outright, in each of its steps: it goes on, and does nothing twice."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models_made import make_adapter, make_model

ROOT = Path(__file__).parents[3]

TURN = """
import sys
from pathlib import Path
from serve.commands import loop
from serve.paths import Paths
from serve.settings import Settings

root, killed_in = Path(sys.argv[1]), sys.argv[2]
came_to = {"before": "runs/1-eval", "tune": "models/adapter/new", "verdict": "FAIL runs/3-verdict", "compare": "worse"}

def act(name):
    if name == killed_in:
        print("here", flush=True)
        sys.stdin.read()  # until it is killed
    with (root / "did").open("a") as did:
        did.write(f"{name}\\n")
    return came_to.get(name, name)

def report(paths, *_):
    act("report")
    return paths.root / "report"

loop.STEPS = {name: lambda *_, name=name: act(name) for name in loop.STEPS}
loop.serve = lambda *given: act(f"serve {given[-1]}")
loop.in_store = lambda *_: act("store")
loop.turn_report.write = report
sys.exit(loop.main(Settings(BASE_MODEL="base", ADAPTER="mine", ROWS="rows.jsonl"), Paths(root)))
"""

STEPS = ("before", "augment", "rows", "tune", "verdict", "compare")
END = ("serve mine", "store", "report")


def start(root: Path, killed_in: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TURN, str(root), killed_in],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_model(tmp_path / "base")
    make_adapter(tmp_path / "mine")
    (tmp_path / "rows.jsonl").write_text("{}\n")
    (tmp_path / "report").write_text("# A turn\n")
    (tmp_path / "images").symlink_to(ROOT / "images")
    return tmp_path


def test_killed_in_every_step_each_is_done_once_and_in_order(root: Path) -> None:
    for name in (*STEPS, *END):
        with start(root, name) as turn:
            assert turn.stdout is not None
            assert any(line == "here\n" for line in turn.stdout)
            turn.send_signal(signal.SIGKILL)
    with start(root, "") as turn:
        said, _ = turn.communicate()
    assert turn.returncode == 1, said
    did = (root / "did").read_text().splitlines()
    assert did[: len(STEPS)] == list(STEPS)
    assert did[-len(END) :] == list(END)  # putting all back is begun again as a whole
    assert set(did[len(STEPS) :]) == set(END)
    assert not (root / ".tandem" / "loop" / "turn.json").exists()
