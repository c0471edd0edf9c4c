"""The tune job: a LoRA adapter trained on rows, stage by stage, as a version of `adapter` in the store.

    python -m images.tune.tune --base FOLDER [--adapter FOLDER] --store models --stages FILE --rows STAGE=FILE …
        [--text FILE]

It knows nothing of merging or serving. What it publishes was trained to the end; killed at any moment, the same command
goes on from the last checkpoint.
"""

import argparse
import json
import os
import resource
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from images.job import make_version, one_line_failures, versions
from images.tune import gpus, training, vocabulary
from images.tune.curve import picture
from images.tune.training import LOSSES, Losses, Task
from serve.errors import UsageError
from serve.models.preflight import EMBEDDING, check_model, tensor_shapes
from serve.models.preflight_tuning import check_start, check_tokenizer
from serve.models.stages import Tuning, read_tuning, saved
from serve.models.store import Store, digest, partial_of
from serve.models.training_rows import Row, plain_text, said, split, training_rows

RECIPE = 1  # of this job: raised when what it makes of the same inputs changes

say = partial(print, flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Train a LoRA adapter.")
    arguments.add_argument("--base", type=Path, required=True, help="folder of the base model")
    arguments.add_argument("--base-name", required=True, help="what the adapter calls its base")
    arguments.add_argument("--adapter", type=Path, help="folder of the adapter to go on with; without: a new one")
    arguments.add_argument("--store", type=Path, required=True, help="the model store, models/")
    arguments.add_argument("--stages", type=Path, required=True, help="what to do, a YAML file")
    arguments.add_argument("--rows", action="append", required=True, metavar="STAGE=FILE", help="of each stage")
    arguments.add_argument("--text", type=Path, help="what new tokens are learnt from; without: the rows")
    given = arguments.parse_args()
    with one_line_failures("tune"):
        files = {name: Path(file) for name, _, file in (one.partition("=") for one in given.rows)}
        tuning, store = read_tuning(given.stages), Store(given.store)
        run(given.base, given.base_name, given.adapter, store, tuning, files, given.text)


def run(
    base: Path,
    base_name: str,
    adapter: Path | None,
    store: Store,
    tuning: Tuning,
    files: Mapping[str, Path],
    text: Path | None = None,
) -> None:
    check_gpus(tuning)
    check_model(base)
    if adapter:
        check_start(adapter, base, adds=tuning.vocabulary is not None)
        adapter = adapter.resolve()  # `current` moves on when this is published
    rows = {stage.name: training_rows(files[stage.name], stage.method) for stage in tuning.stages}
    texts: list[str] = []
    if tuning.vocabulary:
        check_tokenizer(base)
        texts = plain_text(text) if text else [one for several in rows.values() for row in several for one in said(row)]
    told = {name: value for name, value in asdict(tuning).items() if value is not None}
    if text and tuning.vocabulary:
        told["vocabulary"]["text"] = digest(text)
    stages = {one.pop("name"): {**one, "rows": digest(files[stage.name])}
              for stage, one in zip(tuning.stages, told.pop("stages"), strict=True)}  # fmt: skip
    make_version(
        store,
        "adapter",
        {"base": base, **({"adapter": adapter} if adapter else {})},
        {"recipe": RECIPE, "base_name": base_name, **told, "stages": stages},
        versions("torch", "transformers", "peft", "trl"),
        lambda draft: tune(base, base_name, adapter, tuning, rows, texts, draft),
    )


def check_gpus(tuning: Tuning) -> None:
    """Leaves to this process as many GPUs as it is to use. Raises UsageError where there are fewer."""
    count = tuning.gpu.count if tuning.gpu else 1
    named = os.environ.get("CUDA_VISIBLE_DEVICES", ",".join(map(str, range(count))))
    os.environ["CUDA_VISIBLE_DEVICES"] = gpus.visible(named, count)
    if tuning.gpu:
        import torch

        gpus.found(tuning.gpu, torch.cuda.device_count())


def tune(
    base: Path,
    base_name: str,
    adapter: Path | None,
    tuning: Tuning,
    rows: Mapping[str, list[Row]],
    texts: Sequence[str],
    draft: Path,
) -> dict[str, Any]:
    """Writes the trained adapter into `draft`; returns what was learnt, for the manifest."""
    kept, start = partial_of(draft), adapter
    losses: dict[str, Losses] = {}
    proof: dict[str, Any] = {}
    about: dict[str, Any] = {}
    tokenizer: Path | None = None
    if tuning.vocabulary:
        tokenizer = kept / "vocabulary"
        about["vocabulary"] = tokens_saved(base, texts, tuning.vocabulary.tokens, tokenizer)
    for number, stage in enumerate(tuning.stages, 1):
        trained_on, held_out = split(rows[stage.name], tuning.held_out, tuning.seed)
        folder = kept / f"{number}-{stage.name}"
        task = Task(base, start, tuning, stage, trained_on, held_out, folder, tokenizer)
        try:
            losses[stage.name] = training.train(task, say)
        except UsageError:
            shutil.rmtree(kept, ignore_errors=True)  # there is nothing in it that is worth going on with
            raise
        proof[stage.name] = learnt(task, losses[stage.name])
        start = task.adapter
    assert start is not None
    for path in start.iterdir():
        if path.name not in (LOSSES, "README.md"):
            shutil.copyfile(path, draft / path.name)
    name_base(draft / "adapter_config.json", named(adapter) or base_name)
    (draft / LOSSES).write_text(json.dumps(losses, indent=1) + "\n")
    (draft / "curve.svg").write_text(picture(losses), encoding="utf-8")
    return {**about, "stages": proof, "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def tokens_saved(base: Path, texts: Sequence[str], tokens: int, folder: Path) -> dict[str, int]:
    """Makes the tokenizer with new tokens; how many they are, and the tokens of their text without and with them."""
    rows = tensor_shapes(base, "BASE_MODEL")[EMBEDDING][0]
    added = vocabulary.learnt(base, rows, texts, tokens, folder)
    say(f"vocabulary: {len(added.pieces)} tokens added, {saved(added.before, added.after)}")
    return {"tokens": len(added.pieces), "text_before": added.before, "text_after": added.after}


def learnt(task: Task, losses: Losses) -> dict[str, Any]:
    """Of a stage: its rows and steps, its last loss, and the loss on rows held out before and after it."""
    held_out = [one["held_out"] for one in losses if "held_out" in one]
    last = [one["loss"] for one in losses if "loss" in one]
    return {
        "rows": len(task.rows),
        "held_out_rows": len(task.held_out),
        "steps": task.steps,
        **({"loss": last[-1]} if last else {}),
        **({"held_out_before": held_out[0], "held_out_after": held_out[-1]} if held_out else {}),
    }


def named(adapter: Path | None) -> str | None:
    """What an adapter calls its base."""
    name = json.loads((adapter / "adapter_config.json").read_text()).get("base_model_name_or_path") if adapter else None
    return str(name) if name else None


def name_base(file: Path, name: str) -> None:
    """Not by the path it had here: an adapter must read the same on every machine."""
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "base_model_name_or_path": name}, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
