"""The quantize job: a model folder turned into a GPTQ INT4 checkpoint in the store, as one variant.

    python -m images.quantize.quantize --model FOLDER --variant tuned --store models --calibration FILE

It knows nothing of merging or serving. Either engine (auto-gptq, gptqmodel) gets the same rows and writes the same
format; the proof, what was lost on rows held out, is measured on the checkpoint as it lies on disk.
"""

import argparse
import json
import resource
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.job import copy_everything_but_weights, left_unmade, make_version, one_line_failures, versions
from images.quantize.loss import KL_LIMIT, refuse
from images.quantize.recipe import BITS, ENGINES, Recipe
from serve.errors import UsageError
from serve.models.calibration import calibration_rows
from serve.models.preflight import check_model, check_quantizable
from serve.models.quantizing import host_memory
from serve.models.store import Store, partial_of
from serve.models.vllm_0_32 import GROUP_SIZES

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from images.quantize.calibration import Example

say = partial(print, flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Quantize a model to GPTQ INT4.")
    arguments.add_argument("--model", type=Path, required=True, help="folder of the model")
    arguments.add_argument("--variant", required=True, help="name in the store: base or tuned")
    arguments.add_argument("--store", type=Path, required=True, help="the model store, models/")
    arguments.add_argument("--calibration", type=Path, required=True, help="rows of any kind that CALIBRATION takes")
    arguments.add_argument("--engine", choices=ENGINES, default="auto-gptq")
    arguments.add_argument("--group-size", type=int, choices=GROUP_SIZES, default=128)
    arguments.add_argument("--kl-limit", type=float, default=KL_LIMIT, help="most nats a token that may be lost")
    given = arguments.parse_args()
    with one_line_failures(f"quantize {given.variant}"):
        run(
            given.model,
            given.variant,
            Store(given.store),
            Recipe(given.engine, given.group_size, given.calibration),
            given.kl_limit,
        )


def run(model: Path, variant: str, store: Store, recipe: Recipe, kl_limit: float) -> None:
    model = model.resolve()  # `current` may move on while this job runs
    if not left_unmade(model):
        check_model(model)
        check_quantizable(model, recipe.group_size)
    rows = calibration_rows(recipe.calibration)

    def write(draft: Path) -> dict[str, Any]:
        if left_unmade(model):
            raise UsageError(f"{model}: left unmade for an INT4 version that is gone by now; run again")
        return quantize(model, rows, draft, recipe.engine, recipe.group_size)

    libraries = versions(*recipe.packages())
    accept = partial(refuse, limit=kl_limit)
    make_version(store, variant, {"model": model}, recipe.parameters(), libraries, write, accept)


def quantize(model: Path, rows: Sequence[dict[str, Any]], draft: Path, engine: str, group_size: int) -> dict[str, Any]:
    """Writes the INT4 checkpoint into `draft`; returns the proof. Raises UsageError when it is not usable."""
    import torch

    from images.quantize import calibration, checkpoint, engine_auto_gptq, engine_gptqmodel, loss, unpacking

    begun = time.monotonic()
    torch.manual_seed(0)
    say(f"this takes at most {host_memory(model, len(rows)) / 1e9:.1f} GB of the machine's memory")
    write = {"auto-gptq": engine_auto_gptq.write, "gptqmodel": engine_gptqmodel.write}[engine]
    tokenizer, full = checkpoint.load(model)
    used, held_out = calibration.split(answered(rows, tokenizer, full, partial_of(draft)))
    before = loss.predictions(full, held_out)
    del full  # the engine loads its own: two copies of a large model do not fit

    guide = calibration.stated(used)
    say(f"quantizing with {engine}, by {guide['rows']} rows of {guide['tokens']} tokens, {guide['longest']} at most")
    how = write(model, used, draft, BITS, group_size, say)
    copy_everything_but_weights(model, draft)
    checkpoint.finish(model, draft, BITS, group_size)

    say("measuring what was lost")
    _, full = checkpoint.load(model)
    errors = unpacking.load_quantized_weights(full, draft)
    proof = {
        **loss.compare(held_out, before, loss.predictions(full, held_out)),
        "weight_error": loss.of_weights(errors),
        **checkpoint.linear_bytes(model, draft),
        "calibration": guide,
        **how,
        "seconds": round(time.monotonic() - begun, 1),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    say(told(proof))
    return proof


def answered(
    rows: Sequence[Mapping[str, Any]],
    tokenizer: "PreTrainedTokenizerBase",
    model: "PreTrainedModel",
    kept: Path,
) -> "list[Example]":
    """The rows with the model's answers; those of a run that was cut, where there are any: it goes on with the same."""
    from images.quantize.calibration import Example, tokenize

    file = kept / "examples.json"
    if file.exists():
        say("going on with the calibration rows of a run that was cut")
        return [Example(ids, given) for ids, given in json.loads(file.read_text())]
    say("answering the calibration prompts")
    examples = tokenize(rows, tokenizer, model)
    kept.mkdir(exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(examples))
    draft.replace(file)
    return examples


def told(proof: Mapping[str, Any]) -> str:
    return (
        f"lost: {proof['kl_per_token']:.3g} nats a token; {proof['same_top_token']:.1%} of {proof['tokens']} tokens "
        f"the same; perplexity {proof['perplexity_before']:.4g} before, {proof['perplexity_after']:.4g} after; "
        f"linear layers {proof['linear_saved']:.0%} smaller"
    )


if __name__ == "__main__":
    main()
