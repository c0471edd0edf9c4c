"""The last checkpoint that a training can go on from. One that was being written when it was killed is none.

It knows files as transformers' Trainer names them, and needs the standard library alone.
"""

import json
from pathlib import Path

STATE = "trainer_state.json"  # is written last
NEEDED = ("adapter_model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state*.pth")  # one for each process


def last_whole(folder: Path) -> Path | None:
    numbered = ((path.name.partition("-")[2], path) for path in folder.glob("checkpoint-*"))
    newest = sorted(((int(number), path) for number, path in numbered if number.isdigit()), reverse=True)
    return next((path for number, path in newest if is_whole(path, number)), None)


def is_whole(checkpoint: Path, step: int) -> bool:
    try:
        state = json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return state.get("global_step") == step and all(any(checkpoint.glob(name)) for name in NEEDED)
