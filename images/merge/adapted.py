"""An adapter on a base without its weights, as peft reads it, and what it does to each of the base's weights.

peft alone decides what belongs where: ranks, scalings, patterns, layouts of other versions. No weight of the base is
read in here, and none is changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from images.job import unloadable
from images.merge.changes import Change, ColumnNorms, LowRank, Replacement, RowNorms, Rows
from images.merge.patterns import check_patterns
from serve.errors import UsageError
from serve.models.preflight_lora import PLAIN_STARTS
from serve.models.preflight_pair import has_own_words

if TYPE_CHECKING:
    from peft import PeftModel
    from torch import nn
    from transformers import PreTrainedModel

ADAPTER = "default"
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"
# What peft puts between a module's name and its weight's, and what of the adapter's own has no counterpart in the base.
INSERTED = re.compile(rf"\.(base_layer|token_adapter|modules_to_save\.{ADAPTER}|original_module)(?=\.)")
OWN = re.compile(r"\.(lora_|trainable_tokens_|token_indices)")


class NotStreamed(Exception):
    """What an adapter does that only peft's own merge can do."""


def config_of(base: Path, rows: int | None) -> Any:
    """The base's configuration, with another number of words where the adapter has one."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(base, local_files_only=True)
    if rows:
        config.vocab_size = rows
    return config


def check_base(base: Path) -> None:
    """Raises UsageError for a configuration of which no model can be made."""
    with unloadable(base, "its config.json", "BASE_MODEL"):
        bare(config_of(base, None))


def tokenizer_of(folder: Path, setting: str) -> Any:
    """Raises UsageError for one that cannot be loaded; `setting` is where the folder came from."""
    from transformers import AutoTokenizer

    with unloadable(folder, "its tokenizer", setting):
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def vocabulary(base: Path, adapters: Sequence[Path], lengthened: bool) -> tuple[Any, bool]:
    """The merged model's tokenizer, and whether an adapter brings it: the last one that has words of its own."""
    bringing = adapters[-1:] if lengthened else [one for one in adapters if has_own_words(one, base)]
    if not bringing:
        return tokenizer_of(base, "BASE_MODEL"), False
    tokenizer = tokenizer_of(bringing[-1], "ADAPTER")
    tokenizer.chat_template = tokenizer.chat_template or tokenizer_of(base, "BASE_MODEL").chat_template
    return tokenizer, True


def bare(config: Any) -> "PreTrainedModel":
    """A float32 model without weights, in which each holder has its own, also where two share one."""
    import torch
    from torch.nn import Parameter
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)  # computed, not loaded
    for _, holder, name in weights(model):
        shape = holder._parameters[name].shape  # type: ignore[union-attr]
        holder._parameters[name] = Parameter(torch.zeros(1).expand(shape), requires_grad=False)
    return model


def weights(module: "nn.Module", prefix: str = "") -> Iterator[tuple[str, "nn.Module", str]]:
    """(name, holder, its name there) of every weight."""
    for path, holder in module.named_modules(prefix=prefix):
        for name, weight in holder._parameters.items():
            if weight is not None:
                yield f"{path}.{name}" if path else name, holder, name


def adapted(base: Path, adapter: Path, rows: int | None, untied: bool = False) -> "PeftModel":
    """The adapter on a bare model. What of the base's own it brings is in its place there.

    `untied`: what the base shares as one table, adapters before this one made two of.

    Raises NotStreamed for an adapter that has to see the base's weights, and UsageError for one that does not fit.
    """
    import torch
    from peft import PeftConfig, PeftModel
    from peft.utils import load_peft_weights, set_peft_model_state_dict

    config = PeftConfig.from_pretrained(str(adapter))
    start = config.init_lora_weights
    if isinstance(start, str) and start.lower() not in PLAIN_STARTS:
        raise NotStreamed(f"begins by changing the base (init_lora_weights: {start})")
    config.inference_mode = True
    wanted = config_of(base, rows)
    with torch.device("meta"):
        from transformers import AutoModelForCausalLM

        model = AutoModelForCausalLM.from_config(wanted, dtype=torch.float32)
    check_patterns(config, (name for name, _ in model.named_modules()), adapter)
    found = PeftModel(model, config, low_cpu_mem_usage=True).eval()
    placeholders(found)
    model.model.rotary_emb = type(model.model.rotary_emb)(config=wanted)
    # As float32 before they are given to peft, which takes the type of what a layer had before for all that it has.
    brought = {name: tensor.float() for name, tensor in load_peft_weights(str(adapter), device="cpu").items()}
    loaded = set_peft_model_state_dict(found, brought, low_cpu_mem_usage=True)
    if wanted.tie_word_embeddings and not untied:
        share_table(found)
    check_used(loaded.unexpected_keys, bool(wanted.tie_word_embeddings), adapter)
    if lacking := [name for name, holder, own in weights(model) if nowhere(holder._parameters[own])]:
        raise UsageError(
            f"{adapter}: lacks {min(lacking)}, which its adapter_config.json asks for; mend it, or set ADAPTER"
        )
    return found


