"""GPTQ by auto-gptq, on the GPU where there is one and on CPU where there is none."""

import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from images.quantize import checkpoint
from images.quantize.calibration import Example
from images.quantize.progress import Layers
from serve.errors import UsageError

DAMPS = (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2)  # parts of the Hessian's mean diagonal; the first is its own default
BEGUN = re.compile(r"Start quantizing layer (\d+)/(\d+)")


class Decoder(torch.nn.ModuleList):
    """Decoder layers that can be exchanged for others while the model goes on to read which attention each has.

    auto-gptq puts an object of its own in place of the first layer, to record what goes in. transformers' Qwen2 asks
    each layer for its `attention_type`, which that object lacks.
    """

    def __setitem__(self, index: int, layer: torch.nn.Module) -> None:
        attention_type = getattr(self[index], "attention_type", None)
        if attention_type is not None:
            layer.attention_type = attention_type
        super().__setitem__(index, layer)


class Progress(logging.Handler):
    """Reads in auto-gptq's log which layer begins."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self.say = say
        self.layers: Layers | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if begun := BEGUN.search(record.getMessage()):
            self.layers = self.layers or Layers(int(begun[2]), self.say)
            self.layers.begins(int(begun[1]))


def write(
    model: Path, examples: Sequence[Example], draft: Path, bits: int, group_size: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Quantizes the model of a folder and writes `draft/model.safetensors`; returns what the manifest says of how.

    Where the examples do not determine the weights (Cholesky fails), it begins again with more damp, in small steps: it
    cannot go on from a layer. Raises UsageError where the most does not help.
    """
    for damp, more in zip(DAMPS, [*DAMPS[1:], None], strict=True):
        try:
            attempt(model, examples, draft, bits, group_size, damp, say)
            return {"damp": damp}
        except torch.linalg.LinAlgError:
            if more is not None:
                say(f"the calibration rows do not determine the weights; beginning again with damp {more}, not {damp}")
    raise UsageError(
        f"the calibration rows do not determine the weights, even with damp {DAMPS[-1]}; set CALIBRATION to more or "
        "longer rows"
    )


def attempt(
    model: Path,
    examples: Sequence[Example],
    draft: Path,
    bits: int,
    group_size: int,
    damp: float,
    say: Callable[[str], None],
) -> None:
    from auto_gptq import BaseQuantizeConfig
    from auto_gptq.modeling import _base
    from auto_gptq.modeling.auto import GPTQ_CAUSAL_LM_MODEL_MAP

    if not torch.cuda.is_available():
        # The algorithm is plain torch; only these two names insist on a CUDA device.
        _base.CUDA_0 = torch.device("cpu")
        torch.cuda.synchronize = lambda *_: None
    _, full = checkpoint.load(model)
    full.model.layers = Decoder(full.model.layers)
    config = BaseQuantizeConfig(
        bits=bits, group_size=group_size, desc_act=False, sym=True, damp_percent=damp, model_file_base_name="model"
    )
    # Built around a loaded model: its own from_pretrained refuses a machine without CUDA.
    quantizer = GPTQ_CAUSAL_LM_MODEL_MAP[full.config.model_type](full, False, config)
    progress, log = Progress(say), logging.getLogger("auto_gptq.modeling._base")
    log.addHandler(progress)
    try:
        quantizer.quantize(
            [
                {"input_ids": torch.tensor([example.ids]), "attention_mask": torch.ones(1, len(example.ids))}
                for example in examples
            ]
        )
    finally:
        log.removeHandler(progress)
    quantizer.save_quantized(str(draft), use_safetensors=True)
