"""What this machine has to serve with."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

GIB = 1024**3


@dataclass(frozen=True)
class Gpu:
    """A GPU: `total_gib` is what its driver says it has, `gib` what of that there is to plan with.

    `name` is the driver's too; empty for a GPU that is not here.
    """

    gib: float
    total_gib: float
    name: str = ""


def has_nvidia_gpu() -> bool:
    """Whether the driver lists a GPU."""
    program = shutil.which("nvidia-smi")
    if not program:
        return False
    listing = subprocess.run([program, "-L"], capture_output=True, text=True, check=False)
    return listing.returncode == 0 and "GPU" in listing.stdout


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0))


def gpus() -> dict[int, Gpu]:
    """The GPUs that the driver lists, by its number; empty where there is none, or it does not say what they have."""
    program = shutil.which("nvidia-smi")
    if not program:
        return {}
    query = [program, "--query-gpu=index,memory.total,name", "--format=csv,noheader,nounits"]
    listing = subprocess.run(query, capture_output=True, text=True, check=False)
    return parse_gpus(listing.stdout) if listing.returncode == 0 else {}


def parse_gpus(listing: str) -> dict[int, Gpu]:
    """A line `0, 24564, NVIDIA GeForce RTX 4090` of each, in MiB; where a GPU shares the machine's memory, the driver
    says `[N/A]`.
    """
    rows = [[word.strip() for word in row.split(",", 2)] for row in listing.splitlines()]
    stated = [(int(row[0]), int(row[1]) / 1024, row[2]) for row in rows if len(row) == 3 and row[1].isdigit()]
    return {number: Gpu(gib, gib, name) for number, gib, name in stated}


def capabilities() -> dict[int, tuple[int, int]]:
    """The compute capability of each GPU that the driver lists, such as (7, 5) of a T4; empty where it does not say."""
    program = shutil.which("nvidia-smi")
    if not program:
        return {}
    query = [program, "--query-gpu=index,compute_cap", "--format=csv,noheader,nounits"]
    listing = subprocess.run(query, capture_output=True, text=True, check=False)
    return parse_capabilities(listing.stdout) if listing.returncode == 0 else {}


def parse_capabilities(listing: str) -> dict[int, tuple[int, int]]:
    """A line `0, 7.5` of each."""
    rows = [row.replace(",", " ").replace(".", " ").split() for row in listing.splitlines()]
    return {int(row[0]): (int(row[1]), int(row[2])) for row in rows if len(row) == 3 and all(map(str.isdigit, row))}


def host_memory(meminfo: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")) -> tuple[float, float]:
    """GiB of this machine's memory, and of that what is free; inside a container that is limited (cgroup 2), its own.

    What was read from files, and would be read again, counts as free.
    """
    stated = dict(line.split(":") for line in meminfo.read_text().splitlines())
    total, free = (int(stated[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    limit = group / "memory.max"
    if limit.exists() and (text := limit.read_text().strip()) != "max":
        counted = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        files = int(counted["active_file"]) + int(counted["inactive_file"])
        taken = int((group / "memory.current").read_text()) - files
        total, free = min(total, int(text)), min(free, int(text) - taken)
    return total / GIB, free / GIB
