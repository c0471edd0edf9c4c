"""What a vLLM server takes of each of its GPUs, and what that leaves for requests. Pure arithmetic, in bytes.

What it cannot compute (context, graphs, activations) is taken from vLLM's sources and from published logs of its
servers (serve/models/vllm_0_32.py), rounded up: what fits here should start. It knows nothing of settings.
"""

from dataclasses import dataclass
from math import ceil, floor

from serve.hardware import GIB
from serve.models.vllm_0_32 import (
    BUFFER,
    CONTEXT,
    GPU_BLOCK,
    GRAPHS,
    GRAPHS_LAYERS,
    NCCL,
    NOT_LARGE,
    SAMPLER,
    STEPS,
    lora_step,
)
from serve.modes import Mode
from serve.planning.architecture import WIDE, Architecture

# Of the memory that nvidia-smi states, a process can have a little less: vLLM's logs report 23.6 GiB of 24 (RTX 3090
# and 4090), 14.7 of 15 (T4), 31.4 of 31.8 (RTX 5090), 79.2 of 80 (A100 and H100).
USABLE = 0.97
# What requests and tokens of one step are lowered to before a card is refused.
LEAST_REQUESTS, LEAST_TOKENS = 16, 512
# The part of what weights and graphs leave that may go to activations, between the least and the most of a step.
ACTIVATIONS_SHARE = 1 / 8


@dataclass(frozen=True)
class Steps:
    """The most requests and tokens that go into one step.

    `graphs` is what the CUDA graphs for so many take, as a multiple of those for 256 requests.
    """

    requests: int
    tokens: int
    graphs: float = 1


def steps(total_gib: float, name: str = "") -> tuple[Steps, ...]:
    """What vLLM would take on a card of this name, and after that what it takes on smaller ones."""
    lines = [line for line in STEPS if total_gib >= line[0]]
    if lines[0] == STEPS[1] and NOT_LARGE in name.lower():
        lines = lines[1:]
    return tuple(Steps(requests, tokens, graphs) for _, requests, tokens, graphs in lines)


@dataclass(frozen=True)
class Card:
    """A GPU that serves, with the number of servers on it that are awake, and asleep, at a time.

    `size` is what there is of it to plan with, `total` what its driver says it has. `steps` are the largest to try,
    and what to try where those leave no room.
    """

    number: int
    size: int
    total: int
    steps: tuple[Steps, ...]
    awake: int
    asleep: int


@dataclass(frozen=True)
class Demand:
    """What has to fit: servers of one architecture in one mode, each spread over `parallel` GPUs.

    `int4_group` is GPTQ's group size, None for 16-bit weights. `rank` is the adapter's. `steps` are the largest that
    its servers are to take. Sizes are of one GPU.
    """

    architecture: Architecture
    mode: Mode
    parallel: int
    length: int
    rank: int
    int4_group: int | None
    steps: Steps

    @property
    def weights(self) -> int:
        if self.int4_group is None:
            return ceil(self.architecture.wide_bytes / self.parallel)
        return ceil(self.architecture.int4_bytes(self.int4_group) / self.parallel)

    @property
    def adapter(self) -> int:
        """One LoRA slot. vLLM divides only parts of it among GPUs; here it counts whole on each."""
        return self.architecture.lora_bytes(lora_step(self.rank)) if self.mode.lora else 0

    @property
    def graphs(self) -> int:
        once = GRAPHS * self.steps.graphs * max(1, self.architecture.layers / GRAPHS_LAYERS)
        return ceil(once) * (2 if self.mode.lora else 1)

    @property
    def residue(self) -> int:
        """What stays on the GPU of a server that sleeps: everything but weights and KV cache."""
        return CONTEXT + self.graphs + (NCCL if self.parallel > 1 else 0) + BUFFER

    @property
    def block(self) -> int:
        """A block of KV cache. With more GPUs than key-value heads, vLLM keeps a head on each."""
        heads = self.architecture.kv_heads
        return GPU_BLOCK * self.architecture.kv_bytes_per_token // heads * max(1, heads // self.parallel)

    @property
    def blocks_per_request(self) -> int:
        return ceil(self.length / GPU_BLOCK)

    @property
    def rounded(self) -> int:
        """The length of a request in whole blocks, in tokens."""
        return self.blocks_per_request * GPU_BLOCK

    @property
    def per_token(self) -> int:
        """Activations of one token in its widest layer: two of the hidden size, the gated pair and its product."""
        return WIDE * (2 * self.architecture.hidden + 3 * ceil(self.architecture.intermediate / self.parallel))

    @property
    def per_sampled(self) -> int:
        """Activations of one request at sampling, which sees the whole vocabulary on each GPU."""
        return SAMPLER * self.architecture.vocabulary

    def activations(self, left: float) -> int:
        """The room for activations where this much is left. Layers and sampling take turns."""
        least = max(LEAST_REQUESTS * self.per_sampled, LEAST_TOKENS * self.per_token)
        most = max(self.steps.requests * self.per_sampled, self.steps.tokens * self.per_token)
        return int(min(max(left * ACTIVATIONS_SHARE, least), most))


