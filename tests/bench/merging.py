"""A merge, side by side: ours, peft's in two precisions, and `cp -r` of the checkpoint as the limit that a disk sets.

    python -m tests.bench.merging [--folder FOLDER] [--rounds 2] [--layers 22]

It runs in the environment of the merge job, on a random Llama in shards of half a gigabyte, each way in a process of
its own, in turn. What is read comes from the disk: the page cache is dropped before, by root for the whole machine and
otherwise for these files. It says what each took in seconds, until its files were written and until they were on the
disk, and of memory. The folder is deleted at the end.

peft in float32 is what ours promises to equal: loaded in float32, merged, rounded once to the checkpoint's bfloat16. In
bfloat16, as a checkpoint loads by itself, peft takes less memory; its product of the two matrices is float32 there too.
How many numbers are the same bit for bit as ours is counted for both.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WAYS = ("ours", "peft, float32", "peft, bfloat16", "cp -r")
SHARD = 500_000_000  # bytes
SPARE = 400_000_000  # of memory, beside the largest shard and the adapter: what is promised of ours


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--folder", type=Path, help="where to work; needs room for three copies of the model")
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--layers", type=int, default=22, help="of the random Llama; 22 are 1.1 B parameters")
    arguments.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        way, *folders = given.child
        {"make": make, "ours": ours, "peft, float32": peft_float32, "peft, bfloat16": peft_bfloat16}[way](
            *map(Path, folders)
        )
        return
    with tempfile.TemporaryDirectory(prefix="bench-merge-", dir=given.folder) as folder:
        bench(Path(folder), given.rounds, given.layers)


def bench(folder: Path, rounds: int, layers: int) -> None:
    base, adapter = folder / "base", folder / "adapter"
    os.environ["BENCH_LAYERS"] = str(layers)
    child("make", base, adapter, folder)
    shards = sorted(base.glob("*.safetensors"))
    size, largest = sum(path.stat().st_size for path in shards), max(path.stat().st_size for path in shards)
    adapter_size = (adapter / "adapter_model.safetensors").stat().st_size
    print(
        f"{size / 1e9:.2f} GB in {len(shards)} shards, an adapter of {adapter_size / 1e6:.0f} MB, "
        f"{len(os.sched_getaffinity(0))} cores, page cache {'dropped' if drop(shards) else 'dropped for these files'}"
    )
    took: dict[str, list[tuple[float, float, int]]] = {way: [] for way in WAYS}
    proofs, same = [], {}
    for _ in range(rounds):
        for way in WAYS:
            out = folder / ("ours" if way == "ours" else "another")  # ours stays, to be compared with
            shutil.rmtree(out, ignore_errors=True)
            os.sync()
            drop([*shards, adapter / "adapter_model.safetensors"])
            told = copy(base, out) if way == "cp -r" else child(way, base, adapter, out)
            took[way].append((told["written"], told["on_disk"], told["peak"]))
            proofs += [told["proof"]] if "proof" in told else []
            same |= {way: told["same"]} if "same" in told else {}
    print(f"{'':16}{'written':>10}{'on disk':>10}{'memory':>12}{'numbers as ours':>19}")
    middle = {way: [statistics.median(column) for column in zip(*rows, strict=True)] for way, rows in took.items()}
    for way, (written, on_disk, peak) in middle.items():
        print(
            f"{way:16}{written:9.1f}s{on_disk:9.1f}s"
            + (f"{peak / 1e6:9.0f} MB" if peak else "")
            + (f"{100 * same[way]:17.4f} %" if way in same else "")
        )
    ours_, equal, rounded, copied = (middle[way][0] for way in WAYS)
    promised = largest + adapter_size + SPARE
    print(
        f"ours: {ours_ / copied:.2f} times cp -r, {equal / ours_:.1f} times faster than peft in float32 and "
        f"{rounded / ours_:.1f} than in bfloat16, {middle['ours'][2] / promised:.2f} of {promised / 1e6:.0f} MB; "
        f"its proof afterwards {min(proofs):.0f} s"
    )


def child(way: str, base: Path, adapter: Path, out: Path) -> dict[str, float]:
    """What a process of its own has to say in its last line."""
    words = [sys.executable, "-m", "tests.bench.merging", "--child", way, str(base), str(adapter), str(out)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def copy(base: Path, out: Path) -> dict[str, float]:
    begun = time.monotonic()
    subprocess.run(["cp", "-r", base, out], check=True)
    written = time.monotonic() - begun
    os.sync()
    return {"written": written, "on_disk": time.monotonic() - begun, "peak": 0}


def drop(files: list[Path]) -> bool:
    """Takes files out of the page cache; whether it took all there is."""
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
        return True
    except OSError:
        for path in files:
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return False


def make(base: Path, adapter: Path, _: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=2048,
        intermediate_size=5632,
        num_hidden_layers=int(os.environ["BENCH_LAYERS"]),
        num_attention_heads=32,
        num_key_value_heads=4,
        vocab_size=32000,
        dtype="bfloat16",
    )
    torch.set_default_dtype(torch.bfloat16)
    model = LlamaForCausalLM(config)
    model.save_pretrained(base, max_shard_size=SHARD)
    AutoTokenizer.from_pretrained("images/demo/base").save_pretrained(base)
    adapted = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, weight in adapted.named_parameters():
        if ".lora_" in name:
            weight.data.normal_(std=0.02)
    adapted.save_pretrained(adapter)
    print("{}")


def ours(base: Path, adapter: Path, out: Path) -> None:
    import peft  # noqa: F401 - what is measured is the merge, not the imports
    import torch  # noqa: F401
    import transformers  # noqa: F401

    from images.merge import merge as job

    out.mkdir()
    begun = time.monotonic()
    done = job.stream(base, [adapter], out)
    told = {**ended(begun), "peak": peak()}
    begun = time.monotonic()
    job.prove(base, [adapter], out, done)
    print(json.dumps({**told, "proof": time.monotonic() - begun, "peak_of_proof": peak()}))


def peft_float32(base: Path, adapter: Path, out: Path) -> None:
    peft(base, adapter, out, "float32")


def peft_bfloat16(base: Path, adapter: Path, out: Path) -> None:
    peft(base, adapter, out, "bfloat16")


def peft(base: Path, adapter: Path, out: Path, precision: str) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    begun = time.monotonic()
    model = AutoModelForCausalLM.from_pretrained(base, dtype=precision)
    merged = PeftModel.from_pretrained(model, adapter).merge_and_unload().bfloat16()
    merged.save_pretrained(out, max_shard_size=SHARD)
    print(json.dumps({**ended(begun), "peak": peak(), "same": alike(out, out.with_name("ours"))}))


def alike(one: Path, other: Path) -> float:
    """The share of the numbers of a checkpoint that are the same bit for bit in another."""
    from safetensors import safe_open

    files = [safe_open(path, "pt") for path in other.glob("*.safetensors")]
    theirs = {name: file for file in files for name in file.keys()}  # noqa: SIM118 - is no mapping
    same = total = 0
    for path in one.glob("*.safetensors"):
        with safe_open(path, "pt") as file:
            for name in file.keys():  # noqa: SIM118
                equal = file.get_tensor(name) == theirs[name].get_tensor(name)
                same, total = same + int(equal.sum()), total + equal.numel()
    return same / total


def ended(begun: float) -> dict[str, float]:
    written = time.monotonic() - begun
    os.sync()
    return {"written": written, "on_disk": time.monotonic() - begun}


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main()
