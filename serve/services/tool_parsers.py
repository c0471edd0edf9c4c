"""Which parser of vLLM makes calls of tools of what a model writes. Pure but for reading a chat template.

The template is asked and not the model's family alone: it is what tells the model of the tools, and families are tuned
to other forms than their own. One that says nothing of tools gets no parser: vLLM then refuses a question that offers
any, where it would otherwise ask without them.
"""

import json
from pathlib import Path

NONE = "none"

BY_FORM = {
    "<function=": "qwen3_coder",  # Qwen3-Coder, within <tool_call> of its own
    "<tool_call>": "hermes",  # Qwen2, Qwen2.5, Qwen3, Hermes and others after it
    "<|tool_call|>": "granite",
    "[TOOL_CALLS]": "mistral",
    "ipython": "llama3_json",  # Llama 3.1 to 3.3, which call a tool's results so
}
"""What a chat template says where it says how a tool is called, in the order to look for it: its family's parser."""


def parser_of(folder: Path) -> str:
    """Of the model in a folder: a name of --tool-call-parser, or NONE."""
    template = chat_template(folder)
    if "tools" not in template:
        return NONE
    return next((parser for form, parser in BY_FORM.items() if form in template), NONE)


def chat_template(folder: Path) -> str:
    """Of several templates of a model (a list by name) all; empty where there is none."""
    own, stated = folder / "chat_template.jinja", folder / "tokenizer_config.json"
    if own.exists():
        return own.read_text(encoding="utf-8")
    template = json.loads(stated.read_text(encoding="utf-8")).get("chat_template") if stated.exists() else None
    if isinstance(template, list):
        return "\n".join(str(one.get("template", "")) for one in template)
    return template or ""
