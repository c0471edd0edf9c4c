"""A job killed outright at any moment of publishing: the store is whole, and the next job ends well."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from images import job
from serve.models import keeping
from serve.models.store import MANIFEST, VARIANTS, Store, read_manifest

ROOT = Path(__file__).parents[3]
KILLS = 20

# Publishes version after version, each of some files, as a job does.
PUBLISHING = """
import itertools, os, sys
from pathlib import Path
from images import job
from serve.models.store import Store

def write(draft):
    for number in range(20):
        (draft / f"model-{number:05}.safetensors").write_bytes(os.urandom(50_000))
    (draft / "config.json").write_text("{}")
    return {"kl_per_token": 0.01}

store, model = Store(Path(sys.argv[1])), Path(sys.argv[2])
print("begun", flush=True)
for number in itertools.count():
    for variant in ("merged", "tuned"):
        parameters = {"number": f"{os.getpid()}-{number}"}
        job.make_version(store, variant, {"model": model}, parameters, {}, write)
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_text("weights")
    return folder


def visible(store: Store) -> list[Path]:
    """Every folder that looks like a version, and what `current` leads to."""
    folders = [folder for variant in VARIANTS for folder in (store.root / variant).glob("[!.]*") if folder.is_dir()]
    return [folder.resolve() for folder in folders]


def test_a_publish_killed_at_twenty_random_moments_leaves_a_whole_store_each_time(tmp_path: Path, model: Path) -> None:
    store, moments = Store(tmp_path / "models"), random.Random(0)
    published = 0
    for _ in range(KILLS):
        command = [sys.executable, "-c", PUBLISHING, store.root, model]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begun\n"
            time.sleep(moments.uniform(0, 0.4))  # the moment is what is drawn at random; nothing is awaited
            child.send_signal(signal.SIGKILL)
            published += child.stdout.read().count("published")
        for folder in visible(store):
            manifest = read_manifest(folder)
            assert manifest is not None, folder
            assert store.wrong(folder.parent.name, folder.name, every_byte=True) == [], folder
    assert published > 0

    job.make_version(store, "tuned", {"model": model}, {"number": "last"}, {}, lambda draft: written(draft))
    current = store.current("tuned")
    assert current is not None
    assert (current / "config.json").exists()
    assert not list((store.root / "tuned").glob(".staging-*"))
    assert keeping.prune(store, delete=False) == []
    assert (current / MANIFEST).exists()


def written(draft: Path) -> dict[str, float]:
    (draft / "config.json").write_text("{}")
    return {"kl_per_token": 0.0}
