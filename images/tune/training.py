"""One stage of a training: a base, an adapter and rows in, a trained adapter and its losses out. trl does the work.

It knows nothing of the store. Killed at any moment, the same call goes on from the last whole checkpoint.
"""

import json
import pickle
import shutil
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.tune import gpus, vocabulary, weighting
from images.tune.checkpoints import last_whole
from images.tune.order import in_order
from images.tune.progress import Progress
from images.tune.start import adapted
from serve.errors import Failure, UsageError
from serve.models.preflight_adapter import extended_vocabulary
from serve.models.stages import Stage, Tuning
from serve.models.training_rows import Row

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import Trainer

LOSSES = "losses.json"
REFUSED = "refused.txt"  # beside a task that several processes do: why they did not
LOOKS = 10  # of a stage: held-out losses, and checkpoints
LOGS = 100  # of a stage: losses
HELD_OUT_AT_ONCE = 8  # rows: the same in every stage, since their loss is a mean of such batches' means
WARM_UP = 0.05  # of the steps
Losses = list[dict[str, float]]
"""Entries with `step`, and `loss` or `held_out`."""


@dataclass(frozen=True)
class Task:
    """`start`: the folder of the adapter that is gone on with; None: one is begun. `folder`: where it keeps what it can
    go on from. `vocabulary`: the folder of the tokenizer with added tokens; None: none are added.
    """

    base: Path
    start: Path | None
    tuning: Tuning
    stage: Stage
    rows: Sequence[Row]
    held_out: Sequence[Row]
    folder: Path
    vocabulary: Path | None = None

    @property
    def gpus(self) -> int:
        """How many share the rows of a step."""
        return self.tuning.gpu.count if self.tuning.gpu else 1

    @property
    def tokenizer(self) -> Path:
        """The folder of what its rows are read by: the adapter's where that has added tokens."""
        if self.vocabulary:
            return self.vocabulary
        return self.start if self.start and extended_vocabulary(self.start, self.base) else self.base

    @property
    def steps(self) -> int:
        return self.stage.length(len(self.rows))

    @property
    def adapter(self) -> Path:
        """What it makes; there as a whole, or not at all."""
        return self.folder / "adapter"


def train(task: Task, say: Callable[[str], None]) -> Losses:
    """Makes `task.adapter`. Raises UsageError where the loss is no number any more."""
    if not task.adapter.exists():
        say(f"{task.stage.name}: {len(task.rows)} rows are made ready")  # which takes up to a minute
        if task.gpus > 1:
            train_side_by_side(task)
        else:
            train_here(task, say)
    losses: Losses = json.loads((task.adapter / LOSSES).read_text())
    return losses


def train_here(task: Task, say: Callable[[str], None]) -> None:
    """In this process, which may be one of several that do the same, each on a share of the rows."""
    trainer = make_trainer(task)
    first = trainer.is_world_process_zero()
    watch(trainer, Progress(task.stage.name, task.steps, say if first else lambda _: None))
    found = last_whole(Path(trainer.args.output_dir))
    trainer.train(resume_from_checkpoint=str(found) if found else None)
    if first:
        keep(trainer.model, losses_of(trainer.state.log_history), task)


def train_side_by_side(task: Task) -> None:
    file = task.folder / "task.pickle"
    refused = file.with_name(REFUSED)
    task.folder.mkdir(parents=True, exist_ok=True)
    refused.unlink(missing_ok=True)
    file.write_bytes(pickle.dumps(task))
    try:
        gpus.side_by_side(task.gpus, "images.tune.parallel", [str(file)])
    except Failure:
        if refused.exists():
            raise UsageError(refused.read_text()) from None
        raise


