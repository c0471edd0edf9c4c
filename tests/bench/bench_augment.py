"""What do variants and filters cost, in time and memory? `python -m tests.bench.bench_augment`

Beside it nlpaug, which makes variants alone: three of its kinds on the same questions, no filter, nothing kept. And
data-juicer, which filters alone: near copies among the same questions, by as many permutations.
"""

import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.bench.rivals import Python

ROWS, MOST_MB = 100_000, 1000
TEMPLATED = 1_000_000
MEASURED = """
import sys
from pathlib import Path
{work}
print("held", Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
AUGMENT = MEASURED.format(work="from evalharness.__main__ import main\nassert main(sys.argv[1:]) == 0")
NLPAUG = MEASURED.format(
    work="""
import json, random
import nlpaug.augmenter.char as char, nlpaug.augmenter.word as word
makers = [char.KeyboardAug(aug_word_p=0.1), *(word.RandomWordAug(kind, aug_p=0.1) for kind in ("swap", "delete"))]
asked = [json.loads(line)["instruction"] for line in open(sys.argv[1])][: int(sys.argv[2])]
made = [random.choice(makers).augment(text)[0] for text in asked]
assert len(made) == int(sys.argv[2])
"""
)
DATA_JUICER = MEASURED.format(
    work="""
import json
from data_juicer.core.data import NestedDataset
from data_juicer.ops.deduplicator.document_minhash_deduplicator import DocumentMinhashDeduplicator
texts = [{"text": json.loads(line)["instruction"]} for line in open(sys.argv[1])][: int(sys.argv[2])]
near = DocumentMinhashDeduplicator(tokenization="character", window_size=5, num_permutations=64, num_proc=1)
assert len(near.run(NestedDataset.from_list(texts))) > 0
"""
)
OFFLINE = {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
QUESTIONS = (
    "What is the {what} of {place} in {year}?",
    "Please tell me the {what} and the founder of {place} as of {year}, in one sentence.",
    "I need to know how the {what} of {place} changed since {year}; explain it to a beginner.",
    "Give me three facts about the {what} in {place}, the first from {year}.",
)
WHAT = ("population", "area", "climate", "mayor", "harbour", "railway", "budget", "school system")


class Nlpaug(Python):
    name, requirements = "nlpaug", ("nlpaug==1.1.11",)


class DataJuicer(Python):
    """What it would install while it runs, a CUDA build of PyTorch among it, is there before."""

    name = "data-juicer"
    requirements = ("py-data-juicer==1.6.1", "aiohttp", "scipy", "ray==2.60.0", "torch==2.13.0")


def main(rows: int = ROWS, templated: int = TEMPLATED) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "train.jsonl", rows)
        words = ["augment", str(folder / "train.jsonl"), "--pool", str(folder / "pool")]
        seconds, megabytes, said = measured([sys.executable, "-c", AUGMENT, *words])
        print(re.sub("^", "  ", said.strip(), flags=re.MULTILINE))
        print(f"{rows} rows get variants and are filtered, and so are these: {seconds:.0f} s, {megabytes:.0f} MB")
        assert megabytes <= MOST_MB, f"more than {MOST_MB} MB"
        beside(folder / "train.jsonl", rows)
        (folder / "templates.yaml").write_text(yaml.safe_dump(templates(templated)))
        words = ["augment", "--templates", str(folder / "templates.yaml"), "--pool", str(folder / "templated")]
        seconds, megabytes, said = measured([sys.executable, "-c", AUGMENT, *words])
        assert f"{templated} new rows of its templates" in said, said
        print(f"{templated} rows out of templates are made and filtered: {seconds:.0f} s, {megabytes:.0f} MB")
        assert megabytes <= MOST_MB, f"more than {MOST_MB} MB"


def templates(rows: int) -> dict[str, object]:
    asked = [{"question": question, "answer": "So it was in {place} in {year}."} for question in QUESTIONS]
    terms = {"what": WHAT, "place": places(), "year": list(map(str, range(1400, 2021)))}
    return {"templates": asked, "terms": {name: list(found) for name, found in terms.items()}, "rows": rows}


def beside(path: Path, rows: int) -> None:
    variants = rows * 3 // 7
    for rival, program, many, what in (
        (Nlpaug(), NLPAUG, variants, f"makes {variants} variants, without filters"),
        (DataJuicer(), DATA_JUICER, rows, f"finds near copies among {rows} questions, without variants"),
    ):
        try:
            rival.install()
        except subprocess.CalledProcessError as error:
            print(f"{rival.name} cannot be installed here: {(error.stderr or '').splitlines()[-1:]}")
            continue
        seconds, megabytes, _ = measured([str(rival.bin / "python"), "-c", program, str(path), str(many)])
        print(f"{rival.name} {what}: {seconds:.0f} s, {megabytes:.0f} MB")


def measured(words: Sequence[str]) -> tuple[float, float, str]:
    """Seconds of a processor (all of it is one thread's work), megabytes at most, and what the process said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, **OFFLINE}).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said, _, held = said.rpartition("held ")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(held) * 1024 / 1e6, said


def places() -> list[str]:
    draw = random.Random(0)
    syllables = [one + other for one in "bdfgklmnprst" for other in "aeiou"]
    return ["".join(draw.sample(syllables, 3)).capitalize() for _ in range(4000)]


def write(path: Path, rows: int) -> None:
    """Questions of four forms, as many made sets have, about places that there are not."""
    draw = random.Random(1)
    known = places()
    with path.open("w", encoding="utf-8") as file:
        for _ in range(rows):
            named = {
                "what": draw.choice(WHAT),
                "place": draw.choice(known),
                "year": draw.randint(1400, 2020),
            }
            answer = "The {what} of {place} in {year} was {value}, as the town's records say."
            row = {"instruction": draw.choice(QUESTIONS).format(**named), "input": ""}
            row["output"] = answer.format(**named, value=draw.randint(1, 99999))
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
