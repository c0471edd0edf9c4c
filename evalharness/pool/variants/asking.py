"""Variants by rule and by model in one plan: what a model has to make is asked, then the plan is made again.

Answers lie in answers.jsonl beside the rows. What one asks for and what comes of it, by_model.py says.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from evalharness.client import asking
from evalharness.client.asked_once import AskedOnce, Making
from evalharness.client.endpoints import Endpoint
from evalharness.errors import Failure
from evalharness.perturb.rewriting import Languages
from evalharness.perturb.variants import MADE
from evalharness.pool.rows import PoolRow
from evalharness.pool.variants import augmenting, by_model
from evalharness.pool.variants.augmenting import Wanted
from evalharness.pool.variants.by_model import Made

FILE = "answers.jsonl"

Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Of so many: gives what to call after each."""


class Job(NamedTuple):
    """One variant to make: of which row, of which kind, the how-manieth from 0 on."""

    row: PoolRow
    kind: str
    number: int


class Maker:
    """Who is asked, and what came of each job so far."""

    def __init__(
        self, folder: Path, endpoints: Sequence[Endpoint], languages: Languages, concurrency: int, progress: Progress
    ) -> None:
        self._asked = AskedOnce(folder / FILE)
        self.endpoints, self.languages, self.concurrency = endpoints, languages, concurrency
        self._progress = progress
        self._outcomes: dict[tuple[str, str, int], str] = {}

    def told(self, kinds: Sequence[str]) -> list[str]:
        """Lines for a person: what was asked and what it cost, and what became of the answers to each kind."""
        lines = [str(self._asked.cost)]
        for kind in kinds:
            counts = Counter(outcome for (_, name, _), outcome in self._outcomes.items() if name == kind)
            why = [f"{number} {outcome}" for outcome, number in sorted(counts.items()) if outcome != MADE]
            if counts:
                lines.append(f"  {kind}: {counts[MADE]} made" + (f"; of no use: {', '.join(why)}" if why else ""))
        return lines

    def variants(self, given: Sequence[PoolRow], known: Mapping[str, bool], wanted: Wanted) -> list[PoolRow]:
        """As augmenting.variants has it. In place of what a model cannot make comes something else of the plan.

        Raises Failure when nothing is answered, or nobody is there any more; UsageError for an endpoint that will
        not do.
        """
        while True:
            todo: dict[str, Job] = {}

            def make(
                row: PoolRow, kind: str, number: int, wanted: Wanted, todo: dict[str, Job] = todo
            ) -> PoolRow | None:
                if kind not in by_model.SAYS:
                    return augmenting.variant(row, kind, number, wanted)
                job = Job(row, kind, number)
                made = self._asked.known(self._making(job, wanted))
                if made is None:  # as if it were there: so much is asked as the plan has room for
                    row = replace(row, id=f"{row.id} {kind} {number}")
                    todo[row.id] = job
                    return row
                self._outcomes[row.id, kind, number] = made.outcome
                return made.row

            planned = list(augmenting.variants(given, known, wanted, make))
            if not todo:
                return planned
            self._ask(list(todo.values()), wanted)

    def _ask(self, jobs: Sequence[Job], wanted: Wanted) -> None:
        if not self._asked.cost.asked:
            for endpoint in self.endpoints:
                asking.probe(endpoint)
        before = replace(self._asked.cost)
        with self._progress(len(jobs)) as done:
            for _ in self._asked.make(jobs, lambda job: self._making(job, wanted), self.concurrency):
                done()
        cost, error = self._asked.cost, self._asked.last_error
        is_gone = cost.failed - before.failed == cost.asked - before.asked and error.startswith("connection")
        if is_gone or cost.failed == cost.asked:
            models = " and ".join(dict.fromkeys(endpoint.model for endpoint in self.endpoints))
            raise Failure(
                f"{models}: none of {cost.asked - before.asked} questions was answered ({error}); every answer before "
                "is kept, and the same command goes on"
            )

    def _making(self, job: Job, wanted: Wanted) -> Making[Made]:
        return by_model.making(job.row, job.kind, wanted.seed, job.number, self.languages, self.endpoints)
