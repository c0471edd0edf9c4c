"""What this machine has to serve with."""

import os
import shutil
import subprocess


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


def gpu_memory() -> dict[int, float]:
    """GiB of each GPU that the driver lists, by its number; empty where there is none, or it does not say."""
    program = shutil.which("nvidia-smi")
    if not program:
        return {}
    query = [program, "--query-gpu=index,memory.total", "--format=csv,noheader,nounits"]
    listing = subprocess.run(query, capture_output=True, text=True, check=False)
    return parse_gpu_memory(listing.stdout) if listing.returncode == 0 else {}


def parse_gpu_memory(listing: str) -> dict[int, float]:
    """`0, 24564` a line, in MiB; where a GPU shares the machine's memory, the driver says `[N/A]`."""
    rows = [line.split(",") for line in listing.splitlines()]
    return {int(row[0]): int(row[1]) / 1024 for row in rows if len(row) == 2 and row[1].strip().isdigit()}
