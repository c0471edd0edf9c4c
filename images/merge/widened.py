"""A 16-bit model that computes in float32, a block at a time, in the memory of the model and one block.

It knows nothing of adapters or proofs.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import nn
    from transformers import PreTrainedModel


@contextmanager
def in_float32(model: "PreTrainedModel", change: "Callable[[nn.Module], object] | None" = None) -> Iterator[None]:
    """Inside, each block's weights are float32 while a forward pass is in it, and what they were when it has left.

    `change` is called with each block as the pass enters it, when its weights are float32 already; what it makes of
    them stays, rounded to the type that they had (to nearest, ties to even, as torch rounds).
    """

    def enter(block: "nn.Module", *_: object) -> None:
        for weight in block.parameters():
            narrow[weight] = weight.data
            weight.data = weight.data.float()
        if change:
            change(block)

    def leave(block: "nn.Module", *_: object) -> None:
        for weight in block.parameters():
            before = narrow.pop(weight)
            weight.data = weight.data.to(before.dtype) if change else before

    narrow: dict[nn.Parameter, torch.Tensor] = {}
    with ExitStack() as hooks:
        for block in blocks(model):
            hooks.enter_context(block.register_forward_pre_hook(enter))
            hooks.enter_context(block.register_forward_hook(leave))
        yield


def blocks(model: "PreTrainedModel") -> "list[nn.Module]":
    """What a forward pass goes through, one after another, in the supported families: all that has weights."""
    decoder = model.model
    return [decoder.embed_tokens, *decoder.layers, decoder.norm, model.lm_head]
