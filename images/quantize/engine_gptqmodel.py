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

RESUMABLE = ("llama",)  # of the families served, those whose layers it can keep (validate_checkpoint_support)


def write(
    model: Path, examples: Sequence[Example], draft: Path, bits: int, group_size: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Quantizes the model of a folder and writes `draft/model.safetensors`; returns what the manifest says of how.

    Where it can, it keeps what it has after each layer beside the draft, and goes on from there after a kill. Where the
    examples do not determine a layer's weights (Cholesky fails), it takes more damp for it, in small steps, by itself.
    """
    # Without it, a machine of few cores gets more workers than cores and spends its time switching.
    os.environ.setdefault("GPTQMODEL_CPU_WORKERS", str(min(os.cpu_count() or 1, 8)))
    import torch
    from gptqmodel import CheckpointConfig, GPTQModel, QuantizeConfig
    from gptqmodel.looper.checkpoint import CheckpointStopped
    from gptqmodel.looper.checkpoint_store import CheckpointError

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    stated = json.loads((model / "config.json").read_text())
    # Its own bars leave the line unfinished.
    layers = Layers(stated["num_hidden_layers"], lambda line: say(f"\n{line}"))
    kept = partial_of(draft) / "layers"
    # It refuses files that are links, as those of a hub's cache are.
    linked = any(path.is_symlink() for path in model.glob("*.safetensors"))

    def ended(layer_idx: int, submodule_finalized: bool) -> None:
        if not submodule_finalized and layer_idx + 1 < layers.count:
            layers.begins(layer_idx + 2)  # it counts from 0, and tells of the end

    def attempt(resumable: bool) -> dict[str, Any]:
        config = QuantizeConfig(bits=bits, group_size=group_size, desc_act=False, sym=True, device=device)
        quantizer = GPTQModel.load(str(model), config)
        quantizer.layer_callback = ended
        log = quantizer.quantize(
            [{"input_ids": example.ids, "attention_mask": [1] * len(example.ids)} for example in examples],
            batch_size=1,
            **({"checkpoint": CheckpointConfig(path=kept)} if resumable else {}),
        )
        quantizer.save(str(draft))
        return {"damp": damps(log, float(config.damp_percent))}

    if stated["model_type"] not in RESUMABLE or linked:
        return attempt(resumable=False)
    try:
        return attempt(resumable=True)
    except CheckpointStopped:  # told to end: the next run goes on
        raise SystemExit(143) from None
    except CheckpointError as error:  # kept by another machine, or on a disk that has lost some of it
        say(f"beginning again: what an earlier run kept is of no use here ({str(error).splitlines()[0]})")
        shutil.rmtree(kept, ignore_errors=True)
        return attempt(resumable=False)


def damps(log: Any, usual: float) -> float | dict[str, float]:
    """The damp of all layers, or of those that took more than the usual, by name."""
    rows = [row for part in log.values() for row in part] if isinstance(log, dict) else list(log or [])
    stated = {f"{row['layer']}.{row['module']}": float(row["damp"]) for row in rows if row.get("damp")}
    more = {name: damp for name, damp in stated.items() if damp > usual + 1e-6}
    return more or usual
