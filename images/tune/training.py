"""One stage of a training: a base, an adapter and rows in, a trained adapter and its losses out. trl does the work.

It knows nothing of the store. Killed at any moment, the same call goes on from the last whole checkpoint.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.tune import weighting
from images.tune.checkpoints import last_whole
from images.tune.order import in_order
from images.tune.progress import Progress
from serve.errors import UsageError
from serve.models.stages import Shape, Stage, Tuning
from serve.models.training_rows import Row

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import Trainer

LOSSES = "losses.json"
LOOKS = 10  # of a stage: held-out losses, and checkpoints
LOGS = 100  # of a stage: losses
HELD_OUT_AT_ONCE = 8  # rows: the same in every stage, since their loss is a mean of such batches' means
WARM_UP = 0.05  # of the steps
Losses = list[dict[str, float]]
"""Entries with `step`, and `loss` or `held_out`."""


@dataclass(frozen=True)
class Task:
    """`start`: the folder of the adapter that is gone on with; None: one is begun. `folder`: where it keeps what it can
    go on from.
    """

    base: Path
    start: Path | None
    tuning: Tuning
    stage: Stage
    rows: Sequence[Row]
    held_out: Sequence[Row]
    folder: Path

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
        trainer = make_trainer(task)
        progress = Progress(task.stage.name, task.steps, say)
        watch(trainer, progress)
        found = last_whole(Path(trainer.args.output_dir))
        trainer.train(resume_from_checkpoint=str(found) if found else None)
        keep(trainer.model, losses_of(trainer.state.log_history), task.adapter)
    losses: Losses = json.loads((task.adapter / LOSSES).read_text())
    return losses


def keep(model: "PeftModel", losses: Losses, folder: Path) -> None:
    """Writes an adapter's folder, which appears by one rename."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    model.save_pretrained(draft, selected_adapters=["default"])
    (draft / LOSSES).write_text(json.dumps(losses))
    draft.rename(folder)


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
    set_seed(task.tuning.seed)
    stage, gpu = task.stage, torch.cuda.is_available()
    told: dict[str, Any] = {
        **arguments(task),
        "use_cpu": not gpu,
        "bf16": torch.cuda.is_bf16_supported() if gpu else torch.cpu._is_avx512_bf16_supported(),
        "gradient_checkpointing": gpu,  # a CPU has the memory, and not the time
    }
    if stage.method == "sft":
        told["loss_type"] = "nll"
    configs = {"sft": SFTConfig, "dpo": DPOConfig, "kto": KTOConfig}
    trainers = {"sft": SFTTrainer, "dpo": DPOTrainer, "kto": KTOTrainer}
    tokenizer = AutoTokenizer.from_pretrained(task.base, local_files_only=True)

    def ready(rows: Sequence[Row]) -> Any:
        if stage.entity_weight:
            made = [weighting.prepared(row, tokenizer, stage.entity_weight, task.tuning.max_length) for row in rows]
        else:
            made = [{name: value for name, value in row.items() if name != "entities"} for row in rows]
        return datasets.Dataset.from_list(made)

    return (weighting.trainer() if stage.entity_weight else trainers[stage.method])(
        model=adapted(task.base, task.start, task.tuning.adapter, gpu),
        args=configs[stage.method](**told),
        train_dataset=ready(in_order(task.rows, task.steps, stage.batch, task.tuning.seed)),
        eval_dataset=ready(task.held_out) if task.held_out else None,
        processing_class=tokenizer,
    )


def arguments(task: Task) -> dict[str, Any]:
    """What transformers' TrainingArguments are told, whatever the method and the machine."""
    stage, every = task.stage, max(1, task.steps // LOOKS)
    at_once = stage.micro_batch or stage.batch
    return {
        "output_dir": str(task.folder / "checkpoints"),
        "max_steps": task.steps,
        "learning_rate": stage.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": WARM_UP,
        "train_sampling_strategy": "sequential",
        "per_device_train_batch_size": at_once,
        "per_device_eval_batch_size": HELD_OUT_AT_ONCE,
        "gradient_accumulation_steps": stage.batch // at_once,
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


def adapted(base: Path, start: Path | None, shape: Shape, gpu: bool) -> "PeftModel":
    """The base with an adapter that can be trained: that of the folder `start`, or a new one."""
    import torch
    from peft import LoraConfig, PeftConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM

    how: dict[str, Any] = {"dtype": "auto"} if gpu else {"dtype": torch.float32, "attn_implementation": "eager"}
    model = AutoModelForCausalLM.from_pretrained(base, local_files_only=True, **how)
    if start:
        config = PeftConfig.from_pretrained(str(start))
        config.lora_dropout = shape.dropout
        config.base_model_name_or_path = str(base)  # or peft would ask the hub about a model of that name
        return PeftModel.from_pretrained(model, str(start), config=config, is_trainable=True)
    wanted = shape.target_modules if isinstance(shape.target_modules, str) else list(shape.target_modules)
    config = LoraConfig(
        task_type="CAUSAL_LM", r=shape.r, lora_alpha=shape.alpha, lora_dropout=shape.dropout, target_modules=wanted
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:  # names of layers that the base has not
        raise UsageError(f"target_modules: {str(error).splitlines()[0]}; mend the file that TUNE names") from None
