"""What the merge job makes of tiny models with adapters of every kind, and with faults put into it.

    python -m tests.e2e.merging TOKENIZER FOLDER

It writes FOLDER/outcomes.json. It runs in the environment of the merge job, in one process: to start one takes as long
as a dozen merges.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

from images.merge import merge as job
from serve.errors import UsageError
from serve.models.preflight import check_adapter
from tests.e2e import tiny

BASES = {
    "tied bfloat16": ("qwen2", True, "bfloat16"),
    "untied float16": ("llama", False, "float16"),
    "tied float32": ("llama", True, "float32"),
}
ELSEWHERE = ("plain", "DoRA", "the embedding", "the output head", "added words, both whole tables")
CASES = [("tied bfloat16", kind) for kind in tiny.KINDS]
CASES += [(base, kind) for base in ("untied float16", "tied float32") for kind in ELSEWHERE]
# An adapter so weak that a tenth of it is no more than what rounding to bfloat16 does.
WEAK: dict[str, Any] = {"strength": 0.002}
WEAK_EMBEDDING = {**tiny.KINDS["the embedding"], **WEAK}
Fault = Callable[[], AbstractContextManager[object]]
Block = Tensors = Any  # of torch: this file is read where there is no torch, too


def main() -> None:
    import torch

    torch.set_num_threads(1)  # models so small are slower with more
    tokenizer, folder = map(Path, sys.argv[1:])
    bases = {name: tiny.base(folder / name, tokenizer, *settings) for name, settings in BASES.items()}
    made: dict[str, Any] = {
        f"{base}: {kind}": outcome(bases[base], folder / base / kind, tiny.KINDS[kind]) for base, kind in CASES
    }
    for name, (base, settings, fault) in FAULTS.items():
        without = f"{base}: {settings}"
        if without not in made:
            made[without] = outcome(bases[base], folder / without, settings)
        made[name] = outcome(bases[base], folder / name, settings, fault)
    (folder / "outcomes.json").write_text(json.dumps(made))


def outcome(base: Path, folder: Path, settings: dict[str, Any], fault: Fault = nullcontext) -> dict[str, Any]:
    """The proof and the configuration of what was merged, or the line that refused it."""
    adapter = tiny.adapter(folder / "adapter", base, **settings)
    draft = folder / "merged"
    draft.mkdir()
    try:
        check_adapter(adapter, base)
        with fault():
            proof = job.merge(base, adapter, draft)
    except UsageError as error:
        return {"refused": str(error)}
    return {"proof": proof, "config": json.loads((draft / "config.json").read_text())}


@contextmanager
def after_merging(spoil: Callable[[Block], None]) -> Iterator[None]:
    """Spoils each block when it has been merged."""
    right = job.merge_block

    def wrong(block: Block) -> None:
        right(block)
        spoil(block)

    with mock.patch.object(job, "merge_block", wrong):
        yield


def more(share: float, *names: str, layers: tuple[int, ...] = (0, 1)) -> Callable[[Block], None]:
    """Adds a share of what was merged, once more, to the linear layers of these names; -1 takes all of it back."""

    def spoil(block: Block) -> None:
        if getattr(getattr(block, "self_attn", None), "layer_idx", None) in layers:
            for name, part in block.named_modules():
                if hasattr(part, "get_delta_weight") and name.endswith(names):
                    part.get_base_layer().weight.data += share * part.get_delta_weight("default")

    return spoil


def exchange(block: Block) -> None:
    """One projection in the place of the other."""
    if hasattr(block, "mlp"):
        gate, up = (part.get_base_layer().weight for part in (block.mlp.gate_proj, block.mlp.up_proj))
        gate.data, up.data = up.data, gate.data


@contextmanager
def on_disk(spoil: Callable[[Tensors, Tensors, dict[str, Any]], None]) -> Iterator[None]:
    """Spoils what was written, before it is read back: the tensors (with the base's beside them), the configuration."""
    from safetensors.torch import load_file, save_file

    right = job.keep_base_configuration

    def wrong(base: Path, draft: Path) -> None:
        right(base, draft)
        tensors, theirs = (load_file(folder / "model.safetensors") for folder in (draft, base))
        config = json.loads((draft / "config.json").read_text())
        spoil(tensors, theirs, config)
        save_file(tensors, draft / "model.safetensors", metadata={"format": "pt"})
        (draft / "config.json").write_text(json.dumps(config))

    with mock.patch.object(job, "keep_base_configuration", wrong):
        yield


def put_back(name: str) -> Callable[[Tensors, Tensors, dict[str, Any]], None]:
    return lambda tensors, theirs, _: tensors.update({name: theirs[name]})


def narrow(tensors: Tensors, *_: object) -> None:
    import torch

    tensors.update({name: tensor.to(torch.bfloat16).float() for name, tensor in tensors.items()})


def lose_bias(tensors: Tensors, *_: object) -> None:
    tensors["model.layers.0.self_attn.q_proj.bias"].zero_()


def tie_again(tensors: Tensors, _: Tensors, config: dict[str, Any]) -> None:
    del tensors["lm_head.weight"]
    config["tie_word_embeddings"] = True


FAULTS: dict[str, tuple[str, dict[str, Any], Fault]] = {  # put into the merge of an adapter for a base
    "alpha a tenth too large": ("tied bfloat16", WEAK, lambda: after_merging(more(0.1, "_proj"))),
    "a layer left out": ("tied bfloat16", WEAK, lambda: after_merging(more(-1, "_proj", layers=(1,)))),
    "a target left out": ("tied bfloat16", WEAK, lambda: after_merging(more(-1, "k_proj"))),
    "a target of one layer left out": ("tied bfloat16", WEAK, lambda: after_merging(more(-1, "v_proj", layers=(1,)))),
    "two projections exchanged": ("untied float16", WEAK, lambda: after_merging(exchange)),
    "one table for both": ("tied bfloat16", WEAK_EMBEDDING, lambda: mock.patch.object(job, "untie", lambda _: True)),
    "the file has a weight of the base": (
        "untied float16",
        WEAK,
        lambda: on_disk(put_back("model.layers.1.self_attn.o_proj.weight")),
    ),
    "the file has one table": ("tied bfloat16", WEAK_EMBEDDING, lambda: on_disk(tie_again)),
    "the file lacks a bias": ("tied bfloat16", WEAK, lambda: on_disk(lose_bias)),
    "the file is in a narrower type": ("tied float32", WEAK, lambda: on_disk(narrow)),
}


if __name__ == "__main__":
    main()
