"""`make down`, `make up` after it, and `make clean`, which come last."""

from pathlib import Path

import psutil

from serve.models.store import MANIFEST, Store
from tests.newcomer import Checkout


def test_down_leaves_nothing_running_and_keeps_every_artifact(deployment: Checkout) -> None:
    processes = deployment.processes()
    assert len(processes) > 3
    down = deployment.make("down")
    assert down.code == 0
    assert not [process for process in processes if psutil.pid_exists(process.pid)]
    for variant in ("merged", "base", "tuned"):
        assert (deployment.root / "models" / variant / "current" / "model.safetensors").exists()
    assert deployment.make("down").said == "Nothing was running.\n"
    assert deployment.make("status").code != 0


def test_up_after_down_goes_back_to_the_demo_and_makes_no_model_again(deployment: Checkout) -> None:
    """Another model was served last, where test_own_model.py has run; then its merge is no longer needed."""
    store = Store(deployment.root / "models")
    demos = {name: store.versions(name)[-1] for name in ("base", "tuned")}

    def made() -> dict[Path, int]:
        manifests = store.root.glob(f"*/*/{MANIFEST}")
        return {path: path.stat().st_mtime_ns for path in manifests if not path.parent.is_symlink()}

    before = made()
    up = deployment.make("up", timeout=900)
    assert up.code == 0, up.said
    assert {name: store.in_force(name) for name in demos} == demos
    assert made().items() <= before.items()  # nothing was merged or quantized


def test_clean_deletes_only_when_told_to(deployment: Checkout) -> None:
    asked = deployment.make("clean")
    assert asked.code == 2
    assert "make clean YES=1" in asked.complaint
    assert deployment.processes()
    processes = deployment.processes()
    assert deployment.make("clean", "YES=1").code == 0
    assert not [process for process in processes if psutil.pid_exists(process.pid)]
    assert not [name for name in (".tandem", "models", "runs") if (deployment.root / name).exists()]
