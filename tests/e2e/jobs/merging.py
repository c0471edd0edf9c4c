"""What the merge job makes of tiny models with adapters of every kind, and with faults put into it.

    python -m tests.e2e.jobs.merging TOKENIZER FOLDER tied|untied

It writes FOLDER/outcomes.json, of the bases with such tables. It runs in the environment of the merge job, in one
process: to start one takes as long as a dozen merges.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

from images.merge import by_peft, plan
from images.merge import merge as job
from serve.errors import UsageError
from serve.models.preflight_adapter import check_adapter, extended_vocabulary
from tests.e2e.jobs import tiny
from tests.e2e.jobs.tiny import ATTENTION

FAMILIES = {"tied": "qwen2", "untied": "llama"}
TYPES = ("bfloat16", "float16")
SHARDS = {"one file": "5GB", "many files": "100KB"}
BASES = {
    f"{tables} {dtype}, {files}": (family, tables == "tied", dtype, size)
    for tables, family in FAMILIES.items()
    for dtype in TYPES
    for files, size in SHARDS.items()
}
BASES["tied float32, one file"] = ("llama", True, "float32", "5GB")
BASES["tied float64, one file"] = ("llama", True, "float64", "5GB")
TIED, UNTIED = "tied bfloat16, one file", "untied float16, one file"
WIDE, FULL = "tied float32, one file", "tied float64, one file"
CASES = [(base, kind) for base in BASES if base not in (WIDE, FULL) for kind in tiny.KINDS]
CASES += [(WIDE, kind) for kind in ("plain", "DoRA", "the embedding", "the output head")]
# An adapter so weak that a tenth of it is no more than what rounding to bfloat16 does.
WEAK: dict[str, Any] = {"strength": 0.002}
WEAK_EMBEDDING = {**tiny.KINDS["the embedding"], **WEAK}
WEAK_DORA = {**tiny.KINDS["DoRA"], **WEAK}
WEAK_OLORA = {"init_lora_weights": "olora", **WEAK}
WEAK_RSLORA = {**tiny.KINDS["scaled by the root of its rank"], **WEAK}
IN_ORDER: dict[str, list[dict[str, Any]]] = {
    "general, then a domain": [{}, {"target_modules": ATTENTION, "r": 4}],
    "one, then DoRA": [{}, tiny.KINDS["DoRA"]],
    "a whole embedding, then one": [tiny.KINDS["a whole embedding"], {}],
}
# What is put into the first tensor whose name ends so, of an adapter or of the base, and what the refusal says of it.
HOSTILE: dict[str, tuple[str, str, str, float | None, str]] = {
    "a NaN in an adapter": (TIED, "adapter", "lora_B.weight", float("nan"), "with this adapter"),
    "an infinity in an adapter": (TIED, "adapter", "lora_A.weight", float("inf"), "with this adapter"),
    "more than float16 holds": (UNTIED, "adapter", "lora_B.weight", 1e7, "too large for float16 with this adapter"),
    "a matrix that is not there": (TIED, "adapter", "lora_B.weight", None, "which its adapter_config.json asks for"),
    "a NaN in a layer": (TIED, "base", "q_proj.weight", float("nan"), "set BASE_MODEL to weights that are whole"),
    "a norm that is not there": (UNTIED, "base", "norm.weight", None, "its files lack model.layers.0.input_layernorm"),
    "a NaN in a norm": (UNTIED, "base", "norm.weight", float("nan"), "weights of BASE_MODEL answer with NaN"),
}
# What peft itself can save, but neither run nor merge: of one table, single words and a DoRA of the other end.
NOT_RUN: dict[str, Any] = {
    "target_modules": [*ATTENTION, "lm_head"],
    "use_dora": True,
    "trainable_token_indices": [5, 6],
}
# Rarer settings, each with who merges it.
RARER: dict[str, tuple[str, dict[str, Any]]] = {
    "layers, ranks and alphas by patterns": (
        "streaming",
        {
            "target_modules": r".*\.(self_attn\.[qkvo]|mlp\.(gate|up|down))_proj",
            "exclude_modules": r".*layers\.1\.mlp\..*",
            "rank_pattern": {r".*layers\.0\.self_attn\..*": 4, r"^model\.layers\.0\.mlp\.down_proj$": 2},
            "alpha_pattern": {r"layers\.1\..*": 3},
        },
    ),
    "a whole part of each layer": ("streaming", {"target_modules": ATTENTION, "modules_to_save": ["mlp"]}),
    "single words of both tables": (
        "streaming",
        {"trainable_token_indices": {"embed_tokens": [3, 77], "lm_head": [3, 5]}},
    ),
    "single words of both, and a LoRA of the head": (
        "streaming",
        {"target_modules": [*ATTENTION, "lm_head"], "trainable_token_indices": [5, 6, 77]},
    ),
    "the same, and weights by name": (
        "peft",
        {"target_modules": ["lm_head"], "trainable_token_indices": [5, 6], "target_parameters": ["q_proj.weight"]},
    ),
    "biases beside its matrices": ("peft", {"lora_bias": True, "target_modules": ["q_proj", "k_proj", "v_proj"]}),
    "weights by name": ("peft", {"target_parameters": ["q_proj.weight", "mlp.down_proj.weight"], "target_modules": []}),
    "blocks on the diagonal": (
        "peft",
        {
            "use_bdlora": {"target_modules_bd_a": ["o_proj"], "target_modules_bd_b": ["q_proj"], "nblocks": 2},
            "target_modules": ["o_proj", "q_proj"],
        },
    ),
    "OLoRA": ("peft", {"init_lora_weights": "olora"}),
}
# What is merged into a type that has nothing to round: by sums of another order than peft's.
UNROUNDED: dict[str, dict[str, Any]] = {
    "a scaling that is no power of two": {"lora_alpha": 11},
    "the same, by the root of the rank": {"lora_alpha": 11, "use_rslora": True, "r": 48},
    "the same, DoRA": {"lora_alpha": 11, "use_dora": True, "target_modules": [*ATTENTION, "embed_tokens"]},
}
# DoRA of an embedding, whose norms are sums over all words.
MANY_WORDS = ("float32", "bfloat16")
# What is taken out of an adapter's file, by the endings of names, or out of its configuration; and what is said of it.
UNFIT: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a matrix of what peft merges": (
        {"init_lora_weights": "olora"},
        "layers.1.self_attn.q_proj.lora_B.weight",
        "",
        "lacks base_model.model.model.layers.1.self_attn.q_proj.lora_B",
    ),
    "a magnitude of what peft merges": (
        {"init_lora_weights": "olora", "use_dora": True},
        "0.mlp.up_proj.lora_magnitude_vector",
        "",
        "lacks base_model.model.model.layers.0.mlp.up_proj.lora_magnitude_vector",
    ),
    "which words are its own": (tiny.KINDS["single words"], "", "trainable_token_indices", "has no place for"),
}
# What is written into a file of the base, or of an adapter that added words, and whose fault it then is.
UNLOADABLE: dict[str, tuple[str, str, str]] = {
    "a base's tokenizer": ("base", "tokenizer.json", "its tokenizer"),
    "an adapter's tokenizer": ("adapter", "tokenizer.json", "its tokenizer"),
    "an adapter's words": ("adapter", "tokenizer_config.json", "its tokenizer"),
}
# Words of an adapter's own in rows that its base's embedding has to spare, by who merges it.
SPARE: dict[str, dict[str, Any]] = {"streaming": {}, "peft": {"init_lora_weights": "olora"}}
# What a config.json says that no model can be made of.
NO_MODEL: dict[str, Any] = {"rms_norm_eps": "small", "num_attention_heads": 3, "pad_token_id": 10**6, "head_dim": 33}
Fault = Callable[[Path], AbstractContextManager[object]]
Tensors = Changes = Any  # of torch: this file is read where there is no torch, too


def main() -> None:
    import torch

    torch.set_num_threads(1)  # models so small are slower with more
    tokenizer, folder, tables = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

    def ours(base: str) -> bool:
        return base.split()[0] == tables

    bases = {name: tiny.base(folder / name, tokenizer, *settings) for name, settings in BASES.items() if ours(name)}
    adapters: dict[str, Path] = {}

    def adapter(base: str, name: str, settings: dict[str, Any]) -> Path:
        """One for all bases of the same tables and type: with a LoRA of a table peft saves the base's own table too."""
        where = f"{base.split(',')[0]} {name}"
        if where not in adapters:
            adapters[where] = tiny.adapter(folder / "adapters" / where, bases[base], **settings)
        return adapters[where]

    made: dict[str, Any] = {}

    def outcome(name: str, base: str, given: Sequence[Path], fault: Fault = lambda _: nullcontext()) -> None:
        made[name] = merged(bases[base], given, folder / "merged" / name, fault)

    for base, kind in CASES:
        if ours(base):
            outcome(f"{base}: {kind}", base, [adapter(base, kind, tiny.KINDS[kind])])
    for name, (base, settings, fault) in FAULTS.items():
        if not ours(base):
            continue
        given = [adapter(base, str(settings), settings)]
        if f"{base}: {settings}" not in made:
            outcome(f"{base}: {settings}", base, given)
        outcome(name, base, given, fault)
    for name, several in IN_ORDER.items() if ours(TIED) else ():
        given = [adapter(TIED, f"{name} {number}", settings) for number, settings in enumerate(several)]
        outcome(name, TIED, given)
        outcome(f"{name}, the other way round", TIED, given[::-1])
    if ours(TIED):
        given = [adapter(TIED, kind, tiny.KINDS[kind]) for kind in ("the embedding", "the output head")]
        outcome("one table, then the other", TIED, given)
        made["one table, then the other"]["moved"] = tables_moved(
            bases[TIED], folder / "merged/one table, then the other"
        )
    for name, (base, part, ending, value, _) in HOSTILE.items():
        if not ours(base):
            continue
        given = {"base": bases[base], "adapter": adapter(base, "plain", {})}
        given[part] = with_one(value, ending, given[part], folder / "hostile" / name)
        made[name] = merged(given["base"], [given["adapter"]], folder / "merged" / name, lambda _: nullcontext())
    for base in (WIDE, FULL):
        for name, settings in UNROUNDED.items() if ours(base) else ():
            outcome(f"{base}: {name}", base, [adapter(base, name, settings)])
    for name, (settings, ending, setting, _) in UNFIT.items() if ours(TIED) else ():
        outcome(name, TIED, [without(ending, setting, adapter(TIED, name, settings), folder / "unfit" / name)])
    for name, (part, file, _) in UNLOADABLE.items() if ours(UNTIED) else ():
        given = {"base": bases[UNTIED], "adapter": adapter(UNTIED, "added words", tiny.KINDS["added words"])}
        if part == "base":
            given["adapter"] = adapter(UNTIED, "plain", {})
        given[part] = Path(shutil.copytree(given[part], folder / "unloadable" / name))
        (given[part] / file).write_text("{")
        made[name] = merged(given["base"], [given["adapter"]], folder / "merged" / name, lambda _: nullcontext())
    for name, value in NO_MODEL.items() if ours(UNTIED) else ():
        broken = Path(shutil.copytree(bases[UNTIED], folder / "unloadable" / name))
        stated = json.loads((broken / "config.json").read_text())
        (broken / "config.json").write_text(json.dumps(stated | {name: value}))
        given = [adapter(UNTIED, "plain", {})]
        made[name] = merged(broken, given, folder / "merged" / name, lambda _: nullcontext())
    for dtype in MANY_WORDS if ours(UNTIED) else ():
        base = tiny.base(folder / "many words" / dtype, tokenizer, "llama", False, dtype, vocab_size=128_000)
        settings = {**WEAK, "use_dora": True, "target_modules": ["embed_tokens", "q_proj"]}
        given = [tiny.adapter(folder / "adapters" / f"many words {dtype}", base, **settings)]
        where = folder / "merged" / "many words" / dtype
        made[f"many words, {dtype}"] = merged(base, given, where, lambda _: nullcontext())
    for name, settings in SPARE.items() if ours(UNTIED) else ():
        made[name] = with_words_in_spare_rows(folder / name, tokenizer, settings)
    for name, (_, settings) in RARER.items() if ours(TIED) else ():
        outcome(name, TIED, [adapter(TIED, name, settings)])
    if ours(TIED):
        outcome("what peft cannot run", TIED, [adapter(TIED, "what peft cannot run", NOT_RUN)])
    for version, kind in OLD if ours(UNTIED) else ():
        made_by_now = adapter(UNTIED, kind, tiny.KINDS[kind])
        old = as_saved_by(version, made_by_now, folder / "old" / f"{version} {kind}")
        outcome(f"{version}: {kind}", UNTIED, [old])
    (folder / "outcomes.json").write_text(json.dumps(made))


