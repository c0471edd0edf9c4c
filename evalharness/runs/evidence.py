"""Finished runs as a verdict needs them: found, read, checked to be of the same two models.

It knows where a run folder keeps what, nothing of what the numbers mean.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sys import intern
from typing import Any, Generic, Literal, Self, TypeVar, overload

from evalharness import wording
from evalharness.errors import UsageError
from evalharness.runs.about import About, Fairness, read_about
from evalharness.runs.folder import ROWS, digests, read_json
from evalharness.runs.jsonl import Rows, digest, read_rows
from evalharness.runs.rows.eval import AnswerRow, Graded, PromptRow
from evalharness.runs.rows.parts import Place
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.eval import EvalSummary, Factorial, FactorialSummary
from evalharness.runs.summaries.judged import JudgeSummary, People
from evalharness.runs.summaries.load import LoadSummary
from evalharness.runs.typed import parsed
from evalharness.runs.versions import SCHEMAS

Kind = TypeVar("Kind", EvalSummary, CapacitySummary, LoadSummary, FactorialSummary, JudgeSummary)
Found = TypeVar("Found", EvalSummary, CapacitySummary, LoadSummary, FactorialSummary)


@dataclass(frozen=True)
class Run(Generic[Found]):
    """A finished run: its folder, its run.json and its summary.json."""

    folder: Path
    about: About
    summary: Found

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
    """All that one verdict rests on: an eval run; a load run, a capacity run (`borne`), a judging model's verdicts and
    people's votes where there are any."""

    evaluation: Run[EvalSummary]
    load: Run[LoadSummary] | None = None
    judged: JudgeSummary | None = None
    borne: Run[CapacitySummary] | None = None
    people: People | None = None

    @property
    def runs(self) -> list[Run[EvalSummary] | Run[LoadSummary] | Run[CapacitySummary]]:
        return [run for run in (self.evaluation, self.load, self.borne) if run]

    @property
    def fairness(self) -> list[Fairness]:
        """What each run recorded of the servers that it asked."""
        return [run.about["fairness"] for run in self.runs if "fairness" in run.about]


@overload
def read_run(folder: Path, kind: Literal["eval"]) -> Run[EvalSummary]: ...


@overload
def read_run(folder: Path, kind: Literal["load"]) -> Run[LoadSummary]: ...


@overload
def read_run(folder: Path, kind: Literal["capacity"]) -> Run[CapacitySummary]: ...


@overload
def read_run(folder: Path, kind: Literal["factorial"]) -> Run[FactorialSummary]: ...


def read_run(folder: Path, kind: str) -> Run[Any]:
    """Raises UsageError when the folder is not a finished run of that kind."""
    about = read_about(folder, kind)
    path = folder / "summary.json"
    if not path.exists():
        raise UsageError(f"{folder}: this run is not finished (it has no summary.json)")
    of: dict[str, Any] = {
        "eval": EvalSummary,
        "load": LoadSummary,
        "capacity": CapacitySummary,
        "factorial": FactorialSummary,
    }
    summary = _read(path, kind, of[kind], "; eval --resume with this folder mends it" if kind == "eval" else "")
    if [side["name"] for side in about["endpoints"]] != [getattr(side, "name", side) for side in summary.endpoints]:
        raise UsageError(f"{path}: is of other endpoints than run.json beside it")
    return Run(folder.resolve(), about, summary)


def _read(path: Path, kind: str, of: type[Kind], mends: str = "") -> Kind:
    """Raises UsageError for a file of another version, and for one that is not what its version has to be."""
    version = read_json(path).get("schema")
    if version != SCHEMAS[kind]:
        raise UsageError(f"{path}: schema {version}, this version reads {SCHEMAS[kind]}{mends}")
    try:
        found = parsed(of, path.read_bytes())
    except ValueError as error:
        raise UsageError(f"{path}: {error}{mends}") from None
    rows = digests(path.parent, kind)
    if found.rows != rows:
        changed = [name for name in ROWS[kind] if (found.rows or {}).get(name) != rows.get(name)]
        raise UsageError(f"{path}: not made of the {wording.listing(changed)} beside it{mends}")
    return found


def fitting_load_run(runs: Iterable[Path], evaluation: Run[EvalSummary]) -> Run[LoadSummary] | None:
    """The first of these load runs that measured the two models of an eval run on its machine, or None."""
    candidates = (read_run(folder, "load") for folder in runs)
    return next((run for run in candidates if run.subject == evaluation.subject), None)


def fitting_capacity(runs: Iterable[Path], evaluation: Run[EvalSummary]) -> Run[CapacitySummary] | None:
    """The first of these capacity runs that measured the two models of an eval run on its machine, or None."""
    candidates = (read_run(folder, "capacity") for folder in runs)
    return next((run for run in candidates if run.subject == evaluation.subject), None)


def fitting_factorial(runs: Iterable[Path], evaluation: Run[EvalSummary]) -> Factorial | None:
    """What the first of these factorial runs found, of those whose INT4 models are the two of an eval run; or None.

    They are the same where their versions are known and the same.
    """
    wanted = [side["version"] for side in evaluation.about["endpoints"]]
    for folder in runs:
        run = read_run(folder, "factorial")
        versions = {side["name"]: side["version"] for side in run.about["endpoints"]}
        found = run.summary.factorial
        if all(wanted) and wanted == [versions["base-int4"], versions["tuned-int4"]] and found.tuning:
            return found
    return None


def judgement(evaluation: Run[EvalSummary]) -> JudgeSummary | None:
    """What a judging model made of an eval run's answers, or None where none was asked."""
    path = evaluation.folder / "judge.json"
    return _read(path, "judge", JudgeSummary, "; judge with this run writes it anew") if path.exists() else None


def unanswered(evaluation: Run[EvalSummary]) -> dict[str, Counter[str]]:
    """The errors of an eval run: endpoint -> kind -> how many prompts ended in one. What was said is not kept."""
    ended: dict[tuple[str, str, str], str | None] = {}
    for row in read_rows(evaluation.folder / "answers.jsonl", Graded):
        ended[row.suite, row.id, row.endpoint] = row.error.kind if row.error else None
    kinds: dict[str, Counter[str]] = {}
    for (_, _, endpoint), kind in ended.items():
        if kind:
            kinds.setdefault(endpoint, Counter())[kind] += 1
    return kinds


def prompts(evaluation: Run[EvalSummary]) -> Iterator[PromptRow]:
    """All that was asked, variants among it. Raises UsageError where that is lost."""
    path = evaluation.folder / "prompts.jsonl"
    if not path.exists():
        raise UsageError(f"{path}: it is not there, and nothing else says what was asked")
    return read_rows(path, PromptRow)


def originals(evaluation: Run[EvalSummary]) -> dict[Place, str]:
    """Digests of what was asked by (suite, prompt id), in the run's order; variants of prompts are left out."""
    return {(intern(prompt.suite), prompt.id): digest([prompt]) for prompt in prompts(evaluation) if not prompt.of}


def answers(evaluation: Run[EvalSummary]) -> Mapping[tuple[str, str, str], AnswerRow]:
    """Every answer by (suite, prompt id, endpoint). Of a prompt asked again, the last answer counts."""
    return Rows(evaluation.folder / "answers.jsonl", AnswerRow, _key)


def graded(evaluation: Run[EvalSummary]) -> Mapping[tuple[str, str, str], Graded]:
    """The same without what was said."""
    return Rows(evaluation.folder / "answers.jsonl", Graded, _key)


def _key(row: Graded) -> tuple[str, str, str]:
    return intern(row.suite), row.id, intern(row.endpoint)
