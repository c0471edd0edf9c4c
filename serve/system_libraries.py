"""The system libraries that vLLM on the CPU loads: told of before anything is installed, where they are missing.

    python3 -m serve.system_libraries

It runs on the machine's own Python, so it knows only the standard library, and of the settings RUNTIME alone.
"""

import ctypes
import os
import re
import sys
from pathlib import Path

from serve.errors import UsageError
from serve.hardware import has_nvidia_gpu
from serve.runtimes.docker.compose import engine_trouble

PACKAGES = {"libnuma.so.1": "libnuma1", "libgomp.so.1": "libgomp1"}


def check() -> None:
    """Raises UsageError when one is missing: vLLM would say so much less clearly."""
    missing = [package for library, package in PACKAGES.items() if not loads(library)]
    if missing:
        raise UsageError(f"system libraries are missing; on Debian and Ubuntu: apt-get install {' '.join(missing)}")


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def needed(env_file: Path) -> bool:
    """Whether vLLM is to run as a process of this machine, on its CPU."""
    runtime = stated_runtime(env_file)
    local = runtime == "local" or (runtime == "auto" and engine_trouble() is not None)
    return local and not has_nvidia_gpu()


def stated_runtime(env_file: Path) -> str:
    """RUNTIME of the environment, which make's command line is part of, or of `.env`, whose last line counts."""
    text = env_file.read_text(encoding="utf-8", errors="replace") if env_file.is_file() else ""
    lines = re.findall(r"""(?m)^\s*(?:export\s+)?RUNTIME\s*=\s*["']?(\w+)""", text)
    return os.environ.get("RUNTIME") or (lines[-1] if lines else "auto")


if __name__ == "__main__":
    try:
        if needed(Path(".env")):
            check()
    except UsageError as error:
        print(f"tandem: {error}", file=sys.stderr)
        sys.exit(2)
