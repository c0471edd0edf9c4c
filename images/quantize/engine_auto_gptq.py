"""GPTQ by auto-gptq, on the GPU where there is one and on CPU where there is none."""

from collections.abc import Sequence
from pathlib import Path

import torch

from images.quantize import checkpoint
from images.quantize.calibration import Example


class Layers(torch.nn.ModuleList):
    """Decoder layers that can be exchanged for others while the model goes on to read which attention each has.

    auto-gptq puts an object of its own in place of the first layer, to record what goes in. transformers' Qwen2 asks
    each layer for its `attention_type`, which that object lacks.
    """

    def __setitem__(self, index: int, layer: torch.nn.Module) -> None:
        attention_type = getattr(self[index], "attention_type", None)
        if attention_type is not None:
            layer.attention_type = attention_type
        super().__setitem__(index, layer)


def write(model: Path, examples: Sequence[Example], draft: Path, bits: int, group_size: int) -> None:
    """Quantizes the model of a folder and writes `draft/model.safetensors`."""
    from auto_gptq import BaseQuantizeConfig
    from auto_gptq.modeling import _base
    from auto_gptq.modeling.auto import GPTQ_CAUSAL_LM_MODEL_MAP

    if not torch.cuda.is_available():
        # The algorithm is plain torch; only these two names insist on a CUDA device.
        _base.CUDA_0 = torch.device("cpu")
        torch.cuda.synchronize = lambda *_: None
    _, full = checkpoint.load(model)
    full.model.layers = Layers(full.model.layers)
    config = BaseQuantizeConfig(
        bits=bits, group_size=group_size, desc_act=False, sym=True, model_file_base_name="model"
    )
    # Built around a loaded model: its own from_pretrained refuses a machine without CUDA.
    quantizer = GPTQ_CAUSAL_LM_MODEL_MAP[full.config.model_type](full, False, config)
    quantizer.quantize(
        [
            {"input_ids": torch.tensor([example.ids]), "attention_mask": torch.ones(1, len(example.ids))}
            for example in examples
        ]
    )
    quantizer.save_quantized(str(draft), use_safetensors=True)