def keep(model: "PeftModel", losses: Losses, task: Task) -> None:
    """Writes the folder of the adapter, which appears by one rename."""
    draft = task.adapter.with_name(f"{task.adapter.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    model.save_pretrained(draft, selected_adapters=["default"])
    if task.tokenizer != task.base:
        vocabulary.carry(task.tokenizer, draft)
    (draft / LOSSES).write_text(json.dumps(losses))
    draft.rename(task.adapter)


def losses_of(history: Sequence[dict[str, Any]]) -> Losses:
    """Of a trainer's history, each step's loss once, also where a run that was cut had gone on past its checkpoint."""
    found: dict[tuple[str, int], float] = {}
    for entry in history:
        for name, kind in (("loss", "loss"), ("eval_loss", "held_out")):
            if name in entry:
                found[kind, int(entry["step"])] = float(entry[name])
    return [{"step": step, kind: value} for (kind, step), value in sorted(found.items(), key=lambda one: one[0][1])]


def watch(trainer: "Trainer", progress: Progress) -> None:
    """Says how it goes, and ends a training whose loss is no number any more."""
    from transformers import PrinterCallback, TrainerCallback

    class Watch(TrainerCallback):
        def on_train_begin(self, _args: Any, state: Any, *_: Any, **__: Any) -> None:
            progress.begins(state.global_step)

        def on_log(self, _args: Any, state: Any, *_: Any, logs: Any = None, **__: Any) -> None:
            told = {"loss": logs.get("loss"), "held_out": logs.get("eval_loss")}
            losses = {name: float(value) for name, value in told.items() if value is not None}
            if wrong := next((value for value in losses.values() if not isfinite(value)), None):
                raise UsageError(
                    f"stage {progress.stage} diverged by step {state.global_step} (loss {wrong}); set a smaller "
                    "learning_rate in the file that TUNE names"
                )
            if losses:
                progress.at(state.global_step, **losses)

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Watch())


def make_trainer(task: Task) -> "Trainer":
    """trl's trainer of the stage's method."""
    import datasets
    import torch
    import transformers
    from transformers import AutoTokenizer, set_seed
    from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", "Setting `save_embedding_layers`")  # as is right where tokens were added
    set_seed(task.tuning.seed)
    stage, gpu = task.stage, gpus.found(task.tuning.gpu, torch.cuda.device_count())
    told: dict[str, Any] = {
        **arguments(task),
        "use_cpu": not gpu,
        "bf16": torch.cuda.is_bf16_supported() if gpu else torch.cpu._is_avx512_bf16_supported(),
        # a CPU has the memory, and not the time
        **(gpus.arguments(gpu) if gpu else {"gradient_checkpointing": False}),
    }
    if stage.method == "sft":
        told["loss_type"] = "nll"
    configs = {"sft": SFTConfig, "dpo": DPOConfig, "kto": KTOConfig}
    trainers = {"sft": SFTTrainer, "dpo": DPOTrainer, "kto": KTOTrainer}
    tokenizer = AutoTokenizer.from_pretrained(task.tokenizer, local_files_only=True)
    added = vocabulary.read(task.vocabulary) if task.vocabulary else None

    def ready(rows: Sequence[Row]) -> Any:
        if stage.entity_weight:
            made = [weighting.prepared(row, tokenizer, stage.entity_weight, task.tuning.max_length) for row in rows]
        else:
            made = [{name: value for name, value in row.items() if name != "entities"} for row in rows]
        return datasets.Dataset.from_list(made)

    return (weighting.trainer() if stage.entity_weight else trainers[stage.method])(
        model=adapted(task.base, task.start, task.tuning.adapter, added, gpu),
        args=configs[stage.method](**told),
        train_dataset=ready(in_order(task.rows, task.steps, stage.batch, task.tuning.seed)),
        eval_dataset=ready(task.held_out) if task.held_out else None,
        processing_class=tokenizer,
    )


def arguments(task: Task) -> dict[str, Any]:
    """What transformers' TrainingArguments are told, whatever the method and the machine."""
    stage, every = task.stage, max(1, task.steps // LOOKS)
    at_once = stage.at_once(task.gpus)
    return {
        "output_dir": str(task.folder / "checkpoints"),
        "max_steps": task.steps,
        "learning_rate": stage.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": WARM_UP,
        "train_sampling_strategy": "sequential",
        "per_device_train_batch_size": at_once,
        "per_device_eval_batch_size": HELD_OUT_AT_ONCE,
        "gradient_accumulation_steps": stage.batch // (at_once * task.gpus),
        "max_length": task.tuning.max_length,
        "logging_steps": max(1, task.steps // LOGS),
        "logging_nan_inf_filter": False,
        "eval_strategy": "steps" if task.held_out else "no",
        "eval_on_start": bool(task.held_out),
        "eval_steps": every,
        "prediction_loss_only": True,
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 2,
        "seed": task.tuning.seed,
        "data_seed": task.tuning.seed,
        "report_to": "none",
        "disable_tqdm": True,
    }
