"""What a stage begins with: the base with an adapter that can be trained, and rows for the tokens that are added.

It knows nothing of rows or trainers.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from images.tune import gpus
from images.tune.vocabulary import Added
from serve.errors import UsageError
from serve.models.preflight_adapter import extended_vocabulary
from serve.models.stages import Gpu, Shape

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

TABLES = ("embed_tokens", "lm_head")


def adapted(base: Path, start: Path | None, shape: Shape, added: Added | None, gpu: Gpu | None) -> "PeftModel":
    """The adapter of the folder `start`, or a new one. `gpu`: None on a CPU."""
    model = on_base(base, start, shape, added, gpu)
    head = model.get_base_model().get_output_embeddings()
    if not hasattr(head, "bias"):  # trl asks for it, and what peft puts around a head hands on its weight alone
        head.register_parameter("bias", None)
    return model


def on_base(base: Path, start: Path | None, shape: Shape, added: Added | None, gpu: Gpu | None) -> "PeftModel":
    import torch
    from peft import PeftConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM

    on_cpu = {"dtype": torch.float32, "attn_implementation": "eager"}
    how = gpus.loading(gpu, int(os.environ.get("LOCAL_RANK", "0"))) if gpu else on_cpu
    model = AutoModelForCausalLM.from_pretrained(base, local_files_only=True, **how)
    rows = extended_vocabulary(start, base) if start else None
    if rows:
        model.resize_token_embeddings(rows, mean_resizing=False)  # the adapter brings them
    elif added:
        grow(model, added)
    if gpu and gpu.qlora:
        model = gpus.prepared(model, gpu)
    new = {} if rows or not added else of_tokens(model, added)
    if not start:
        return begun(model, shape, new)
    config = PeftConfig.from_pretrained(str(start))
    config.lora_dropout = shape.dropout
    config.base_model_name_or_path = str(base)  # or peft would ask the hub about a model of that name
    if not new:
        return PeftModel.from_pretrained(model, str(start), config=config, is_trainable=True)
    config.trainable_token_indices, config.inference_mode = new, False
    return with_weights(get_peft_model(model, config), start)


def begun(model: "PreTrainedModel", shape: Shape, new: dict[str, list[int]]) -> "PeftModel":
    from peft import LoraConfig, get_peft_model

    wanted = shape.target_modules if isinstance(shape.target_modules, str) else list(shape.target_modules)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=shape.r,
        lora_alpha=shape.alpha,
        lora_dropout=shape.dropout,
        target_modules=wanted,
        trainable_token_indices=new or None,
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:  # names of layers that the base has not
        raise UsageError(f"target_modules: {str(error).splitlines()[0]}; mend the file that TUNE names") from None


def with_weights(model: "PeftModel", start: Path) -> "PeftModel":
    """With those of an adapter that has none for the new tokens: `from_pretrained` would miss them."""
    from peft.utils import get_peft_model_state_dict, load_peft_weights, set_peft_model_state_dict

    own = get_peft_model_state_dict(model, save_embedding_layers=False)
    set_peft_model_state_dict(model, own | load_peft_weights(str(start), device="cpu"))
    return model


def grow(model: "PreTrainedModel", added: Added) -> None:
    """Gives both tables a row for each token, which begins as the mean of those that it is made of: what the base made
    of the same text."""
    import torch

    model.resize_token_embeddings(added.first + len(added.pieces), mean_resizing=False)
    with torch.no_grad():
        for table in (model.get_input_embeddings().weight, model.get_output_embeddings().weight):
            for number, piece in enumerate(added.pieces, added.first):
                table[number] = table[piece].float().mean(0)


def of_tokens(model: "PreTrainedModel", added: Added) -> dict[str, list[int]]:
    """Which rows of which tables are trained; of two that are one, the embedding's."""
    numbers = list(range(added.first, added.first + len(added.pieces)))
    return dict.fromkeys(TABLES[:1] if model.config.tie_word_embeddings else TABLES, numbers)