def merged(base: Path, adapters: Sequence[Path], draft: Path, fault: Fault) -> dict[str, Any]:
    """The proof, the configuration and the distance from peft's merge, or the line that refused it."""
    draft.mkdir(parents=True)
    try:
        for adapter in adapters:
            check_adapter(adapter, base)
        with fault(base):
            proof = job.merge(base, adapters, draft)
    except UsageError as error:
        return {"refused": str(error)}
    config = json.loads((draft / "config.json").read_text())
    near = within_one_unit(base, adapters, draft) if proof["merged_by"] == "streaming" else None
    return {"proof": proof, "config": config, "near": near}


def within_one_unit(base: Path, adapters: Sequence[Path], draft: Path) -> float:
    """The share of weights that are at most one unit in the last place from what peft makes of it all in float32."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base, dtype="auto")  # in float32, peft would tie what it has untied
    for adapter in adapters:
        rows = extended_vocabulary(adapter, base)
        if rows and rows != model.config.vocab_size:
            model.resize_token_embeddings(rows)
        adapted = PeftModel.from_pretrained(model, adapter).eval().float()
        by_peft.untie(model)
        with torch.no_grad():
            head = model.lm_head(torch.eye(model.config.hidden_size)).T
        model = adapted.merge_and_unload()
    written = AutoModelForCausalLM.from_pretrained(draft, dtype="auto").state_dict()
    made = {name: exact for name, exact in model.state_dict().items() if not name.startswith("lm_head.")}
    made["lm_head.weight"] = head  # as peft runs it: of a LoRA around single words it merges the words alone
    near, all_of_them = 0, 0
    for name, exact in made.items():
        limits = torch.finfo(written[name].dtype)
        unit = torch.ldexp(torch.tensor(limits.eps), torch.frexp(exact)[1] - 1).clamp(
            min=limits.smallest_normal * limits.eps
        )
        near += int(((written[name].float() - exact).abs() <= unit).sum())
        all_of_them += exact.numel()
    return near / all_of_them


def with_one(value: float | None, ending: str, source: Path, folder: Path) -> Path:
    """A copy of a folder with one number in one of its tensors, or without that tensor."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(source, folder)
    (file,) = folder.glob("*.safetensors")
    tensors = load_file(file)
    name = min(name for name in tensors if name.endswith(ending))
    if value is None:
        del tensors[name]
    else:
        tensors[name].view(-1)[7] = value
    save_file(tensors, file, metadata={"format": "pt"})
    return folder


