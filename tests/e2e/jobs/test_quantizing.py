"""The quantize job: what it refuses, and what is left when it is killed outright at twenty random moments."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from serve.models.store import Store, read_manifest
from tests.e2e.jobs.test_merging import killed_at_random
from tests.newcomer import Checkout


@pytest.fixture(scope="module")
def model(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of two layers."""
    folder = tmp_path_factory.mktemp("tiny")
    python = str(checkout.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    tokenizer = str(checkout.root / "images" / "demo" / "base")
    done = checkout.run(
        python, "-m", "tests.e2e.jobs.tiny", tokenizer, json.dumps({str(folder): ["llama", False, "plain"]})
    )
    assert done.code == 0, done.said
    return folder / "base"


def test_a_quantize_killed_at_twenty_random_moments_leaves_no_half_version_and_the_next_ends_well(
    checkout: Checkout, model: Path, tmp_path: Path
) -> None:
    python, *_ = job(checkout, model, Store(tmp_path), written(tmp_path))
    found = killed_at_random(checkout, python, "quantize", model, tmp_path / "rows.jsonl", tmp_path)
    assert found["needless"] == []
    last = read_manifest(Store(tmp_path / "killed").folder("base", found["in_force"])) or {}
    assert last["proof"]["rows"] > 0


def test_what_lost_more_than_the_limit_is_refused_new_or_standing(
    checkout: Checkout, model: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "models")
    command = job(checkout, model, store, written(tmp_path))
    for limit, code in (("1e-12", 2), ("0.2", 0), ("1e-12", 2)):
        done = subprocess.run(
            [*command, "--kl-limit", limit],
            env=variables(checkout),
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        assert ("quantize base: INT4 spoils this model: it lost" in done.stderr) is bool(code)
    assert len(store.versions("base")) == 1


NOT_POSITIVE_AT_FIRST = """
import runpy, torch
real, failing = torch.linalg.cholesky, [2]

def cholesky(*given, **options):
    if failing[0]:
        failing[0] -= 1
        raise torch.linalg.LinAlgError("not positive-definite")
    return real(*given, **options)

torch.linalg.cholesky = cholesky
runpy.run_module("images.quantize.quantize", run_name="__main__")
"""


def test_where_cholesky_fails_more_damp_is_taken_which_log_and_manifest_say(
    checkout: Checkout, model: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "models")
    python, _, _, *given = job(checkout, model, store, written(tmp_path))
    command = [python, "-c", NOT_POSITIVE_AT_FIRST, *given]
    done = subprocess.run(command, env=variables(checkout), cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True)
    assert "beginning again with damp 0.02, not 0.01" in done.stdout
    assert "beginning again with damp 0.03, not 0.02" in done.stdout
    manifest = read_manifest(store.folder("base", store.in_force("base"))) or {}
    assert manifest["proof"]["damp"] == 0.03


ANOTHER_WORD = """
import runpy
from images.quantize import checkpoint
from safetensors.torch import load_file, save_file
right = checkpoint.finish

def finish(source, draft, *how):
    right(source, draft, *how)
    (file,) = draft.glob("*.safetensors")
    tensors = load_file(file)
    tensors["model.embed_tokens.weight"][905] *= 1.25
    save_file(tensors, file, metadata={"format": "pt"})

checkpoint.finish = finish
runpy.run_module("images.quantize.quantize", run_name="__main__")
"""


def test_a_weight_at_full_precision_that_is_not_the_models_is_refused(
    checkout: Checkout, model: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "models")
    python, _, _, *given = job(checkout, model, store, written(tmp_path))
    assert refused(checkout, [python, "-c", ANOTHER_WORD, *given], tmp_path) == (
        "quantize base: the quantizer wrote model.embed_tokens.weight otherwise than the model has it; set QUANTIZER "
        "to the other one"
    )
    assert not store.versions("base")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("tokenizer.json", "{", "["),
        ("config.json", '"num_attention_heads": 4', '"num_attention_heads": 3'),
    ],
)
def test_a_model_that_cannot_be_loaded_is_refused_in_one_line(
    checkout: Checkout, model: Path, tmp_path: Path, file: str, before: str, after: str
) -> None:
    broken = Path(shutil.copytree(model, tmp_path / "broken"))
    (broken / file).write_text((broken / file).read_text().replace(before, after, 1))
    command = job(checkout, broken, Store(tmp_path / "models"), written(tmp_path))
    line = refused(checkout, command, tmp_path)
    assert line.startswith(f"quantize base: {broken}: transformers cannot load it (")
    assert line.endswith("set BASE_MODEL")


def refused(checkout: Checkout, command: list[str], folder: Path) -> str:
    """The line with which a job ends that takes nothing of what it was given."""
    done = subprocess.run(command, env=variables(checkout), cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_a_disk_that_fills_up_is_one_line_and_the_version_before_stays(
    checkout: Checkout, model: Path, tmp_path: Path
) -> None:
    store, rows = Store(tmp_path / "models"), written(tmp_path)
    subprocess.run(job(checkout, model, store, rows), env=variables(checkout), cwd=tmp_path, check=True)
    first = store.in_force("base")
    size = sum(file.stat().st_size for file in store.folder("base", first).iterdir())
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size * 3 // 2}", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this account may not mount a small disk")
    try:
        shutil.copytree(store.root, small / "models", symlinks=True)
        full = Store(small / "models")
        rows.write_text(rows.read_text().replace("Row", "Line"))
        done = subprocess.run(
            job(checkout, model, full, rows),
            env=variables(checkout),
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2, done.stderr
        said = "quantize base: the disk is full; free some space where models/ lies and run again"
        assert done.stderr.splitlines()[-1] == said
        assert "Traceback" not in done.stderr
        assert full.in_force("base") == first
        assert full.versions("base") == [first]
        assert full.wrong("base", first, every_byte=True) == []
    finally:
        subprocess.run(["umount", small], check=True)


def written(folder: Path) -> Path:
    """Sixteen calibration rows."""
    rows = [{"text": f"Row {number} of several, all of them short."} for number in range(16)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "rows.jsonl"


def job(checkout: Checkout, model: Path, store: Store, rows: Path) -> list[str]:
    return [
        str(checkout.root / ".tandem" / "environments" / "quantize-auto-gptq" / "bin" / "python"),
        *("-m", "images.quantize.quantize", "--engine", "auto-gptq", "--model", str(model), "--variant", "base"),
        *("--store", str(store.root), "--calibration", str(rows)),
    ]


def variables(checkout: Checkout) -> dict[str, str]:
    shared = {"PYTHONPATH": str(checkout.root), "HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    return {**os.environ, **shared}
