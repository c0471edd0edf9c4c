"""Which adapters a training can go on with, and which tokenizers it can add to, said before it begins.

It reads configuration and headers only.
"""

from pathlib import Path

from serve.errors import UsageError
from serve.models.headers import Damaged, read_json
from serve.models.preflight import read_config
from serve.models.preflight_adapter import check_adapter, extended_vocabulary, in_order
from serve.models.preflight_lora import PLAIN_STARTS


def check_start(adapter: Path, base: Path, adds: bool = False) -> None:
    """Raises UsageError for an adapter of another base, for one that can only be merged, and for one that has added
    tokens already where the training `adds` some.
    """
    if len(several := in_order(adapter)) > 1:
        raise UsageError(f"{adapter}: {len(several)} adapters, and a training goes on with one; set ADAPTER to it")
    check_adapter(adapter, base)
    if extended_vocabulary(adapter, base) and adds:
        raise UsageError(
            f"{adapter}: added tokens already, and keeps those; leave `vocabulary` out of the file that TUNE names, or "
            "set ADAPTER to none"
        )
    start = read_config(adapter, "adapter_config.json", "ADAPTER").get("init_lora_weights")
    if isinstance(start, str) and start.lower() not in PLAIN_STARTS:
        raise UsageError(
            f"{adapter}: began by changing its base (init_lora_weights: {start}), and is not gone on with; set ADAPTER "
            "to another, or to none"
        )


def check_tokenizer(base: Path) -> None:
    """Raises UsageError for a base whose tokenizer no tokens can be added to: any but byte pair encoding."""
    mend = "leave `vocabulary` out of the file that TUNE names, or set BASE_MODEL"
    try:
        told = read_json(base / "tokenizer.json")
    except FileNotFoundError:
        raise UsageError(f"{base}: no tokenizer.json in it, which new tokens are added to; {mend}") from None
    except (OSError, Damaged) as error:
        raise UsageError(f"{base}/tokenizer.json: not readable as JSON ({error}); {mend}") from None
    model = told.get("model") if isinstance(told, dict) else None
    of_parts = ("continuing_subword_prefix", "end_of_word_suffix")  # of which tokens are made by other rules
    if not isinstance(model, dict) or model.get("type") != "BPE" or any(model.get(name) for name in of_parts):
        raise UsageError(f"{base}: its tokenizer is not byte pair encoding, which new tokens are added to; {mend}")
