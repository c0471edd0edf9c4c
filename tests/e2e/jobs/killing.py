"""What the store holds after a job was killed at random moments, each kill followed by another run of the job.

    python tests/e2e/jobs/killing.py merge BASE ADAPTER FOLDER
    python tests/e2e/jobs/killing.py quantize MODEL ROWS FOLDER

It prints JSON. It runs in the environment of the job, and each run of it in a child that is begun with all libraries
loaded, so that the moments fall into the work and not into its imports.
"""

import importlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serve.models import keeping
from serve.models.store import Store

KILLS = 20


def merge(base: Path, adapter: Path, store: Store, recipe: int) -> None:
    from images.merge import merge as job

    job.RECIPE = recipe
    job.run(base, [adapter], store)


def quantize(model: Path, rows: Path, store: Store, recipe: int) -> None:
    from images.quantize import quantize as job
    from images.quantize import recipe as made_by

    made_by.RECIPE = recipe
    job.run(model, "base", store, made_by.Recipe("auto-gptq", 128, rows), job.KL_LIMIT)


@dataclass(frozen=True)
class Job:
    """`run`: with its two inputs, into a store; each recipe makes another version of the same inputs."""

    run: Callable[[Path, Path, Store, int], None]
    variant: str
    loads: Sequence[str]


JOBS = {
    "merge": Job(merge, "merged", ("images.merge.merge", "peft", "torch", "transformers")),
    "quantize": Job(
        quantize,
        "base",
        (
            "images.quantize.quantize",
            "images.quantize.checkpoint",
            "images.quantize.engine_auto_gptq",
            "auto_gptq.modeling.auto",
            "transformers",
        ),
    ),
}


def main() -> None:
    import torch

    job = JOBS[sys.argv[1]]
    inputs, folder = (Path(sys.argv[2]), Path(sys.argv[3])), Path(sys.argv[4])
    for name in job.loads:
        importlib.import_module(name)
    torch.set_num_threads(1)  # threads do not survive a fork
    chance = random.Random(20)
    whole = Store(folder / "undisturbed")
    ended(started(job, inputs, Store(folder / "warm"), 0))
    begun = time.monotonic()
    undisturbed = ended(started(job, inputs, whole, 0))
    lasts = time.monotonic() - begun
    shutil.copytree(whole.root, folder / "killed", symlinks=True)  # so that there is one to be kept
    store, seen = Store(folder / "killed"), []
    for number in range(1, KILLS + 1):
        child = started(job, inputs, store, number)
        time.sleep(chance.uniform(0, 1.1 * lasts))  # the moment is what is tested; nothing is waited for
        os.kill(child, signal.SIGKILL)
        killed = ended(child) == -signal.SIGKILL
        if not killed:
            lasts *= 0.8  # what the first one took beside another job is too long now
        seen.append({"killed": killed, "in_force": store.in_force(job.variant), "damaged": damaged(job, store)})
    first = store.in_force(job.variant)
    last = ended(started(job, inputs, store, KILLS + 1))
    print(
        json.dumps(
            {
                "undisturbed": undisturbed,
                "seen": seen,
                "last": last,
                "in_force": store.in_force(job.variant),
                "another": store.in_force(job.variant) != first,
                "same": files(job, whole) == files(job, store),
                "damaged": damaged(job, store),
                "left": sorted(path.name for path in (store.root / job.variant).glob(".[ps]*-*")),
                "needless": keeping.prune(store, delete=False),
            }
        )
    )


def started(job: Job, inputs: tuple[Path, Path], store: Store, recipe: int) -> int:
    """The process of one run."""
    child = os.fork()
    if child:
        return child
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        job.run(*inputs, store, recipe)
    except BaseException:
        os._exit(1)
    os._exit(0)


def ended(child: int) -> int:
    """Its exit code, or the signal that ended it, below 0."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def damaged(job: Job, store: Store) -> list[str]:
    """The versions that can be seen and are not whole, and `current` where what it names is none of them."""
    seen = (store.root / job.variant).glob("[!.]*")
    versions = {path.name for path in seen if path.is_dir() and not path.is_symlink()}
    wrong = [version for version in versions if store.wrong(job.variant, version, every_byte=True)]
    named = store.in_force(job.variant)
    return wrong + [f"current: {named}"] * bool(named and named not in versions)


def files(job: Job, store: Store) -> dict[str, Any]:
    """The digests of what is in force."""
    folder = store.current(job.variant)
    manifest = json.loads((folder / "manifest.json").read_text()) if folder else {"files": {}}
    return {name: file["sha256"] for name, file in manifest["files"].items() if name != "README.md"}


if __name__ == "__main__":
    main()
