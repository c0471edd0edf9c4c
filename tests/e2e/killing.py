"""What the store holds after a merge was killed at random moments, each kill followed by another merge.

    python -m tests.e2e.killing BASE ADAPTER FOLDER

It prints JSON. It runs in the environment of the merge job, and each merge in a child that is begun with all libraries
loaded, so that the moments fall into the merge and not into its imports.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from images.merge import merge as job
from serve.models.store import Store

KILLS = 20


def main() -> None:
    import peft  # noqa: F401 - before the children begin
    import torch
    import transformers  # noqa: F401

    torch.set_num_threads(1)  # threads do not survive a fork
    base, adapter, folder = map(Path, sys.argv[1:])
    chance = random.Random(20)
    whole = Store(folder / "undisturbed")
    ended(started(base, adapter, Store(folder / "warm"), 1))
    begun = time.monotonic()
    undisturbed = ended(started(base, adapter, whole, 1))
    lasts = time.monotonic() - begun
    store, seen = Store(folder / "killed"), []
    for number in range(KILLS):
        child = started(base, adapter, store, number + 1)
        time.sleep(chance.uniform(0, lasts))  # the moment is what is tested; nothing is waited for
        os.kill(child, signal.SIGKILL)
        killed = ended(child) == -signal.SIGKILL
        seen.append({"killed": killed, "in_force": store.in_force("merged"), "damaged": damaged(store)})
    last = ended(started(base, adapter, store, 1))
    print(
        json.dumps(
            {
                "undisturbed": undisturbed,
                "seen": seen,
                "last": last,
                "same": files(whole) == files(store),
                "damaged": damaged(store),
                "left": [path.name for path in (store.root / "merged").glob(".staging-*")],
            }
        )
    )


def started(base: Path, adapter: Path, store: Store, recipe: int) -> int:
    """The process of a merge; each recipe makes another version of the same inputs."""
    child = os.fork()
    if child:
        return child
    job.RECIPE = recipe
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        job.run(base, [adapter], store)
    except BaseException:
        os._exit(1)
    os._exit(0)


def ended(child: int) -> int:
    """Its exit code, or the signal that ended it, below 0."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def damaged(store: Store) -> list[str]:
    """The versions that can be seen and are not whole, and `current` where what it names is none of them."""
    versions = {path.name for path in (store.root / "merged").glob("[!.]*") if path.is_dir() and not path.is_symlink()}
    wrong = [version for version in versions if store.wrong("merged", version, every_byte=True)]
    named = store.in_force("merged")
    return wrong + [f"current: {named}"] * bool(named and named not in versions)


def files(store: Store) -> dict[str, Any]:
    """The digests of what is in force."""
    folder = store.current("merged")
    manifest = json.loads((folder / "manifest.json").read_text()) if folder else {"files": {}}
    return {name: file["sha256"] for name, file in manifest["files"].items() if name != "README.md"}


if __name__ == "__main__":
    main()