def check_used(unexpected: Iterable[str], tied: bool, adapter: Path) -> None:
    """Raises UsageError where peft had no place for something of an adapter's own.

    Of single words of two tables that are one, it saves the head's as well, and reads the embedding's.
    """
    unused = [name for name in unexpected if OWN.search(name) and not (tied and ".lm_head.token_adapter." in name)]
    if unused:
        raise UsageError(f"{adapter}: its adapter_config.json has no place for {min(unused)}; mend it, or set ADAPTER")


def share_table(found: "PeftModel") -> None:
    """Where the adapter brings one of two tables that the base shares, it is the other one too, if it brings none."""
    named = {INSERTED.sub("", name): (name, holder, own) for name, holder, own in weights(found.get_base_model())
             if ".modules_to_save." not in name and not OWN.search(name)}  # fmt: skip
    (_, head, own), (_, table, its) = named[HEAD], named[EMBEDDING]
    theirs, ours = table._parameters[its], head._parameters[own]
    if theirs is None or ours is None or is_placeholder(theirs) == is_placeholder(ours):
        return
    if is_placeholder(ours):
        head._parameters[own] = theirs
    else:
        table._parameters[its] = ours


def placeholders(model: "nn.Module") -> None:
    """Puts weights that take no memory in the place of those that are nowhere."""
    import torch
    from torch.nn import Parameter

    for name, holder, attribute in weights(model):
        weight = holder._parameters[attribute]
        if weight is not None and weight.is_meta and not OWN.search(name):
            holder._parameters[attribute] = Parameter(torch.zeros(1).expand(weight.shape), requires_grad=False)

    for part in model.modules():
        for name, buffer in part._buffers.items():
            if buffer is not None and buffer.is_meta:
                part._buffers[name] = torch.zeros_like(buffer, device="cpu")


def nowhere(weight: "nn.Parameter | None") -> bool:
    return weight is not None and weight.is_meta


def is_placeholder(weight: "nn.Parameter") -> bool:
    return weight.numel() > 1 and weight.untyped_storage().nbytes() <= 4


def changes(found: "PeftModel") -> dict[str, list[Change]]:
    """What is done to each of the base's weights, in order, by its name there. Raises NotStreamed."""
    from peft.tuners.lora import LoraLayer
    from peft.tuners.trainable_tokens import TrainableTokensLayer

    base, made = found.get_base_model(), dict[str, list[Change]]()
    for name, holder, attribute in weights(base):
        weight = holder._parameters[attribute]
        assert weight is not None
        if not (OWN.search(name) or ".original_module." in name or is_placeholder(weight)):
            made[INSERTED.sub("", name)] = [Replacement(weight.data.float())]
    for name, module in reversed(list(base.named_modules())):  # what lies inside acts before what lies around it
        target = INSERTED.sub("", f"{name}.weight")
        if isinstance(module, LoraLayer):
            made.setdefault(target, []).extend(of_layer(module))
        elif isinstance(module, TrainableTokensLayer):
            made.setdefault(target, []).append(of_words(module))
    return made


def of_layer(layer: Any) -> list[Change]:
    """What a layer of LoRA or DoRA does to the weight of its base."""
    from peft.tuners.lora import Embedding, Linear
    from peft.tuners.lora.variants import DoraEmbeddingVariant, DoraLinearVariant

    variant, scaling = layer.lora_variant.get(ADAPTER), layer.scaling[ADAPTER]
    if layer.lora_bias.get(ADAPTER):
        raise NotStreamed("has biases beside its matrices (lora_bias)")
    if type(layer) is Linear and not layer.fan_in_fan_out and type(variant) in (type(None), DoraLinearVariant):
        left, right, norms = layer.lora_B[ADAPTER].weight, layer.lora_A[ADAPTER].weight, RowNorms
    elif type(layer) is Embedding and type(variant) in (type(None), DoraEmbeddingVariant):
        left, right, norms = layer.lora_embedding_A[ADAPTER].T, layer.lora_embedding_B[ADAPTER].T, ColumnNorms
    else:
        raise NotStreamed(f"has layers of {type(layer).__name__} {type(variant).__name__}")
    made: list[Change] = [LowRank(left.data.float(), right.data.float(), scaling)]
    if variant is not None:
        made.append(norms(layer.lora_magnitude_vector[ADAPTER].weight.data.float()))
    return made


def of_words(layer: Any) -> Rows:
    import torch

    rows = layer.trainable_tokens_delta[ADAPTER].data.float()
    return Rows(torch.tensor(layer.token_indices[ADAPTER], dtype=torch.int64), rows)
