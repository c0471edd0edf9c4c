"""Finished runs as a verdict needs them: found, read, checked to be of the same two models.

It knows where a run folder keeps what, nothing of what the numbers mean.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evalharness import wording
from evalharness.errors import UsageError
from evalharness.runs import Row, read_json, read_rows

SCHEMA = 1


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its run.json and its summary.json."""

    folder: Path
    about: Row
    summary: Row

    @property
    def subject(self) -> str:
        """What was compared, and where, in words: runs with the same words belong together.

        Of a known version the address is left out, it may differ from run to run. Without one, the address is
        all that tells one model from another of the same name.
        """
        sides = [
            f"{side['name']} ({side['model']}, version {side['version'] or 'unknown at ' + side['url']})"
            for side in self.about["endpoints"]
        ]
        host = ", ".join(f"{key} {value}" for key, value in self.about["host"].items())
        return f"{wording.listing(sides)} on {host}"


def read_run(folder: Path, kind: str) -> Run:
    """Raises UsageError when the folder is not a finished run of that kind."""
    about = read_json(folder / "run.json")
    if about.get("kind") != kind:
        raise UsageError(f"{folder}: not a run of kind {kind} but of kind {about.get('kind')}")
    if not (folder / "summary.json").exists():
        raise UsageError(f"{folder}: this run is not finished (it has no summary.json)")
    summary = read_json(folder / "summary.json")
    if summary.get("schema") != SCHEMA:
        raise UsageError(f"{folder}/summary.json: schema {summary.get('schema')}, this verdict reads {SCHEMA}")
    return Run(folder.resolve(), about, summary)


def fitting_load_run(runs: Iterable[Path], evaluation: Run) -> Run | None:
    """The first of these load runs that measured the two models of an eval run on its machine, or None."""
    candidates = (read_run(folder, "load") for folder in runs)
    return next((run for run in candidates if run.subject == evaluation.subject), None)


def unanswered(evaluation: Run) -> dict[str, Counter[str]]:
    """The errors of an eval run: endpoint -> kind -> how many prompts ended in one."""
    kinds: dict[str, Counter[str]] = {}
    for row in answers(evaluation).values():
        if row["error"]:
            kinds.setdefault(row["endpoint"], Counter())[row["error"]["kind"]] += 1
    return kinds


def answers(evaluation: Run) -> dict[tuple[str, str, str], Row]:
    """Every answer by (suite, prompt id, endpoint). Of a prompt asked again, the last answer counts."""
    rows = read_rows(evaluation.folder / "answers.jsonl")
    return {(row["suite"], row["id"], row["endpoint"]): row for row in rows}