def with_words_in_spare_rows(folder: Path, tokenizer_folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """What is merged of an adapter with two words more, for a base with rows to spare, and what its tokenizer has."""
    from transformers import AutoTokenizer

    base = tiny.base(folder / "base", tokenizer_folder, "llama", False, vocab_size=1088)
    tokenizer = AutoTokenizer.from_pretrained(base)
    first = len(tokenizer)
    adapter = tiny.adapter(folder / "adapter", base, trainable_token_indices=[first, first + 1], **settings)
    tokenizer.add_tokens(["<ours>", "<theirs>"])
    tokenizer.chat_template = None  # the base's is kept
    tokenizer.save_pretrained(adapter)
    outcome = merged(base, [adapter], folder / "merged", lambda _: nullcontext())
    has = AutoTokenizer.from_pretrained(folder / "merged")
    ids = has.convert_tokens_to_ids(["<ours>", "<theirs>"])
    return outcome | {"words": [word - first for word in ids], "template": bool(has.chat_template)}


def tables_moved(base: Path, merged: Path) -> dict[str, bool]:
    """Whether the embedding and the output head of a merge are others than the one table of its base."""
    from safetensors.torch import load_file

    table, made = (
        load_file(base / "model.safetensors")["model.embed_tokens.weight"],
        load_file(merged / "model.safetensors"),
    )
    return {name: not made[f"{name}.weight"].equal(table) for name in ("model.embed_tokens", "lm_head")}


def without(ending: str, setting: str, source: Path, folder: Path) -> Path:
    """A copy of an adapter without the tensors whose names end so, or without a setting."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(source, folder)
    file, stated = folder / "adapter_model.safetensors", json.loads((folder / "adapter_config.json").read_text())
    kept = {name: tensor for name, tensor in load_file(file).items() if not (ending and name.endswith(ending))}
    save_file(kept, file, metadata={"format": "pt"})
    stated.pop(setting, None)
    (folder / "adapter_config.json").write_text(json.dumps(stated))
    return folder


OLD = [("0.6", kind) for kind in ("plain", "one layer", "ranks and alphas of their own", "both whole tables")]
OLD += [("0.10", kind) for kind in ("plain", "DoRA", "scaled by the root of its rank", "the embedding")]
FIELDS = {  # that these versions write into adapter_config.json (src/peft/tuners/lora/config.py of each)
    "0.6": {
        "alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "fan_in_fan_out", "inference_mode",
        "init_lora_weights", "layers_pattern", "layers_to_transform", "lora_alpha", "lora_dropout", "modules_to_save",
        "peft_type", "r", "rank_pattern", "revision", "target_modules", "task_type",
    },
}  # fmt: skip
FIELDS["0.10"] = FIELDS["0.6"] | {
    "layer_replication", "loftq_config", "megatron_config", "megatron_core", "use_dora", "use_rslora",
}  # fmt: skip


def as_saved_by(version: str, adapter: Path, folder: Path) -> Path:
    """The adapter in the layout of an older peft: fewer fields, and magnitudes that are no module's weight."""
    from safetensors.torch import load_file, save_file

    folder.mkdir(parents=True)
    config = json.loads((adapter / "adapter_config.json").read_text())
    stated = {name: value for name, value in config.items() if name in FIELDS[version]}
    (folder / "adapter_config.json").write_text(json.dumps(stated, indent=2))
    tensors = load_file(adapter / "adapter_model.safetensors")
    renamed = {name.replace("lora_magnitude_vector.weight", "lora_magnitude_vector"): t for name, t in tensors.items()}
    save_file(renamed, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    return folder


@contextmanager
def planned_wrongly(spoil: Callable[[Changes], None]) -> Iterator[None]:
    """Spoils what is to be done to the weights, which are then written as planned."""
    right = job.in_turn

    def wrong(found: Any) -> Changes:
        changes = right(found)
        spoil(changes)
        return changes

    with mock.patch.object(job, "in_turn", wrong):
        yield


def scaled(share: float) -> Callable[[Changes], None]:
    def spoil(changes: Changes) -> None:
        for change in (change for done in changes.values() for change in done if hasattr(change, "scaling")):
            change.scaling *= share

    return spoil


def left_out(*parts: str) -> Callable[[Changes], None]:
    """Leaves out what is done to the weights whose names have all these parts."""

    def spoil(changes: Changes) -> None:
        for name in [name for name in changes if all(part in name for part in parts)]:
            del changes[name]

    return spoil


def exchange(changes: Changes) -> None:
    """What is done to one projection is done to the other."""
    for gate in [name for name in changes if "gate_proj" in name]:
        up = gate.replace("gate_proj", "up_proj")
        changes[gate], changes[up] = changes[up], changes[gate]


def transpose(changes: Changes) -> None:
    """The product of one square layer the other way round."""
    change = changes["model.layers.1.self_attn.q_proj.weight"][0]
    change.left, change.right = change.right.T.contiguous(), change.left.T.contiguous()


def without_magnitude(changes: Changes) -> None:
    for done in changes.values():
        done[:] = [change for change in done if not hasattr(change, "magnitude")]


@contextmanager
def on_disk(base: Path, spoil: Callable[[Tensors, Tensors, dict[str, Any]], None]) -> Iterator[None]:
    """Spoils what was written, before it is read back: the tensors (with the base's beside them), the configuration."""
    from safetensors.torch import load_file, save_file

    right = by_peft.change_configuration

    def wrong(draft: Path, changed: dict[str, Any]) -> None:
        right(draft, changed)
        tensors, theirs = (load_file(folder / "model.safetensors") for folder in (draft, base))
        config = json.loads((draft / "config.json").read_text())
        spoil(tensors, theirs, config)
        save_file(tensors, draft / "model.safetensors", metadata={"format": "pt"})
        (draft / "config.json").write_text(json.dumps(config))

    with mock.patch.object(by_peft, "change_configuration", wrong):
        yield


def put_back(name: str) -> Callable[[Tensors, Tensors, dict[str, Any]], None]:
    return lambda tensors, theirs, _: tensors.update({name: theirs[name]})


def narrow(tensors: Tensors, *_: object) -> None:
    import torch

    tensors.update({name: tensor.to(torch.bfloat16).float() for name, tensor in tensors.items()})


def change_a_word(tensors: Tensors, *_: object) -> None:
    """One that the proof asks for no logit of."""
    tensors["model.embed_tokens.weight"][905] *= 1.25


def lose_bias(tensors: Tensors, *_: object) -> None:
    tensors["model.layers.0.self_attn.q_proj.bias"].zero_()


def tie_again(tensors: Tensors, _: Tensors, config: dict[str, Any]) -> None:
    del tensors["lm_head.weight"]
    config["tie_word_embeddings"] = True


FAULTS: dict[str, tuple[str, dict[str, Any], Fault]] = {  # put into the merge of an adapter for a base
    "alpha a tenth too large": (TIED, WEAK, lambda _: planned_wrongly(scaled(1.1))),
    "scaled by the rank, not its root": (
        TIED,
        {**WEAK, "use_rslora": True},
        lambda _: planned_wrongly(scaled(8**-0.5)),
    ),
    "a layer left out": (TIED, WEAK, lambda _: planned_wrongly(left_out("layers.1."))),
    "a target left out": (TIED, WEAK, lambda _: planned_wrongly(left_out("k_proj"))),
    "a target of one layer left out": (TIED, WEAK, lambda _: planned_wrongly(left_out("layers.1.", "v_proj"))),
    "two projections exchanged": (UNTIED, WEAK, lambda _: planned_wrongly(exchange)),
    "one layer transposed": (TIED, WEAK, lambda _: planned_wrongly(transpose)),
    "DoRA without its magnitude": (TIED, WEAK_DORA, lambda _: planned_wrongly(without_magnitude)),
    "one table for both": (TIED, WEAK_EMBEDDING, lambda _: mock.patch.object(plan, "same", lambda *_: True)),
    "the file has a weight of the base": (
        UNTIED,
        WEAK,
        lambda base: on_disk(base, put_back("model.layers.1.self_attn.o_proj.weight")),
    ),
    "the file has another word": (UNTIED, WEAK, lambda base: on_disk(base, change_a_word)),
    "the file of a merge by peft has another word": (UNTIED, WEAK_OLORA, lambda base: on_disk(base, change_a_word)),
    "the file has one table": (TIED, WEAK_EMBEDDING, lambda base: on_disk(base, tie_again)),
    "the file lacks a bias": (TIED, WEAK, lambda base: on_disk(base, lose_bias)),
    "the file is in a narrower type": (WIDE, WEAK, lambda base: on_disk(base, narrow)),
}


if __name__ == "__main__":
    main()
