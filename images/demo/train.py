"""Train the demo models and measure them: base, then adapter, then a table of rates.

    python images/demo/train.py --out DIR [--seed 0]

DIR/base and DIR/adapter are the result. A stage whose folder is there already is not trained again.
"""

import os

# Idle threads must sleep: by default they spin, and on cores shared with others that is several times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import torch
from finetune import finetune
from measure import measure
from pretrain import pretrain

THREADS = 2  # fixed: sums are rounded differently with another number, and so are the weights


def stage(folder: Path, make: Callable[[Path], None]) -> None:
    """Let `make` fill the folder, unless it stands; it appears whole or not at all."""
    if folder.exists():
        print(f"{folder}: kept")
        return
    staging = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    start = time.monotonic()
    make(staging)
    staging.rename(folder)
    print(f"{folder}: trained in {time.monotonic() - start:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the demo models and measure them.")
    parser.add_argument("--out", type=Path, required=True, help="folder that will hold base/ and adapter/")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    base, adapter = arguments.out / "base", arguments.out / "adapter"

    torch.set_num_threads(THREADS)
    stage(base, lambda folder: pretrain(folder, arguments.seed))
    stage(adapter, lambda folder: finetune(base, folder, arguments.seed))
    print(measure(base, adapter))


if __name__ == "__main__":
    main()
