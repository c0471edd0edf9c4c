"""The variants that a model makes: asks an OpenAI-compatible endpoint, and never twice for the same.

Every answer is kept in a file of rows beside the suite that is written, under a digest of its question. A run that
was broken off goes on from there.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evalharness.client import threads
from evalharness.client.asking import Asker
from evalharness.client.endpoints import Endpoint
from evalharness.perturb import rewriting
from evalharness.perturb.kinds import MAKERS
from evalharness.perturb.rewriting import Languages
from evalharness.perturb.variants import UNCHANGED, Place, Rewriting, Wanted, question
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows import RewordedRow
from evalharness.runs.typed import Json
from evalharness.suites.schema import Prompt, Suite


@dataclass(frozen=True)
class Job:
    """One rewriting to make: of which prompt, of which kind, the how-manieth."""

    prompt: Prompt
    kind: str
    number: int

    @property
    def place(self) -> Place:
        return self.prompt.id, self.kind, self.number


class Rewriter:
    """Who is asked, what in, and the answers so far."""

    def __init__(self, endpoint: Endpoint, languages: Languages, seed: int, kept: Path) -> None:
        """`kept`: the file of answers; it need not be there yet."""
        self.endpoint, self.languages, self.seed, self.kept = endpoint, languages, seed, kept
        self._answers = {row.question: row for row in read_rows(kept, RewordedRow)}

    def known(self, job: Job) -> Rewriting | None:
        """The rewriting as far as the file goes: None where something is still to be asked."""
        return self._made(job, lambda request: self._answers.get(self._digest(request)))

    def rewrite(self, jobs: Iterable[Job], concurrency: int, done: Callable[[], None]) -> dict[Place, Rewriting]:
        """Asks for all of them, and appends what is answered to the file. An error is not kept: it may not last."""
        made, outages = {}, dict[str, float]()

        def begin() -> Callable[[Job], Iterator[tuple[Place, Rewriting | None, list[RewordedRow]]]]:
            asker = Asker(outages)

            def work(job: Job) -> Iterator[tuple[Place, Rewriting | None, list[RewordedRow]]]:
                rows: list[RewordedRow] = []

                def asked(request: Json) -> RewordedRow:
                    row = self._answers.get(self._digest(request)) or self._asked(asker, request)
                    rows.append(row)
                    return row

                yield job.place, self._made(job, asked), rows

            return work

        with open_rows(self.kept) as file:
            for place, rewritten, rows in threads.results(jobs, begin, concurrency):
                for row in rows:
                    if not row.error and row.question not in self._answers:
                        self._answers[row.question] = row
                        append_row(file, row)
                if rewritten:
                    made[place] = rewritten
                done()
        return made

    def _made(self, job: Job, answer: Callable[[Json], RewordedRow | None]) -> Rewriting | None:
        """Step by step, each on the last one's answer; None where there is no answer to a step."""
        original = question(job.prompt)
        if original is None:
            return Rewriting(None, UNCHANGED)
        text = original.text
        for instruction in rewriting.steps(job.kind, self.languages):
            reply = answer(rewriting.request(instruction, text, self.seed + job.number - 1))
            if reply is None:
                return None
            if why := rewriting.unusable(reply):
                return Rewriting(None, why)
            text = (reply.answer or "").strip()
        return rewriting.usable(original, [check.model_dump() for check in job.prompt.checks], text)

    def _asked(self, asker: Asker, request: Json) -> RewordedRow:
        reply = asker.ask(self.endpoint, request)
        return RewordedRow(
            question=self._digest(request),
            model=self.endpoint.model,
            **request,
            answer=reply.said.answer,
            finish_reason=reply.said.finish_reason,
            usage=reply.said.usage,
            started=reply.started,
            seconds=reply.seconds,
            attempts=reply.attempts,
            error=reply.error,
        )

    def _digest(self, request: Json) -> str:
        return hashlib.sha256(json.dumps([self.endpoint.model, request], sort_keys=True).encode()).hexdigest()


def jobs(suite: Suite, wanted: Wanted) -> Iterator[Job]:
    """What of a suite's variants an endpoint has to make."""
    for prompt in suite.prompts:
        for kind in wanted.kinds:
            if kind not in MAKERS:
                yield from (Job(prompt, kind, number) for number in range(1, wanted.variants + 1))
