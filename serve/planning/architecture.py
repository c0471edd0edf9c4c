"""What a model weighs, told from its config.json alone: weights at 16 bits and at GPTQ INT4, KV cache, LoRA slots.

Pure functions for the Llama and Qwen2 families, in bytes. It knows nothing of cards, servers, or what fits where.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from serve.errors import UsageError
from serve.models.vllm_0_32 import ADAPTED_TABLES

WIDE = 2  # bytes of a bfloat16 or float16 number
WORD = 4  # bytes of an int32, which holds eight 4-bit numbers
NEEDED = ("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads", "vocab_size")


@dataclass(frozen=True)
class Linear:
    """One linear layer of a transformer block, by the numbers that go in and come out."""

    inputs: int
    outputs: int
    bias: bool

    @property
    def wide_bytes(self) -> int:
        return WIDE * (self.inputs * self.outputs + self.bias_numbers)

    @property
    def bias_numbers(self) -> int:
        return self.outputs if self.bias else 0

    def packed_bytes(self, group: int) -> int:
        """Its tensors in a GPTQ checkpoint: qweight, qzeros, scales and g_idx, and the bias as it was.

        A group is `group` inputs that share one scale and one zero point; the last one may be partial.
        """
        groups = ceil(self.inputs / group)
        qweight = WORD * ceil(self.inputs / 8) * self.outputs
        qzeros = WORD * groups * ceil(self.outputs / 8)
        return qweight + qzeros + WIDE * (groups * self.outputs + self.bias_numbers) + WORD * self.inputs


@dataclass(frozen=True)
class Architecture:
    """The sizes of a decoder. `positions` is the longest sequence it was made for, in tokens, None where not stated.

    `tied`: the output head is the embedding, stored and held once.
    """

    family: str
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head: int
    vocabulary: int
    positions: int | None
    tied: bool
    attention_bias: bool
    output_bias: bool
    mlp_bias: bool

    @property
    def block(self) -> list[Linear]:
        """The linear layers of one block: q, k, v, o, gate, up, down."""
        query, key = self.heads * self.head, self.kv_heads * self.head
        return [
            Linear(self.hidden, query, self.attention_bias),
            Linear(self.hidden, key, self.attention_bias),
            Linear(self.hidden, key, self.attention_bias),
            Linear(query, self.hidden, self.output_bias),
            Linear(self.hidden, self.intermediate, self.mlp_bias),
            Linear(self.hidden, self.intermediate, self.mlp_bias),
            Linear(self.intermediate, self.hidden, self.mlp_bias),
        ]

    @property
    def rest_bytes(self) -> int:
        """What GPTQ leaves at 16 bits: embedding, output head, two norms a block and the last one."""
        tables = self.vocabulary * self.hidden * (1 if self.tied else 2)
        return WIDE * (tables + self.hidden * (2 * self.layers + 1))

    @property
    def wide_bytes(self) -> int:
        """The whole model at 16 bits."""
        return self.rest_bytes + self.layers * sum(linear.wide_bytes for linear in self.block)

    def int4_bytes(self, group: int) -> int:
        """The whole model as a GPTQ INT4 checkpoint."""
        return self.rest_bytes + self.layers * sum(linear.packed_bytes(group) for linear in self.block)

    @property
    def kv_bytes_per_token(self) -> int:
        """Keys and values of every layer for one token, at 16 bits."""
        return 2 * WIDE * self.layers * self.kv_heads * self.head

    def lora_bytes(self, rank: int) -> int:
        """One LoRA slot of vLLM: room for an adapter of this rank on every layer that can take one.

        vLLM makes the room at start, whatever the adapter changes (vllm/lora/layers, create_lora_weights).
        """
        rows = self.layers * sum(linear.inputs + linear.outputs for linear in self.block)
        tables = 2 * (self.vocabulary + self.hidden) if self.family in ADAPTED_TABLES else 0
        return WIDE * rank * (rows + tables)


def architecture(config: Mapping[str, Any], where: object) -> Architecture:
    """The architecture that a config.json describes; `where` is what a complaint begins with.

    Raises UsageError for one that lacks a size.
    """
    missing = next((name for name in NEEDED if not isinstance(config.get(name), int)), None)
    if missing:
        raise UsageError(f"{where}: its config.json has no {missing}; set BASE_MODEL to a whole model")
    family, heads = str(config.get("model_type")), int(config["num_attention_heads"])
    # transformers' Qwen2 has biases on q, k and v always and nowhere else; its Llama asks the configuration.
    qwen2, attention_bias = family == "qwen2", bool(config.get("attention_bias"))
    return Architecture(
        family=family,
        layers=config["num_hidden_layers"],
        hidden=config["hidden_size"],
        intermediate=config["intermediate_size"],
        heads=heads,
        kv_heads=config.get("num_key_value_heads") or heads,
        head=config.get("head_dim") or config["hidden_size"] // heads,
        vocabulary=config["vocab_size"],
        positions=config.get("max_position_embeddings"),
        tied=bool(config.get("tie_word_embeddings")),
        attention_bias=qwen2 or attention_bias,
        output_bias=attention_bias and not qwen2,
        mlp_bias=bool(config.get("mlp_bias")) and not qwen2,
    )
