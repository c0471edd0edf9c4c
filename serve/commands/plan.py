"""`make plan`: will it fit? Memory and requests at INT4 and at 16 bits, on the GPU here or on one not bought yet.

It downloads and starts nothing, but the configurations of models named on the hub.
"""

from math import ceil

from serve.display import console, table
from serve.hardware import GIB
from serve.models.preflight_lora import largest_rank
from serve.models.sources import check_served, model_sources
from serve.models.vllm_0_32 import GPU_BLOCK
from serve.paths import Paths
from serve.planning import cards, host, plan
from serve.planning.architecture import architecture
from serve.planning.configurations import configurations
from serve.planning.memory import USABLE, Fit
from serve.settings import Settings, size_bytes

NAME = "plan"
HELP = "what would fit on the GPU here, or on one of GPU_MEMORY_GIB"


def main(settings: Settings, paths: Paths) -> int:
    """Prints the plan. Raises UsageError, after that, for one that cannot be served."""
    check_served(settings)
    config, adapter_config = configurations(settings, model_sources(settings, paths.root))
    present = cards.present(settings)
    model = architecture(config, settings.BASE_MODEL or "the demo")
    planned = plan.plan(settings, model, largest_rank(adapter_config), present)
    console.print(f"{settings.BASE_MODEL or 'The embedded demo'}: MODE={planned.mode.name}, {planned.mode.title}.")
    for card in planned.cards:
        sleeping = f", and {card.asleep} asleep" if card.asleep else ""
        whole = f" of its {card.total / GIB:.4g}" if card.size < card.total else ""
        console.print(
            f"GPU {card.number}: {card.size / GIB:.4g}{whole} GiB, of which {card.size * USABLE / GIB:.1f} can be "
            f"used, for {card.awake} server{'s' if card.awake > 1 else ''} awake{sleeping}."
        )
    console.print()
    served = ("INT4 (served)", "16 bits") if settings.PRECISION == "int4" else ("INT4", "16 bits (served)")
    table(("each server, on each of its GPUs", *served), rows(planned))
    plan.check(planned, settings, present)
    console.print(f"\nWhat follows: {following(planned)}.")
    needed = host.on_gpu(planned.served.demand)
    if needed > size_bytes(settings.SERVER_MEMORY):
        console.print(f"In containers, a server needs SERVER_MEMORY={ceil(needed / GIB)}g.")
    rank = largest_rank(adapter_config)
    others = {mode.name: plan.plan(settings, model, rank, present, mode).served for mode in plan.other_modes(settings)}
    told = ", ".join(f"{fit.requests or 'none'} with MODE={name}" for name, fit in others.items())
    console.print(f"Requests at a time in other modes: {told}.")
    return 0


def rows(planned: plan.Plan) -> list[tuple[str, str, str]]:
    """The table's lines, for both widths of the weights."""
    both = (planned.int4, planned.wide)

    def line(title: str, *cells: str) -> tuple[str, str, str]:
        return title, cells[0], cells[1]

    lines = [line("weights", *(gib(fit.demand.weights) for fit in both))]
    if planned.mode.lora:
        lines.append(line("the adapter's slot", *(gib(fit.demand.adapter) for fit in both)))
    lines += [
        line("CUDA context, graphs, reserve", *(gib(fit.demand.residue) for fit in both)),
        line("activations", *(gib(fit.activations) for fit in both)),
        line("KV cache of a token", *(f"{fit.demand.block / GPU_BLOCK / 1024:.4g} KiB" for fit in both)),
        line("left for the KV cache", *(left(fit) for fit in both)),
        line(
            f"requests of {planned.served.demand.length} tokens at a time",
            *(str(fit.requests) if fit.requests else "none" for fit in both),
        ),
    ]
    return [*lines, line("host memory of the whole server", *(gib(host.on_gpu(fit.demand)) for fit in both))]


def left(fit: Fit) -> str:
    missing = " missing" if fit.room_gib < 0 else ""
    return f"{gib(int(abs(fit.room_gib) * GIB / fit.demand.parallel))}{missing}"


def following(planned: plan.Plan) -> str:
    """The settings that follow, as Tandem's and vLLM's names have them."""
    limits = planned.limits
    return (
        f"KV_CACHE_GIB={planned.served.kv_cache_gib:g}, max-num-seqs {limits.max_num_seqs}, "
        f"max-num-batched-tokens {limits.max_num_batched_tokens}, gpu-memory-utilization {limits.memory_share:g}"
    )


def gib(size: float) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB / 10 else f"{size / 1024**2:.1f} MiB"
