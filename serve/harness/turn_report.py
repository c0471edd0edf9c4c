"""What a turn of the loop came to, as its folder in `runs/` says it: in words, tables and one picture.

It reads what runs say of themselves, and decides one thing: whether the new adapter stays. It serves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serve.harness.turn_picture import Side, picture
from serve.models.checksums import MANIFEST
from serve.models.verdicts import read
from serve.paths import Paths

OWN = "the demo's own"  # the adapter where ADAPTER says nothing


@dataclass(frozen=True)
class Came:
    """Of a turn: the verdict's word and run, whether the comparison showed a loss, both adapters, the run of the eval
    before, and the seconds of each step. Folders are relative to the checkout.
    """

    word: str
    verdict: str
    worse: bool
    new: str
    last: str
    before: str
    seconds: Mapping[str, float]

    @property
    def stays(self) -> bool:
        return self.word == "PASS" and not self.worse


def write(paths: Paths, name: str, came: Came) -> Path:
    """The report. A turn that is ended a second time writes the same once more."""
    folder = paths.runs / name
    folder.mkdir(parents=True, exist_ok=True)
    sides = both(paths.root / came.before, judged_eval(paths.root / came.verdict))
    title = "the new adapter stays" if came.stays else "all stays as it was"
    (folder / "turn.svg").write_text(picture(title, sides, came.seconds), encoding="utf-8")
    report = folder / "turn.md"
    reasons = read(paths.root / came.verdict / "summary.json").get("reasons", [])
    stages = read(paths.root / came.new / MANIFEST).get("proof", {}).get("stages", {})
    report.write_text("\n".join(lines(title, came, stages, reasons, sides)) + "\n", encoding="utf-8")
    return report


def judged_eval(verdict: Path) -> Path:
    """The folder of the eval that a verdict is of."""
    return verdict.parent / Path(read(verdict / "run.json")["eval"]).name


def both(before: Path, after: Path) -> list[Side]:
    """Of each suite that both runs asked, the share that the tuned model answered right."""
    old, new = rates(before), rates(after)
    return [(suite, old[suite], rate) for suite, rate in new.items() if suite in old]


def rates(run: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    for suite in read(run / "summary.json")["suites"]:
        right = next((one["second"]["rate"] for one in suite["metrics"] if one["metric"] == "right"), None)
        if right is not None:
            found[str(suite["suite"])] = float(right)
    return found


def lines(
    title: str,
    came: Came,
    stages: Mapping[str, Mapping[str, Any]],
    reasons: Sequence[Mapping[str, Any]],
    sides: Sequence[Side],
) -> list[str]:
    """The report's own, as Markdown. `stages`: what each has learnt, by its name, as the adapter's manifest has it."""
    last = f"`{came.last}`" if came.last else OWN
    said = [
        f"# A turn of the loop: {title}\n",
        f"- new: `{came.new}` (how it learned: `{came.new}/curve.svg`), from {last}",
        *(f"  - {learnt(name, stage)}" for name, stage in stages.items()),
        f"- verdict against the base: {came.word} (`{came.verdict}/report.html`)",
        *(f"  - {one['text']}" for one in reasons if one.get("outcome") != "met" and one.get("text")),
        f"- compared with {last}: {'worse' if came.worse else 'no worse'}",
    ]
    if sides:
        said += ["\n| right, of the tuned model | before | new |", "|---|---|---|"]
        said += [f"| {suite} | {old:.1%} | {new:.1%} |" for suite, old, new in sides]
    if came.stays:
        said.append(f"\n`ADAPTER={came.new}` in .env has `make up` serve it from now on.")
    else:
        why = "lost against the one before" if came.word == "PASS" else f"ended in {came.word}"
        said.append(f"\nIt {why}, so {last} is in service again. `make augment` and `make feedback` bring other rows.")
    return said


def learnt(name: str, stage: Mapping[str, Any]) -> str:
    """Of a stage of training, from what, and what became of the loss on rows held out."""
    said = f"{name}: {stage['rows']} rows, {stage['steps']} steps"
    if "held_out_after" not in stage:
        return said
    before, after = stage["held_out_before"], stage["held_out_after"]
    return f"{said}, loss on {stage['held_out_rows']} rows held out {before:.3g} → {after:.3g}"
