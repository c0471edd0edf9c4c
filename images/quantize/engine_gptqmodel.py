"""GPTQ by gptqmodel, the maintained successor of auto-gptq: faster, same checkpoint format."""

import os
from collections.abc import Sequence
from pathlib import Path

from images.quantize.calibration import Example


def write(model: Path, examples: Sequence[Example], draft: Path, bits: int, group_size: int) -> None:
    """Quantizes the model of a folder and writes `draft/model.safetensors`."""
    # Without it, a machine of few cores gets more workers than cores and spends its time switching.
    os.environ.setdefault("GPTQMODEL_CPU_WORKERS", str(min(os.cpu_count() or 1, 8)))
    import torch
    from gptqmodel import GPTQModel, QuantizeConfig

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    config = QuantizeConfig(bits=bits, group_size=group_size, desc_act=False, sym=True, device=device)
    quantizer = GPTQModel.load(str(model), config)
    quantizer.quantize(
        [{"input_ids": example.ids, "attention_mask": [1] * len(example.ids)} for example in examples],
        batch_size=1,
    )
    quantizer.save(str(draft))
