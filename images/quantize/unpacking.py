"""GPTQ weights as the numbers that a server computes with: read from the file, without either quantizer's code.

The packing is AutoGPTQ's (Frantar et al. 2022, arXiv:2210.17323; format "gptq"): eight 4-bit values in an int32,
zero points stored minus one. What the configuration states is checked: a server takes `sym` to mean that each zero
point is 8, and `desc_act: false` that groups follow one another, and reads neither `qzeros` nor `g_idx`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import safe_open

from serve.errors import UsageError

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

PACKED = (".qweight", ".qzeros", ".scales", ".g_idx")
ROWS = 4096  # of a weight that are compared at a time
MIDDLE = 8  # the zero point of symmetric 4-bit values


def load_quantized_weights(model: "PreTrainedModel", folder: Path) -> dict[str, float]:
    """Puts a checkpoint's weights, as its 4-bit values stand for, into the full-precision model, layer by layer.

    Returns how far each quantized layer's are from those they replace: the Frobenius norm of the difference, by theirs.

    Raises UsageError when the checkpoint lacks a weight of the model, has one that the model lacks, one that a server
    would read as another, or one at full precision that is not the model's.
    """
    import torch

    weights, errors = model.state_dict(), dict[str, float]()
    # A tied head is not in the file: it shares the embedding that is.
    left = {name for name in weights if not (name == "lm_head.weight" and model.config.tie_word_embeddings)}
    with torch.no_grad():
        for path in folder.glob("*.safetensors"):
            with safe_open(path, framework="pt") as tensors:
                for name in sorted(tensors.keys()):
                    if name.endswith(PACKED[1:]):
                        continue
                    module = name.removesuffix(PACKED[0])
                    packed = name.endswith(PACKED[0])
                    target = f"{module}.weight" if packed else name
                    if target not in weights:
                        raise UsageError(f"the quantizer wrote {target}, which the model does not have")
                    value = tensors.get_tensor(name)
                    if packed:
                        qzeros, scales, g_idx = (tensors.get_tensor(module + part) for part in PACKED[1:])
                        parts = (value.numpy(), qzeros.numpy(), scales.float().numpy(), g_idx.numpy())
                        value = torch.from_numpy(unpack(*parts, module))
                    if value.shape != weights[target].shape:
                        raise UsageError(f"the quantizer wrote {target} in the shape {list(value.shape)}")
                    if packed:
                        before = weights[target].float().cpu()
                        errors[module] = ((value - before).norm() / before.norm()).item()
                    elif not same(value, weights[target]):
                        raise UsageError(
                            f"the quantizer wrote {target} otherwise than the model has it; set QUANTIZER to the other "
                            "one"
                        )
                    weights[target].copy_(value)
                    left.discard(target)
    if left:
        raise UsageError(f"the quantizer did not write {min(left)}")
    return errors


def same(written: "torch.Tensor", before: "torch.Tensor") -> bool:
    """Whether a weight is the one before, but for rounding to the type it is written in."""
    import torch

    limits = torch.finfo(written.dtype)
    return all(
        torch.allclose(ours.float(), theirs.float().cpu(), rtol=limits.eps, atol=limits.smallest_normal)
        for ours, theirs in zip(written.split(ROWS), before.split(ROWS), strict=True)
    )


def unpack(
    qweight: "NDArray[np.int32]",
    qzeros: "NDArray[np.int32]",
    scales: "NDArray[np.float32]",
    g_idx: "NDArray[np.int32]",
    module: str = "a layer",
) -> "NDArray[np.float32]":
    """[outputs, inputs] weights of one layer from its packed [inputs/8, outputs] and [groups, outputs/8].

    Raises UsageError where zero points or groups are not what a server takes them for.
    """
    shifts = np.arange(0, 32, 4, dtype=np.int32)
    values = ((qweight[:, None, :] >> shifts[None, :, None]) & 15).reshape(-1, qweight.shape[1])
    zeros = ((qzeros[:, :, None] >> shifts) & 15) + 1
    if (zeros != MIDDLE).any():
        raise UsageError(
            f"the quantizer wrote zero points of {module} other than {MIDDLE}, which servers take them for"
        )
    groups = np.arange(len(values)) // -(-len(values) // len(scales))
    if not np.array_equal(g_idx, groups):
        raise UsageError(f"the quantizer wrote groups of {module} that do not follow one another, as servers read them")
    weights = (values - MIDDLE).astype(np.float32) * scales.astype(np.float32)[groups]
    return np.ascontiguousarray(weights.T)