@dataclass(frozen=True)
class Fit:
    """How one server fits, and how many requests of the full length it holds at a time. Sizes are of one GPU.

    `room_gib` is what is left for its whole KV cache, negative where nothing is; `kv_cache_gib` what it gets. Both are
    in hundredths of a GiB, so that the figures shown are the figures used.
    """

    demand: Demand
    room_gib: float
    activations: int
    kv_cache_gib: float
    max_num_seqs: int
    max_num_batched_tokens: int

    @property
    def stands(self) -> bool:
        """Whether there is room for one request, and for the cache where its size was given."""
        return self.requests > 0 and self.kv_cache_gib <= self.room_gib

    @property
    def requests(self) -> int:
        return min(self.max_num_seqs, self.tokens(min(self.kv_cache_gib, self.room_gib)) // self.demand.rounded)

    @property
    def longest(self) -> int:
        """The longest request that there is room for, in tokens."""
        return self.tokens(self.room_gib)

    def tokens(self, gib: float) -> int:
        """What a KV cache of this size holds, in whole blocks."""
        return max(0, int(gib * GIB) // self.demand.parallel // self.demand.block) * GPU_BLOCK

    @property
    def beside_cache(self) -> int:
        return self.demand.weights + self.demand.adapter + self.demand.residue + self.activations

    @property
    def least(self) -> int:
        """What the server takes with a cache for one request."""
        return self.beside_cache + self.demand.block * self.demand.blocks_per_request

    @property
    def total(self) -> int:
        return self.beside_cache + int(self.kv_cache_gib * GIB) // self.demand.parallel


def fit(demand: Demand, cards: tuple[Card, ...], kv_cache_gib: float | None = None) -> Fit:
    """How a demand fits on cards; `kv_cache_gib` is a whole server's KV cache, None for what the cards leave."""
    shares = [(card.size * USABLE - card.asleep * demand.residue) / card.awake for card in cards]
    left = min(shares) - demand.weights - demand.adapter - demand.residue
    activations = demand.activations(left)
    seqs = min(demand.steps.requests, activations // demand.per_sampled // 8 * 8)
    room = floor((left - activations) * demand.parallel / GIB * 100)
    if kv_cache_gib is None:
        # What not even this many requests could fill is left to others.
        useful = seqs * demand.blocks_per_request * demand.block * demand.parallel
        kv_cache_gib = max(0, min(ceil(useful / GIB * 100), room)) / 100
    return Fit(
        demand=demand,
        room_gib=room / 100,
        activations=activations,
        kv_cache_gib=kv_cache_gib,
        max_num_seqs=seqs,
        max_num_batched_tokens=min(demand.steps.tokens, activations // demand.per_token // 64 * 64),
    )
