"""Rows to learn from out of people's votes, and what becomes of those whose votes are gone.

Pure. A decided pair is a row to prefer one answer by, a thumb alone one to like or dislike an answer by; that both
answers were bad dislikes both. A tie says nothing of what to learn.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from evalharness.pool import rows
from evalharness.pool.filters import private
from evalharness.pool.people.genuine import SIDES
from evalharness.pool.people.joined import BOTH_BAD, Compared, Thumb, Votes
from evalharness.pool.rows import DISLIKED, LIKED, PREFERENCES, PREFERRED, Messages, PoolRow

GONE = "the vote, its answer or its chat is gone, or kept out"


def rows_of(votes: Votes) -> list[PoolRow]:
    """A tag says whose answer it is."""
    return [*(row for pair in votes.compared for row in _of_pair(pair)), *map(_of_thumb, votes.thumbs)]


def with_private(now: Iterable[PoolRow]) -> dict[str, list[str]]:
    """Of the rows with personal data their ids and its kinds: they are never written, not even as dropped."""
    found = {row.id: sorted({kind for text in row.texts for kind in private.found(text)}) for row in now}
    return {name: kinds for name, kinds in found.items() if kinds}


def renewed(pool: Iterable[PoolRow], now: Sequence[PoolRow]) -> Iterator[PoolRow]:
    """The lines that make the pool's rows of votes those that there are now; rows of no vote are left alone."""
    new = {row.id: row for row in now}
    for row in pool:
        if row.kind not in PREFERENCES or row.origin == row.id:
            continue
        still = new.pop(row.id, None)
        if still is None and row.state != "withdrawn":
            yield replace(row, state="withdrawn", reason=GONE)
        elif still is not None and row.state == "withdrawn":
            yield still
    yield from new.values()


def _of_pair(pair: Compared) -> Iterator[PoolRow]:
    if pair.answers["base"] == pair.answers["tuned"] and pair.choice in SIDES:
        return  # whichever of them was taken: there is nothing in it to learn
    if pair.choice in SIDES:
        other = "base" if pair.choice == "tuned" else "tuned"
        messages = _messages(pair, pair.answers[pair.choice])
        yield rows.preference(messages, PREFERRED, pair.answers[other], tags=[pair.choice], vote=pair.vote)
    elif pair.choice == BOTH_BAD and pair.blind:  # two thumbs down are rows of their own
        for side in SIDES:
            yield rows.preference(_messages(pair, pair.answers[side]), DISLIKED, tags=[side], vote=pair.vote)


def _of_thumb(thumb: Thumb) -> PoolRow:
    kind = LIKED if thumb.liked else DISLIKED
    return rows.preference(_messages(thumb, thumb.answer), kind, tags=[thumb.model], vote=thumb.vote)


def _messages(vote: Compared | Thumb, answer: str) -> Messages:
    said = [{"role": role, "content": text} for role, text in vote.prompt]
    return [*said, {"role": "assistant", "content": answer}]
