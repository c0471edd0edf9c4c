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
