"""The GPUs to plan for: what the driver says of them, and what of that is set. It asks; plan.py decides."""

from dataclasses import replace

from serve import hardware
from serve.errors import UsageError
from serve.hardware import Gpu
from serve.planning import plan
from serve.settings import Settings


def present(settings: Settings) -> plan.Gpus:
    """The GPUs by number: as the driver has them, with GPU_MEMORY_GIB of each where that is set.

    Where that is more than the driver has, or there is no driver, it is another GPU that is planned for. Raises
    UsageError where neither says anything.
    """
    known, stated = hardware.gpus(), settings.GPU_MEMORY_GIB
    if stated:
        return {number: part(stated, known.get(number)) for number in named(settings)}
    if not known:
        raise UsageError("no GPU here says how much memory it has; set GPU_MEMORY_GIB to that of the one to plan for")
    return known


def part(stated: float, gpu: Gpu | None) -> Gpu:
    """So many GiB of a GPU, or a GPU of so many."""
    return replace(gpu, gib=stated) if gpu and stated <= gpu.total_gib else Gpu(stated, stated)


def named(settings: Settings) -> set[int]:
    """The numbers of the GPUs that serve."""
    return {*plan.gpus(settings, "base"), *plan.gpus(settings, "tuned")}
