"""The way through on this machine's GPU, in every mode, with what it found written down: `make gpu-record`.

    python -m tests.gpu

It is no test: it asserts nothing, and measures what `make plan` promised. Settings come from `.env`, as for any other
command; without a model of your own it runs the demo. Where there is no GPU it says so and does nothing.
"""

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serve import hardware
from serve.paths import Paths
from serve.runtimes.choice import in_use
from serve.settings import read_settings

ROOT = Path(__file__).parents[2]
MODES = ("pair", "lora", "swap")
# vLLM's own words for what the plan computes.
LOGGED = {
    "weights_gib": r"Model loading took ([\d.]+) GiB",
    "kv_cache_tokens": r"GPU KV cache size: ([\d,]+) tokens",
    "requests_at_a_time": r"Maximum concurrency for [\d,]+ tokens per request: ([\d.]+)x",
}


def main() -> int:
    if not hardware.has_nvidia_gpu():
        print("tandem: no NVIDIA GPU here, so nothing is recorded", file=sys.stderr)
        return 2
    folder = ROOT / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-gpu"
    folder.mkdir(parents=True)
    record = {"gpu": smi("name,driver_version,memory.total"), "modes": {mode: recorded(mode) for mode in MODES}}
    (folder / "record.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"Recorded: {folder.relative_to(ROOT)}/record.json")
    return 0


def recorded(mode: str) -> dict[str, Any]:
    """One mode from plan to verdict, and down again. A step that fails is recorded with what it said."""
    made: dict[str, Any] = {"plan": make("plan", mode), "memory_before": smi("memory.used")}
    made["up"] = make("up", mode)
    made["memory_up"] = smi("memory.used")
    made["logged"] = {variant: logged(server_log(variant)) for variant in ("base", "tuned")}
    made["verdict"] = make("verdict", mode)
    made["memory_after"] = smi("memory.used")
    made["down"] = make("down", mode)
    return made


def make(target: str, mode: str) -> dict[str, Any]:
    print(f"make {target} MODE={mode}", flush=True)
    begun = time.monotonic()
    done = subprocess.run(
        ["make", target, f"MODE={mode}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return {"code": done.returncode, "seconds": round(time.monotonic() - begun, 1), "said": done.stdout}


def server_log(variant: str) -> str:
    """All that a server has said, on either runtime; empty where the mode has no such server."""
    if in_use(Paths(ROOT)) == "docker":
        project = read_settings(ROOT / ".env").COMPOSE_PROJECT_NAME
        asked = ["docker", "logs", f"{project}-{variant}-1"]
        return subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    log = Paths(ROOT).log(variant)
    return log.read_text(errors="replace") if log.exists() else ""


def logged(said: str) -> dict[str, list[float]]:
    """Every figure of each kind in the servers' logs, in their order."""
    return {
        name: [float(figure.replace(",", "")) for figure in re.findall(pattern, said)]
        for name, pattern in LOGGED.items()
    }


def smi(fields: str) -> list[str]:
    """A line a GPU, as the driver's own program prints it; memory in MiB."""
    asked = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip().splitlines()


if __name__ == "__main__":
    sys.exit(main())
