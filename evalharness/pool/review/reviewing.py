"""What a person says of rows: which are shown, what becomes of one, how often filters and person agree.

Pure. It knows nothing of the page on which rows are shown, nor how they lie in a file.
"""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from evalharness.errors import UsageError
from evalharness.pool import rows
from evalharness.pool.filters import private
from evalharness.pool.filters.filtering import COPY, EMPTY, FAMILY, PRIVATE, REJECTED, kind_of
from evalharness.pool.rows import Judgement, PoolRow

GONE_ALONG = f"{FAMILY}: {REJECTED}"
"""The reason of a variant whose origin a person rejected: no filter dropped it."""


def undecided(pool: Iterable[PoolRow]) -> list[str]:
    """The ids of the rows that wait for somebody, in the order in which they came."""
    return [row.id for row in pool if row.state == "waiting"]


def sample(pool: Iterable[PoolRow], size: int, seed: int) -> list[str]:
    """The ids of so many rows: half of those that a filter dropped, half of those that none did, in mixed order.

    Where there are too few of one, there are more of the other. Rows that only went along with another are not drawn,
    no filter has looked at them; nor are withdrawn ones. The same pool and seed give the same rows, whatever was said
    of them meanwhile.
    """
    gone: list[tuple[float, str]] = []
    passed: list[tuple[float, str]] = []
    for row in pool:
        if row.state != "withdrawn" and (row.reason == GONE_ALONG or kind_of(row.reason or "") != FAMILY):
            (gone if _is_filtered(row) else passed).append((random.Random(f"{seed} {row.id}").random(), row.id))
    gone.sort()
    passed.sort()
    half = min(len(gone), max(size // 2, size - len(passed)))
    return [name for _, name in sorted(gone[:half] + passed[: size - half])]


def said(row: PoolRow) -> Judgement | None:
    """What a person said of it; nothing of a row that waits: it has come back since, and waits again."""
    return None if row.state == "waiting" else row.reviewed


def judged(row: PoolRow, judgement: Judgement) -> PoolRow:
    """The row as it is from now on. To accept what a filter dropped is to say that the filter was wrong, no more: what
    mends that are the filter's limits."""
    if judgement == "rejected":
        return replace(row, state="rejected", reviewed=judgement)
    return replace(row, state="dropped" if row.reason else "accepted", reviewed=judgement)


def may_be_edited(row: PoolRow) -> bool:
    """Variants alone: what is given is mended where it comes from, and what was dropped stays so."""
    return not row.is_original and row.reason is None


def edited(row: PoolRow, question: str, answer: str) -> PoolRow:
    """The row with these texts, accepted. Raises UsageError for what is no row to learn from."""
    if not may_be_edited(row):
        raise UsageError("only variants that no filter dropped can be edited")
    if not question.strip() or not answer.strip():
        raise UsageError(EMPTY)
    if kinds := sorted({*private.found(question), *private.found(answer)}):
        raise UsageError(f"{PRIVATE}: {', '.join(kinds)}")
    if (question, answer) == (row.question, row.answer):
        return judged(row, "accepted")
    return judged(replace(row, messages=rows.ending(row, question, answer)), "edited")


def gone_along(variants: Iterable[PoolRow]) -> list[PoolRow]:
    """The variants of a row that was rejected, as they are from then on."""
    return [
        replace(row, state="dropped", reason=GONE_ALONG) for row in variants if row.state in ("accepted", "waiting")
    ]


def beside(row: PoolRow) -> str | None:
    """The id of the row to look at beside this one: what it is a copy of, else what it was made of."""
    name = (row.reason or "").partition(": ")[2]
    if kind_of(row.reason or "") == COPY and " " not in name:
        return name
    return None if row.is_original else row.origin


@dataclass(frozen=True)
class Agreement:
    """Of the rows looked at that a filter dropped, and of those that none did: how many the person would have dropped,
    and how many were fit as they were; and how many of each there were."""

    also_dropped: int
    dropped: int
    fit: int
    passed: int

    def __str__(self) -> str:
        both, all_ = self.also_dropped + self.fit, self.dropped + self.passed
        if not all_:
            return "nothing looked at yet: nothing to say of the filters"
        return (
            f"reviewer and filters agree on {both} of {all_} rows ({both / all_:.0%}): of {self.dropped} that they "
            f"dropped, {self.also_dropped} were unfit; of {self.passed} that they let through, {self.fit} were fit"
        )


def agreement(pool: Iterable[PoolRow]) -> Agreement:
    """Of those that were looked at. What had to be edited was not fit as it was."""
    counts = Counter((_is_filtered(row), said(row)) for row in pool if said(row))
    dropped = sum(number for (by_filter, _), number in counts.items() if by_filter)
    return Agreement(counts[True, "rejected"], dropped, counts[False, "accepted"], counts.total() - dropped)


def _is_filtered(row: PoolRow) -> bool:
    return row.reason not in (None, GONE_ALONG)
