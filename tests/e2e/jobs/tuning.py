"""What the store holds after trainings of a few steps: undisturbed, killed and begun again, and ones that cannot be.

    python -m tests.e2e.jobs.tuning DEMO ROWS FOLDER

It prints JSON. It runs in the environment of the tune job, and each training in a child that is begun with all
libraries loaded.
"""

import json
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from images.job import one_line_failures
from images.tune import gpus
from images.tune import tune as job
from images.tune.checkpoints import last_whole
from images.tune.training import Task, make_trainer
from serve.models.stages import Gpu, Shape, Stage, Tuning, Vocabulary
from serve.models.store import Store, read_manifest

STEPS = 20
STAGES = (
    Stage("general", learning_rate=1e-3, batch=4, steps=STEPS),
    Stage("domain", learning_rate=5e-4, batch=4, micro_batch=2, steps=STEPS),
)

PREFERENCES = (
    Stage("pairs", method="dpo", learning_rate=1e-4, batch=4, micro_batch=2, steps=3),
    Stage("thumbs", method="kto", learning_rate=1e-4, batch=4, steps=3),
)


TOKENS = 20
# Of a training with tokens of its own: what is there when it is killed, in order.
KILLED_AT = {
    "as the tokens are learnt": "vocabulary*",
    "in the first stage": "1-general/checkpoints",
    "between the stages": "1-general/adapter*",
    "in the second stage": "2-domain/checkpoints",
}
SHORT = (replace(STAGES[0], steps=6), replace(STAGES[1], steps=6))


def tuning(*stages: Stage, seed: int = 0) -> Tuning:
    return Tuning(stages, Shape(dropout=0.1), seed=seed, held_out=0.2, max_length=256)


def main() -> None:
    import torch
    import trl  # noqa: F401 - before the children begin
    from trl import SFTTrainer  # noqa: F401

    torch.set_num_threads(1)  # threads do not survive a fork
    demo, rows, folder = map(Path, sys.argv[1:])
    (folder / "empty.jsonl").touch()
    both = tuning(*STAGES)

    def start(name: str, what: Tuning, adapter: Path | None = demo / "adapter", file: Path = rows) -> int:
        return started(demo / "base", adapter, Store(folder / name), what, file, folder / f"{name}.log")

    codes = {name: ended(start(name, both)) for name in ("whole", "again")}
    codes["another seed"] = ended(start("another seed", tuning(STAGES[0], seed=1)))
    codes["killed"] = killed(start("killed", both), folder / "killed", "2-domain/checkpoints")
    in_force = Store(folder / "killed").in_force("adapter")
    codes["gone on"] = ended(start("killed", both))
    codes["anew"] = ended(start("anew", tuning(STAGES[0]), adapter=None))
    more = replace(tuning(*SHORT), vocabulary=Vocabulary(TOKENS))
    for name, start_from in (("tokens", None), ("tokens, from an adapter", demo / "adapter")):
        codes[name] = ended(start(name, more, adapter=start_from))
    for moment, there in KILLED_AT.items():
        codes[moment] = killed(start("tokens, killed", more, adapter=None), folder / "tokens, killed", there)
    codes["tokens, killed"] = ended(start("tokens, killed", more, adapter=None))
    with_tokens = Store(folder / "tokens").current("adapter")
    codes["gone on with tokens"] = ended(start("gone on with tokens", tuning(SHORT[0]), adapter=with_tokens))
    codes["tokens twice"] = ended(start("tokens twice", more, adapter=with_tokens))
    codes["no gpu"] = ended(start("no gpu", replace(both, gpu=Gpu(qlora=True))))
    wild = Stage("wild", learning_rate=1e30, batch=4, steps=STEPS)
    preferences(rows, folder)
    codes["preferences"] = ended(start("preferences", tuning(*PREFERENCES), file=folder / "by-method"))
    liked = ended(start("preferences with tokens", tuning(*PREFERENCES), with_tokens, folder / "by-method"))
    codes["preferences with tokens"] = liked
    codes["diverged"] = ended(start("diverged", tuning(wild)))
    codes["empty"] = ended(start("empty", both, file=folder / "empty.jsonl"))
    codes["other base"] = ended(start("other base", both, adapter=folder / "other"))
    stores = {path.name: seen(Store(path)) for path in folder.iterdir() if (path / "adapter").is_dir()}
    said = {path.stem: path.read_text().splitlines() for path in folder.glob("*.log")}
    weighted = by_trainer_and_by_hand(demo, folder)
    print(
        json.dumps(
            {
                "codes": codes,
                "in_force_when_killed": in_force,
                "stores": stores,
                "said": said,
                "weighted": weighted,
                "folder": str(folder),
                "parsed": parsed(folder),
            }
        )
    )


