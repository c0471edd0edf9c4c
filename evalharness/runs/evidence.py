"""Finished runs as a verdict needs them: found, read, checked to be of the same two models.

It knows where a run folder keeps what, nothing of what the numbers mean.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sys import intern
from typing import Self

from evalharness import wording
from evalharness.errors import UsageError
from evalharness.runs.folder import read_json
from evalharness.runs.rows import Row, Rows, digest, read_rows
from evalharness.runs.schemas import SCHEMAS

JUDGE_SCHEMA = 1


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

    @property
    def unfair(self) -> list[str]:
        """In what the servers differed beside the weights, as far as it matters and was not allowed."""
        found = self.about.get("fairness")
        if not found:
            return []
        wrong = (one["what"] for one in found["differences"] if one["matters"])
        return [what for what in dict.fromkeys(wrong) if what not in found.get("allowed", ())]

    def allowing(self, differences: Sequence[str]) -> Self:
        """This run as a policy sees it that allows the servers to differ in these."""
        found = self.about.get("fairness")
        if not found:
            return self
        return replace(self, about={**self.about, "fairness": {**found, "allowed": list(differences)}})


@dataclass(frozen=True)
class Evidence:
    """All that one verdict rests on: an eval run, the load run and the judging model's verdicts where there are any."""

    evaluation: Run
    load: Run | None = None
    judged: Row | None = None


def read_run(folder: Path, kind: str) -> Run:
    """Raises UsageError when the folder is not a finished run of that kind."""
    about = read_json(folder / "run.json")
    if about.get("kind") != kind:
        raise UsageError(f"{folder}: not a run of kind {kind} but of kind {about.get('kind')}")
    if not (folder / "summary.json").exists():
        raise UsageError(f"{folder}: this run is not finished (it has no summary.json)")
    summary = read_json(folder / "summary.json")
    if summary.get("schema") != SCHEMAS[kind]:
        again = "; eval --resume with this folder writes it anew" if kind == "eval" else ""
        raise UsageError(
            f"{folder}/summary.json: schema {summary.get('schema')}, this version reads {SCHEMAS[kind]}{again}"
        )
    return Run(folder.resolve(), about, summary)


def fitting_load_run(runs: Iterable[Path], evaluation: Run) -> Run | None:
    """The first of these load runs that measured the two models of an eval run on its machine, or None."""
    candidates = (read_run(folder, "load") for folder in runs)
    return next((run for run in candidates if run.subject == evaluation.subject), None)


def fitting_factorial(runs: Iterable[Path], evaluation: Run) -> Row | None:
    """What the first of these factorial runs found, of those whose INT4 models are the two of an eval run; or None.

    They are the same where their versions are known and the same.
    """
    wanted = [side["version"] for side in evaluation.about["endpoints"]]
    for folder in runs:
        versions = {side["name"]: side["version"] for side in read_json(folder / "run.json")["endpoints"]}
        found: Row = read_json(folder / "summary.json")["factorial"]
        if all(wanted) and wanted == [versions["base-int4"], versions["tuned-int4"]] and found["tuning"]:
            return found
    return None


def judgement(evaluation: Run) -> Row | None:
    """What a judging model made of an eval run's answers, or None where none was asked."""
    path = evaluation.folder / "judge.json"
    if not path.exists():
        return None
    found: Row = read_json(path)
    if found.get("schema") != JUDGE_SCHEMA:
        raise UsageError(f"{path}: schema {found.get('schema')}, this version reads {JUDGE_SCHEMA}")
    return found


def unanswered(evaluation: Run) -> dict[str, Counter[str]]:
    """The errors of an eval run: endpoint -> kind -> how many prompts ended in one. What was said is not kept."""
    ended: dict[tuple[str, str, str], str | None] = {}
    for row in read_rows(evaluation.folder / "answers.jsonl"):
        ended[row["suite"], row["id"], row["endpoint"]] = row["error"] and row["error"]["kind"]
    kinds: dict[str, Counter[str]] = {}
    for (_, _, endpoint), kind in ended.items():
        if kind:
            kinds.setdefault(endpoint, Counter())[kind] += 1
    return kinds


def originals(evaluation: Run) -> dict[tuple[str, str], str]:
    """Digests of what was asked by (suite, prompt id), in the run's order; variants of prompts are left out."""
    prompts = read_rows(evaluation.folder / "prompts.jsonl")
    return {(intern(prompt["suite"]), prompt["id"]): digest([prompt]) for prompt in prompts if "of" not in prompt}


def answers(evaluation: Run) -> Mapping[tuple[str, str, str], Row]:
    """Every answer by (suite, prompt id, endpoint). Of a prompt asked again, the last answer counts."""
    path = evaluation.folder / "answers.jsonl"
    return Rows(path, lambda row: (intern(row["suite"]), row["id"], intern(row["endpoint"])))
