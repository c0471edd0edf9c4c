"""A review while it lasts: rows one after the other, and what a person says of each, written as soon as it is said.

Whatever ends it, all that was said is in the pool. It knows the pool's folder, and nothing of the page.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from evalharness.pool.folder import Pool
from evalharness.pool.review import reviewing
from evalharness.pool.review.reviewing import Agreement
from evalharness.pool.rows import GIVEN, Judgement, PoolRow
from evalharness.pool.variants import augmenting, by_model
from evalharness.runs.jsonl import append_row
from evalharness.runs.typed import Json

SAYS = {**augmenting.SAYS, **by_model.SAYS}


class Review:
    """The rows of a pool by their places in the queue, from 0 on. Threads may use it at the same time."""

    def __init__(self, pool: Pool, queue: Sequence[str], file: TextIO) -> None:
        """`file`: the pool's, open for more lines. Nobody else may write to it meanwhile."""
        self._pool, self._queue, self._file = pool, queue, file
        self._said: dict[str, Judgement | None] = dict.fromkeys(queue)
        self._variants: dict[str, list[str]] = {}
        self._now: dict[str, PoolRow] = {}
        self._lock = threading.Lock()
        for row in pool:
            if row.id in self._said:
                self._said[row.id] = reviewing.said(row)
            if row.origin in self._said and row.kind != GIVEN:
                self._variants.setdefault(row.origin, []).append(row.id)

    def __len__(self) -> int:
        return len(self._queue)

    def counts(self) -> dict[str, int]:
        """How many were accepted, edited, rejected, and are left."""
        found = Counter(said or "left" for said in list(self._said.values()))
        return {name: found[name] for name in ("accepted", "edited", "rejected", "left")}

    def first_left(self) -> int:
        """The first place of which nothing was said; behind the last where there is none."""
        return next((place for place, name in enumerate(self._queue) if self._said[name] is None), len(self))

    def agreement(self) -> Agreement:
        """Of filters and reviewer, on the rows that were looked at."""
        return reviewing.agreement(self._row(name) for name in self._queue)

    def shown(self, place: int) -> Json:
        """What a page needs of a row, and of the one to look at beside it."""
        row = self._row(self._queue[place])
        return {
            **_texts(row),
            "kind": row.kind,
            "says": SAYS.get(row.kind, ""),
            "reason": row.reason,
            "said": self._said[row.id],
            "editable": reviewing.may_be_edited(row),
            "beside": self._beside(row),
        }

    def _beside(self, row: PoolRow) -> Json | None:
        if row.rejected is not None:
            return {**_texts(row), "answer": row.rejected, "is": "not preferred"}
        name = reviewing.beside(row)
        if name is None or name not in self._pool:
            return None
        return {**_texts(self._row(name)), "is": "origin" if name == row.origin else "the other row"}

    def judge(self, place: int, judgement: Judgement) -> None:
        with self._lock:
            row = self._row(self._queue[place])
            self._write(row, reviewing.judged(row, judgement))

    def edit(self, place: int, question: str, answer: str) -> None:
        """Raises UsageError for texts that will not do."""
        with self._lock:
            row = self._row(self._queue[place])
            self._write(row, reviewing.edited(row, question, answer))

    def _write(self, before: PoolRow, now: PoolRow) -> None:
        """A row's variants go before it does: were they written after it and the last word lost, they would stay."""
        if now == before:
            return
        along = [self._row(name) for name in self._variants.get(now.id, ())] if now.state == "rejected" else []
        for row in (*reviewing.gone_along(along), now):
            append_row(self._file, row)
            self._now[row.id] = row
        self._said[now.id] = reviewing.said(now)

    def _row(self, name: str) -> PoolRow:
        return self._now.get(name) or self._pool[name]


def _texts(row: PoolRow) -> Json:
    earlier = [f"{message['role']}: {message['content']}" for message in row.messages[:-2]]
    return {"before": "\n\n".join(earlier), "question": row.question, "answer": row.answer}