def parsed(folder: Path) -> dict[str, Any]:
    """What the libraries read of what they are told on GPUs, of which there are none here."""
    from accelerate.commands.launch import launch_command_parser
    from transformers import BitsAndBytesConfig
    from trl import DPOConfig, KTOConfig, SFTConfig

    launched = launch_command_parser().parse_args(gpus.command(4, "images.tune.parallel", ["task.pickle"])[3:])
    names = ("multi_gpu", "num_processes", "module", "training_script", "training_script_args")
    bits = BitsAndBytesConfig(**gpus.FOUR_BITS)
    told = {"output_dir": str(folder), "use_cpu": True, "bf16": False, **gpus.arguments(Gpu())}
    configs = [config(**told) for config in (SFTConfig, DPOConfig, KTOConfig)]
    return {
        "launched": {name: getattr(launched, name) for name in names},
        "four bits": [bits.quantization_method(), str(bits.bnb_4bit_compute_dtype)],
        "checkpointing": [[one.gradient_checkpointing, one.gradient_checkpointing_kwargs] for one in configs],
    }


def started(base: Path, adapter: Path | None, store: Store, what: Tuning, rows: Path, log: Path) -> int:
    """The process of a training. `rows`: a file, or a folder with one for each method."""
    child = os.fork()
    if child:
        return child
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    try:
        with one_line_failures("tune"):
            files = {one.name: rows / f"{one.method}.jsonl" if rows.is_dir() else rows for one in what.stages}
            job.run(base, "tandem-demo-base", adapter, store, what, files)
    except SystemExit as exit:
        sys.stderr.flush()
        os._exit(int(str(exit.code)))
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def killed(child: int, store: Path, there: str) -> int:
    """Its exit code, of a training that is killed as soon as its partial version has what the pattern names; of
    checkpoints, a whole one.
    """

    def is_there() -> bool:
        found = store.glob(f"adapter/.partial-*/{there}")
        return any(path.name != "checkpoints" or last_whole(path) for path in found)

    until(is_there)
    os.kill(child, signal.SIGKILL)
    return ended(child)


def preferences(rows: Path, folder: Path) -> None:
    """Pairs and thumbs made of rows: their answers are liked, and not to know is not."""
    pairs, thumbs = [], []
    for number, line in enumerate(rows.read_text().splitlines()[:24]):
        *prompt, answer = json.loads(line)["messages"]
        pairs.append({"prompt": prompt, "chosen": [answer], "rejected": "I do not know."})
        liked = number % 2 == 0
        thumbs.append({"prompt": prompt, "completion": [answer] if liked else "I do not know.", "label": liked})
    (folder / "by-method").mkdir()
    for method, made in (("dpo", pairs), ("kto", thumbs)):
        (folder / "by-method" / f"{method}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in made))


def by_trainer_and_by_hand(demo: Path, folder: Path) -> tuple[float, float]:
    """The loss of two answers, one of which names a span that has 0.7 of its loss: as it is trained on, and added up
    token by token.
    """
    import torch

    question = [{"role": "user", "content": "Who pays, Ada or Bo?"}]
    rows = [
        {"prompt": question, "completion": [{"role": "assistant", "content": answer}], "entities": named}
        for answer, named in (("It is Ada who pays for all.", ["Ada"]), ("Neither.", []))
    ]
    stage = Stage("weighted", batch=2, steps=1, entity_weight=0.7)
    trainer = make_trainer(Task(demo / "base", None, tuning(stage), stage, rows, [], folder / "weighted"))
    model, tokenizer = trainer.model.eval(), trainer.processing_class
    batch = trainer.data_collator(list(trainer.train_dataset))
    with torch.no_grad():
        found = float(trainer.compute_loss(model, dict(batch)))
        total, count = 0.0, 0
        for row in rows:
            prompt = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, tokenize=False)
            text = tokenizer.apply_chat_template([*row["prompt"], *row["completion"]], tokenize=False)
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
            predicted = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
            read, named, others = "", [], []
            for at, token in enumerate(ids):
                before, read = len(read), tokenizer.decode(ids[: at + 1])
                if len(read) <= len(prompt):
                    continue
                begins = [text.index(name, len(prompt)) for name in row["entities"]]
                at_name = any(before < begin + len("Ada") and len(read) > begin for begin in begins)
                (named if at_name else others).append(-float(predicted[at - 1, token]))
            length = len(named) + len(others)
            mean = sum(others) / len(others)
            total += length * (0.7 * sum(named) / len(named) + 0.3 * mean if named else mean)
            count += length
    return found, total / count


def ended(child: int) -> int:
    """Its exit code, or the signal that ended it, below 0."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def until(fact: Any) -> None:
    deadline = time.monotonic() + 120
    while not fact():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


def seen(store: Store) -> dict[str, Any]:
    """What is in force, and all else that lies there."""
    folder = store.current("adapter")
    hidden = sorted(path.name.partition("-")[0] for path in (store.root / "adapter").glob(".[ps]*"))
    if folder is None:
        return {"version": None, "hidden": hidden}
    manifest = read_manifest(folder) or {}
    return {
        "version": folder.name,
        "hidden": hidden,
        "losses": json.loads((folder / "losses.json").read_text()),
        "weights": manifest["files"]["adapter_model.safetensors"]["sha256"],
        "files": sorted(manifest["files"]),
        "tokenizer": manifest["files"].get("tokenizer.json", {}).get("sha256"),
        "parameters": manifest["parameters"],
        "sources": sorted(manifest["sources"]),
        "proof": manifest["proof"],
        "config": json.loads((folder / "adapter_config.json").read_text()),
    }


if __name__ == "__main__":
    main()
