"""The merge job: a LoRA adapter folded into its base model, as a plain model folder in the store.

    python -m images.merge.merge --base FOLDER --adapter FOLDER --store models

It knows nothing of quantization or serving. What it publishes was read back from disk and answers like the adapter
on its base: the proof is in the manifest.
"""

import argparse
import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.job import copy_everything_but_weights, make_version, one_line_failures, versions
from serve.errors import UsageError
from serve.models.preflight import check_adapter, check_model, extended_vocabulary
from serve.models.store import Store

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

RECIPE = 1  # of this job: raised when what it makes of the same inputs changes
PROOF_TEXTS = (
    "List the three largest cities of the country with their population, one a line.",
    "A good explanation starts with what the reader already knows, and adds one thing at a time.",
    '[{"name": "first", "value": 1.5}, {"name": "second", "value": null}]',
)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Merge a LoRA adapter into its base model.")
    arguments.add_argument("--base", type=Path, required=True, help="folder of the base model")
    arguments.add_argument("--adapter", type=Path, required=True, help="folder of the LoRA adapter")
    arguments.add_argument("--store", type=Path, required=True, help="the model store, models/")
    given = arguments.parse_args()
    with one_line_failures("merge"):
        run(given.base, given.adapter, Store(given.store))


def run(base: Path, adapter: Path, store: Store) -> None:
    check_model(base)
    check_adapter(adapter, base)
    libraries = versions("torch", "transformers", "peft")
    sources = {"base": base, "adapter": adapter}
    make_version(store, "merged", sources, {"recipe": RECIPE}, libraries, lambda draft: merge(base, adapter, draft))


def merge(base: Path, adapter: Path, draft: Path) -> dict[str, float]:
    """Writes the merged model into `draft` and returns the proof that it answers as the adapter did."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    print("loading the base", flush=True)
    model = AutoModelForCausalLM.from_pretrained(base, dtype="auto", local_files_only=True)
    rows = extended_vocabulary(adapter, base)
    if rows:  # before the adapter is loaded: its embeddings have the longer shape
        model.resize_token_embeddings(rows)
    tokenizer = AutoTokenizer.from_pretrained(adapter if rows else base, local_files_only=True)
    inputs = [tokenizer(text, return_tensors="pt").input_ids for text in PROOF_TEXTS]

    print("loading the adapter", flush=True)
    adapted = PeftModel.from_pretrained(model, adapter, local_files_only=True)
    adapted.eval()
    with torch.inference_mode():
        with_adapter = logits(adapted, inputs)
        with adapted.disable_adapter():
            without = logits(adapted, inputs)
    if not torch.isfinite(with_adapter).all():
        raise UsageError(f"{adapter}: its weights answer with NaN, as after a training that diverged; set ADAPTER")

    print("merging", flush=True)
    merged = adapted.merge_and_unload(safe_merge=True)
    copy_everything_but_weights(base, draft)
    merged.save_pretrained(draft)
    keep_base_configuration(base, draft)
    if rows:
        tokenizer.save_pretrained(draft)
    del model, adapted, merged
    gc.collect()

    print("reading it back", flush=True)
    reread = AutoModelForCausalLM.from_pretrained(draft, dtype="auto", local_files_only=True).eval()
    with torch.inference_mode():
        return prove(without, with_adapter, logits(reread, inputs))


def logits(model: "PreTrainedModel", inputs: "list[torch.Tensor]") -> "torch.Tensor":
    """Float32 logits of every position of every input, [positions, vocabulary]."""
    import torch

    return torch.cat([model(input_ids=ids).logits[0].float() for ids in inputs])


def prove(without: "torch.Tensor", expected: "torch.Tensor", actual: "torch.Tensor") -> dict[str, float]:
    """How far merged logits are from adapter-on-base, measured against what the adapter itself changes.

    Raises UsageError when merging is off by more than the adapter changed, as a checkpoint whose tied
    embeddings collapsed on the way to disk does.
    """
    effect = (expected - without).norm().item()
    error = (expected - actual).norm().item()
    if error > effect:
        raise UsageError(
            f"the merged model does not answer like the adapter on its base (difference {error:.3g}, "
            f"adapter's whole effect {effect:.3g}): was ADAPTER trained on exactly this BASE_MODEL?"
        )
    return {
        "positions": float(len(expected)),
        "adapter_effect_l2": effect,
        "merge_error_l2": error,
        "largest_logit_difference": (expected - actual).abs().max().item(),
        "same_top_token": (expected.argmax(-1) == actual.argmax(-1)).float().mean().item(),
    }


def keep_base_configuration(base: Path, draft: Path) -> None:
    """The base's own config.json, whatever version wrote it, with only what merging may change."""
    config: dict[str, Any] = json.loads((base / "config.json").read_text())
    written = json.loads((draft / "config.json").read_text())
    for field in ("vocab_size", "tie_word_embeddings"):
        if field in written:
            config[field] = written[field]
    (draft / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
