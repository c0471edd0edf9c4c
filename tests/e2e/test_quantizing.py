"""The quantize job: what it refuses, and what is left when it is killed outright at twenty random moments."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from serve.models import keeping
from serve.models.store import Store, read_manifest
from tests.newcomer import Checkout

KILLS = 20


@pytest.fixture(scope="module")
def model(deployment: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of two layers."""
    folder = tmp_path_factory.mktemp("tiny")
    python = str(deployment.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    tokenizer = str(deployment.root / "images" / "demo" / "base")
    done = deployment.run(
        python, "-m", "tests.e2e.tiny", tokenizer, json.dumps({str(folder): ["llama", False, "plain"]})
    )
    assert done.code == 0, done.said
    return folder / "base"


def test_a_quantize_killed_at_twenty_random_moments_leaves_no_half_version_and_the_next_ends_well(
    deployment: Checkout, model: Path, tmp_path: Path
) -> None:
    store, moments = Store(tmp_path / "models"), random.Random(0)
    rows = written(tmp_path)
    command = job(deployment, model, store, rows)
    begun = time.monotonic()
    assert subprocess.run(command, env=variables(deployment), cwd=tmp_path, check=False).returncode == 0
    usual = time.monotonic() - begun
    first = store.in_force("base")
    for kill in range(KILLS):
        # Other rows make another version each time, so that there is always one to be made, and one to be kept.
        with rows.open("a") as more:
            more.write(json.dumps({"text": f"Row of kill {kill}, which makes it another version."}) + "\n")
        with subprocess.Popen(command, env=variables(deployment), cwd=tmp_path, stdout=subprocess.DEVNULL) as running:
            try:
                running.wait(moments.uniform(0.2, 1.1) * usual)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
        for version in store.versions("base"):
            assert store.wrong("base", version, every_byte=True) == []
        assert store.current("base") is not None
    assert subprocess.run(command, env=variables(deployment), cwd=tmp_path, check=False).returncode == 0
    assert store.in_force("base") != first
    assert (read_manifest(store.folder("base", store.in_force("base"))) or {})["proof"]["rows"] > 0
    assert not list((store.root / "base").glob(".staging-*"))
    assert not list((store.root / "base").glob(".partial-*"))
    assert keeping.prune(store, delete=False) == []


def test_what_lost_more_than_the_limit_is_refused_new_or_standing(
    deployment: Checkout, model: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "models")
    command = job(deployment, model, store, written(tmp_path))
    for limit, code in (("1e-12", 2), ("0.2", 0), ("1e-12", 2)):
        done = subprocess.run(
            [*command, "--kl-limit", limit],
            env=variables(deployment),
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        assert ("quantize base: INT4 spoils this model: it lost" in done.stderr) is bool(code)
    assert len(store.versions("base")) == 1


def written(folder: Path) -> Path:
    """Sixteen calibration rows."""
    rows = [{"text": f"Row {number} of several, all of them short."} for number in range(16)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "rows.jsonl"


def job(deployment: Checkout, model: Path, store: Store, rows: Path) -> list[str]:
    return [
        str(deployment.root / ".tandem" / "environments" / "quantize-auto-gptq" / "bin" / "python"),
        *("-m", "images.quantize.quantize", "--engine", "auto-gptq", "--model", str(model), "--variant", "base"),
        *("--store", str(store.root), "--calibration", str(rows)),
    ]


def variables(deployment: Checkout) -> dict[str, str]:
    shared = {"PYTHONPATH": str(deployment.root), "HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    return {**os.environ, **shared}
