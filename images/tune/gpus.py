"""What only a GPU does: the base in four bits, checkpointing, several GPUs, as the libraries are told of it.

It knows nothing of rows or of what is trained. No GPU has run it yet.
"""

import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from serve.errors import Failure, UsageError
from serve.models.stages import Gpu

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# NF4 with its constants quantized too, computed in bfloat16 (Dettmers et al., arXiv:2305.14314).
FOUR_BITS = {
    "load_in_4bit": True,
    "bnb_4bit_quant_type": "nf4",
    "bnb_4bit_use_double_quant": True,
    "bnb_4bit_compute_dtype": "bfloat16",
}
CHECKPOINTING = {"use_reentrant": False}  # the one that several GPUs can do as well


def visible(named: str, count: int) -> str:
    """The first of those that CUDA_VISIBLE_DEVICES names. To each of several that one process sees transformers gives a
    batch of its own, and a step would be of so many times the rows that it was told.
    """
    return ",".join(named.split(",")[:count])


def found(told: Gpu | None, here: int) -> Gpu | None:
    """How to train where so many GPUs are; None: on the CPU. Raises UsageError for what this machine cannot do."""
    if told and not here:
        raise UsageError("gpu: there is none here, and no CPU does it; leave it out of the file that TUNE names")
    if told and told.count > here:
        raise UsageError(
            f"gpu: count is {told.count}, and {here} can be seen here; set it, or in containers TUNED_GPUS"
        )
    return (told or Gpu()) if here else None


def loading(gpu: Gpu, place: int) -> dict[str, Any]:
    """What `from_pretrained` is told of the base. `place`: which of the GPUs is this process's."""
    if not gpu.qlora:
        return {"dtype": "auto"}
    from transformers import BitsAndBytesConfig

    return {"dtype": "bfloat16", "quantization_config": BitsAndBytesConfig(**FOUR_BITS), "device_map": {"": place}}


def prepared(model: "PreTrainedModel", gpu: Gpu) -> "PreTrainedModel":
    """A base in four bits, as an adapter on it can be trained: what is not in four bits computes in float32."""
    from peft import prepare_model_for_kbit_training

    made: PreTrainedModel = prepare_model_for_kbit_training(
        model, use_gradient_checkpointing=gpu.gradient_checkpointing, gradient_checkpointing_kwargs=CHECKPOINTING
    )
    return made


def arguments(gpu: Gpu) -> dict[str, Any]:
    """What transformers' TrainingArguments are told."""
    told: dict[str, Any] = {"gradient_checkpointing": gpu.gradient_checkpointing}
    return told | ({"gradient_checkpointing_kwargs": CHECKPOINTING} if gpu.gradient_checkpointing else {})


def command(count: int, module: str, words: Sequence[str]) -> list[str]:
    """A module run by `accelerate launch`, a process for each GPU."""
    launch = [sys.executable, "-m", "accelerate.commands.launch"]
    shape = ["--multi_gpu", "--num_processes", str(count), "--num_machines", "1", "--mixed_precision", "no"]
    return [*launch, *shape, "--dynamo_backend", "no", "--module", module, *words]


def side_by_side(count: int, module: str, words: Sequence[str]) -> None:
    """Runs it to its end; told to end, it ends them too. Raises Failure where one of them failed."""
    with subprocess.Popen(command(count, module, words)) as process:
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            code = process.wait()
        finally:
            signal.signal(signal.SIGTERM, before)
    if code:
        raise Failure(f"training on {count} GPUs failed")
