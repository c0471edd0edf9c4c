"""The quantize job: a model folder turned into a GPTQ INT4 checkpoint in the store, as one variant.

    python -m images.quantize.quantize --model FOLDER --variant tuned --store models --calibration FILE

It knows nothing of merging or serving. Either engine (auto-gptq, gptqmodel) writes the same format; the proof,
perplexity and bytes before and after, is measured on the checkpoint as it lies on disk.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from images.job import copy_everything_but_weights, make_version, one_line_failures, versions
from serve.errors import UsageError
from serve.models.preflight import calibration_rows, check_model, check_quantizable
from serve.models.store import Store, digest
from serve.models.vllm_0_32 import GROUP_SIZES

RECIPE = 1  # of this job: raised when what it makes of the same inputs changes
BITS = 4
LARGEST_PERPLEXITY_RATIO = 2.0  # beyond this a checkpoint is broken rather than lossy
ENGINES = ("auto-gptq", "gptqmodel")


def main() -> None:
    arguments = argparse.ArgumentParser(description="Quantize a model to GPTQ INT4.")
    arguments.add_argument("--model", type=Path, required=True, help="folder of the model")
    arguments.add_argument("--variant", required=True, help="name in the store: base or tuned")
    arguments.add_argument("--store", type=Path, required=True, help="the model store, models/")
    arguments.add_argument("--calibration", type=Path, required=True, help="JSON lines with messages or text")
    arguments.add_argument("--engine", choices=ENGINES, default="auto-gptq")
    arguments.add_argument("--group-size", type=int, choices=GROUP_SIZES, default=128)
    given = arguments.parse_args()
    with one_line_failures(f"quantize {given.variant}"):
        run(given.model, given.variant, Store(given.store), given.calibration, given.engine, given.group_size)


def run(model: Path, variant: str, store: Store, calibration: Path, engine: str, group_size: int) -> None:
    check_model(model)
    check_quantizable(model, group_size)
    rows = calibration_rows(calibration)
    model = model.resolve()  # `current` may move on while this job runs
    parameters = {
        "recipe": RECIPE,
        "engine": engine,
        "bits": BITS,
        "group_size": group_size,
        "sym": True,
        "desc_act": False,
        "calibration": digest(calibration),
    }
    libraries = versions("torch", "transformers", engine)
    make_version(
        store,
        variant,
        {"model": model},
        parameters,
        libraries,
        lambda draft: quantize(model, rows, draft, engine, group_size),
    )


def quantize(model: Path, rows: Sequence[dict[str, Any]], draft: Path, engine: str, group_size: int) -> dict[str, Any]:
    """Writes the INT4 checkpoint into `draft`; returns the proof. Raises UsageError when it is not usable."""
    import torch

    from images.quantize import calibration, checkpoint, engine_auto_gptq, engine_gptqmodel

    torch.manual_seed(0)
    write = {"auto-gptq": engine_auto_gptq.write, "gptqmodel": engine_gptqmodel.write}[engine]
    tokenizer, full = checkpoint.load(model)
    print("answering the calibration prompts", flush=True)
    examples = calibration.tokenize(rows, tokenizer, full)
    kept_back, used = examples[::8], [row for index, row in enumerate(examples) if index % 8]
    before = calibration.perplexity(full, kept_back)
    del full  # the engine loads its own: two copies of a large model do not fit

    print(f"quantizing with {engine}", flush=True)
    try:
        write(model, used, draft, BITS, group_size)
    except torch.linalg.LinAlgError:
        raise UsageError(
            "the calibration rows do not determine the weights; set CALIBRATION to more or longer rows"
        ) from None
    copy_everything_but_weights(model, draft)
    checkpoint.finish(model, draft, BITS, group_size)

    print("measuring what was lost", flush=True)
    _, full = checkpoint.load(model)
    checkpoint.load_quantized_weights(full, draft)
    after = calibration.perplexity(full, kept_back)
    if not after < before * LARGEST_PERPLEXITY_RATIO:
        raise UsageError(
            f"INT4 spoils this model: perplexity {before:.3f} before, {after:.3f} after; "
            "set CALIBRATION to rows like your own, or a smaller GPTQ_GROUP_SIZE"
        )
    return {
        "perplexity_rows": len(kept_back),
        "perplexity_before": before,
        "perplexity_after": after,
        **checkpoint.linear_bytes(model, draft),
    }


if __name__ == "__main__":
    main()
