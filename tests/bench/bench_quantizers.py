"""Both quantizers, with the same rows, on the demo and on a random model of about 100 million parameters.

    python -m tests.bench.bench_quantizers MODEL QUANTIZER

runs one of them (demo or random, auto-gptq or gptqmodel) in its environment below .tandem and prints a row of the table
in serve/README.md: time, peak memory, size of the linear layers, what was lost. Both have the cores to themselves.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from serve.models.store import Store, read_manifest

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / ".tandem" / "environments"
# 103 million parameters, 28 of them in linear layers: what a quantizer works on.
SIZES = {"hidden_size": 768, "intermediate_size": 2048, "num_hidden_layers": 4, "vocab_size": 49152}
RANDOM = """
import json, sys
from pathlib import Path
from tests.e2e.jobs.tiny import base
base(Path(sys.argv[1]), Path(sys.argv[2]), "llama", False, **json.loads(sys.argv[3]))
"""


def row(model: str, quantizer: str, root: Path) -> str:
    demo = ROOT / "images" / "demo"
    folder, rows = demo / "base", demo / "calibration.jsonl"
    if model == "random":
        folder, rows = root / "random", root / "rows.jsonl"
        made = [str(ENVIRONMENTS / "merge" / "bin" / "python"), "-c", RANDOM, str(folder), str(demo / "base")]
        subprocess.run([*made, json.dumps(SIZES)], cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}, check=True)
        prompts = [json.loads(line) for line in (demo / "calibration.jsonl").read_text().splitlines()]
        texts = [" ".join(each["messages"][0]["content"] for each in prompts[at : at + 8]) for at in range(0, 128, 4)]
        rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    command = [
        str(ENVIRONMENTS / f"quantize-{quantizer}" / "bin" / "python"), "-m", "images.quantize.quantize",
        "--model", str(folder), "--variant", "base", "--store", str(root / "models"),
        "--calibration", str(rows), "--engine", quantizer,
    ]  # fmt: skip
    variables = {"PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}
    subprocess.run(command, cwd=root, env={**os.environ, **variables}, check=True, stdout=sys.stderr)
    store = Store(root / "models")
    proof = (read_manifest(store.folder("base", store.in_force("base"))) or {})["proof"]
    cells = (
        model,
        f"`{quantizer}`",
        f"{proof['seconds']:.0f} s",
        f"{proof['peak_memory_bytes'] / 1e9:.1f} GB",
        f"{proof['linear_saved']:.1%}",
        f"{proof['kl_per_token']:.4f}",
        f"{proof['same_top_token']:.2%}",
        f"{proof['perplexity_before']:.4g} → {proof['perplexity_after']:.4g}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(row(sys.argv[1], sys.argv[2], Path(folder)))
