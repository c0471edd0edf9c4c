"""Questions to endpoints, none of them asked twice: every answer is kept in a file, under a digest of its question.

A run that was broken off goes on from there. What is asked, and what becomes of the answers, others say: each job is a
generator that yields questions one after the other, is sent their answers, and returns what it made of them.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from evalharness.client import threads
from evalharness.client.asking import Asker
from evalharness.client.endpoints import Endpoint
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows.reworded import RewordedRow
from evalharness.runs.typed import Json
from evalharness.wording import count

Job = TypeVar("Job")
Made = TypeVar("Made")
Question = tuple[Endpoint, Json]
Making = Generator[Question, RewordedRow, Made]


@dataclass
class Cost:
    """What this run asked, how many of it ended in an error, and the tokens that servers counted, in and out; some
    count none."""

    asked: int = 0
    failed: int = 0
    uncounted: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, row: RewordedRow) -> None:
        self.asked += 1
        self.failed += row.error is not None
        usage = row.usage or {}
        tokens_in, tokens_out = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if isinstance(tokens_in, int) and isinstance(tokens_out, int):
            self.tokens_in += tokens_in
            self.tokens_out += tokens_out
        elif not row.error:
            self.uncounted += 1

    def __str__(self) -> str:
        said = f"{count(self.asked, 'question')} asked: {self.tokens_in:,} tokens in, {self.tokens_out:,} out"
        said += f" ({self.uncounted} not counted by the server)" if self.uncounted else ""
        return said + (f"; {self.failed} ended in an error" if self.failed else "")


class AskedOnce:
    """The answers of a file, and of this run. An error is kept for as long as the run: it may not last."""

    def __init__(self, path: Path) -> None:
        """There need not be a file yet. Raises UsageError for a line that is none of its rows."""
        self.path, self.cost, self.last_error = path, Cost(), ""
        self._outages = dict[str, float]()
        self._answers = {row.question: row for row in read_rows(path, RewordedRow)}

    def known(self, making: Making[Made]) -> Made | None:
        """What comes of the answers that are there: None where something is still to be asked."""
        try:
            question = next(making)
            while row := self._answers.get(_digest(*question)):
                question = making.send(row)
        except StopIteration as made:
            found: Made = made.value
            return found
        making.close()
        return None

    def make(
        self, jobs: Sequence[Job], begin: Callable[[Job], Making[Made]], concurrency: int
    ) -> Iterator[tuple[Job, Made]]:
        """Every job and what came of it, as they end; each answer is in the file before the next is looked at."""

        def thread() -> Callable[[Job], Iterator[RewordedRow | tuple[Job, Made]]]:
            asker = Asker(self._outages)

            def work(job: Job) -> Iterator[RewordedRow | tuple[Job, Made]]:
                making = begin(job)
                try:
                    question = next(making)
                    while True:
                        row = self._answers.get(_digest(*question))
                        if row is None:
                            row = _asked(asker, *question)
                            yield row
                        question = making.send(row)
                except StopIteration as made:
                    yield job, made.value

            return work

        with open_rows(self.path) as file:
            for found in threads.results(jobs, thread, concurrency):
                if not isinstance(found, RewordedRow):
                    yield found
                    continue
                self.cost.add(found)
                if found.error:
                    self.last_error = f"{found.error.kind}: {found.error.detail}"
                kept = self._answers.get(found.question)
                if kept is None or kept.error:
                    self._answers[found.question] = found
                    if not found.error:
                        append_row(file, found)


def _asked(asker: Asker, endpoint: Endpoint, request: Json) -> RewordedRow:
    reply = asker.ask(endpoint, request)
    return RewordedRow(
        question=_digest(endpoint, request),
        model=endpoint.model,
        **request,
        answer=reply.said.answer,
        finish_reason=reply.said.finish_reason,
        usage=reply.said.usage,
        started=reply.started,
        seconds=reply.seconds,
        attempts=reply.attempts,
        error=reply.error,
    )


def _digest(endpoint: Endpoint, request: Json) -> str:
    return hashlib.sha256(json.dumps([endpoint.model, request], sort_keys=True).encode()).hexdigest()
