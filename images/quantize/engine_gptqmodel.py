"""GPTQ by gptqmodel, the maintained successor of auto-gptq: faster, same format, goes on where it was cut."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from images.quantize.calibration import Example
from images.quantize.progress import Layers
from serve.models.store import partial_of


def write(
    model: Path, examples: Sequence[Example], draft: Path, bits: int, group_size: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Quantizes the model of a folder and writes `draft/model.safetensors`; returns what the manifest says of how.

    After each layer it keeps what it has beside the draft, and goes on from there after a kill. Where the examples do
    not determine a layer's weights (Cholesky fails), it takes more damp for that layer, in small steps, by itself.
    """
    # Without it, a machine of few cores gets more workers than cores and spends its time switching.
    os.environ.setdefault("GPTQMODEL_CPU_WORKERS", str(min(os.cpu_count() or 1, 8)))
    import torch
    from gptqmodel import CheckpointConfig, GPTQModel, QuantizeConfig
    from gptqmodel.looper.checkpoint_store import CheckpointError

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    layers = Layers(json.loads((model / "config.json").read_text())["num_hidden_layers"], say)
    kept = partial_of(draft) / "layers"
    kept.parent.mkdir(exist_ok=True)

    def attempt() -> dict[str, Any]:
        config = QuantizeConfig(bits=bits, group_size=group_size, desc_act=False, sym=True, device=device)
        quantizer = GPTQModel.load(str(model), config)
        quantizer.layer_callback = lambda layer_idx, submodule_finalized: (
            None if submodule_finalized else layers.begins(layer_idx + 1)
        )
        log = quantizer.quantize(
            [{"input_ids": example.ids, "attention_mask": [1] * len(example.ids)} for example in examples],
            batch_size=1,
            checkpoint=CheckpointConfig(path=kept),
        )
        quantizer.save(str(draft))
        return {"damp": damps(log, float(config.damp_percent))}

    try:
        return attempt()
    except CheckpointError as error:  # kept by another machine, or cut as it was written
        say(f"beginning again: what an earlier run kept is of no use here ({str(error).splitlines()[0]})")
        shutil.rmtree(kept, ignore_errors=True)
        return attempt()


def damps(log: Any, usual: float) -> float | dict[str, float]:
    """The damp of all layers, or of those that took more than the usual."""
    rows = [row for part in log.values() for row in part] if isinstance(log, dict) else list(log or [])
    stated = {f"{row.get('layer')}.{row.get('module')}": float(row["damp"]) for row in rows if "damp" in row}
    more = {name: damp for name, damp in stated.items() if abs(damp - usual) > 1e-9}
    return more or usual
