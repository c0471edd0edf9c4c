"""The Hugging Face model card of a version: its parents, parameters, proofs and licence, and what can read it.

Pure: a manifest's content in, the text of a README.md out. With it in its folder, uploading that folder is all that
publishing a version takes.
"""

from collections.abc import Mapping
from typing import Any

READERS = {
    "tuned": """vLLM, SGLang and Text Generation Inference serve this folder as it is, and transformers loads it with \
`gptqmodel` beside it: safetensors in the layout of GPTQ (`quantization_config` in `config.json`).

llama.cpp and Ollama do not read it: they read GGUF, which is made from weights at full precision, not from this \
folder. Export the model that it was made from, and convert that.""",
    "adapter": """peft loads this folder onto its base; vLLM, SGLang and Text Generation Inference serve it beside its \
base, if they are told to serve adapters. `make up` with ADAPTER set to this folder merges it.""",
    "merged": """Whatever reads a Hugging Face folder of safetensors: transformers, vLLM, SGLang, Text Generation \
Inference.

llama.cpp and Ollama read GGUF, which llama.cpp's `convert_hf_to_gguf.py` makes from this folder.""",
}

# What the hub calls it: its library, its tags; and how it was made.
KINDS = {
    "tuned": ("transformers", ("gptq", "4-bit"), "quantized to GPTQ INT4"),
    "adapter": ("peft", ("lora",), "a LoRA adapter, trained"),
    "merged": ("transformers", ("merged-lora",), "a LoRA adapter merged into its base"),
}


def card(variant: str, version: str, about: Mapping[str, Any]) -> str:
    """`about` is what the manifest says beside the files: sources, parameters, libraries, licences, proof."""
    kind = "adapter" if variant == "adapter" else "tuned" if "bits" in about["parameters"] else "merged"
    licences = {part: made["licence"] for part, made in about["licences"].items()}
    stated = next((licence for licence in licences.values() if licence != "not stated"), "unknown")
    library, tags, made = KINDS[kind]
    front = [
        "---",
        f"license: {stated}",
        "pipeline_tag: text-generation",
        f"library_name: {library}",
        "tags:",
        *(f"- {tag}" for tag in ("tandem", *tags)),
        "---",
    ]
    sections = {
        "Made from": [f"- {part}: {origin(source)}" for part, source in about["sources"].items()],
        "Parameters": lines(about["parameters"]) + lines(about["libraries"]),
        "Proofs": lines(about["proof"]),
        "Licence": [f"- {part}: {duties(entry)}" for part, entry in about["licences"].items()],
        **({"How it learned": ["![Losses by step](curve.svg)"]} if kind == "adapter" else {}),
        "What can read it": [READERS[kind]],
    }
    body = [line for title, content in sections.items() for line in ("", f"## {title}", "", *content)]
    intro = f"Made by Tandem: {made}. Digests of every file are in `manifest.json`."
    return "\n".join([*front, f"# {variant} {version}", "", intro, *body, ""])


def origin(source: Mapping[str, Any]) -> str:
    """A version of the store, or the files that were given."""
    if "version" in source:
        return f"`{source['variant']}` {source['version']}"
    weights = {name: file for name, file in source["files"].items() if name.endswith(".safetensors")}
    return ", ".join(f"`{name}` (SHA-256 {file['sha256']})" for name, file in weights.items())


def duties(entry: Mapping[str, Any]) -> str:
    files = ", ".join(f"`{name}`" for name in entry["files"])
    asked = [f"; {name.replace('_', ' ')}: {text}" for name, text in entry.get("duties", {}).items()]
    return str(entry["licence"]) + (f"; {files} go with every copy" if files else "") + "".join(asked)


def lines(values: Mapping[str, Any], under: str = "") -> list[str]:
    """A manifest's values as a list, nested ones under their names with a dot."""
    told: list[str] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            told += lines(value, f"{under}{name}.")
        else:
            told.append(f"- {under}{name}: {value:.6g}" if isinstance(value, float) else f"- {under}{name}: {value}")
    return told
