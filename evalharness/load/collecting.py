"""What a load has measured so far: its blocks are added as they end, and the ratios narrow.

It knows nothing of files or of limits.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from evalharness.load import looks
from evalharness.load.measure import Block, Pair, measured_block
from evalharness.load.ratios import METRICS, ratio
from evalharness.runs.rows.load import BlockRow, RequestRow
from evalharness.runs.summaries.load import Profile, Ratio


@dataclass
class Side:
    """One endpoint's measured blocks, and what is counted of the requests in them."""

    blocks: list[Block] = field(default_factory=list)
    requests: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    unequal: int = 0  # answers that are not as long as was asked
    client_cpu_seconds: float = 0.0


class Collected:
    """`pairs` are those of which every request was answered; `spoilt` counts the others.

    `seconds` is how long both sides have been under load: from the first measured block to the end of the last pair.
    """

    def __init__(self, profile: Profile, names: Sequence[str]) -> None:
        self.profile = profile
        self.sides = {name: Side() for name in names}
        self.pairs: list[Pair] = []
        self.spoilt = 0
        self.seconds = 0.0
        self._began: float | None = None
        self._pair: dict[str, Block | None] = {}  # of the pair under way; None is a block with a failed request

    def add(self, rows: Sequence[RequestRow], block: BlockRow) -> None:
        """A block and its requests. One of the warm-up counts for nothing, nor does one that was cut off."""
        if block.phase == "warmup" or any(row.phase == "cut" for row in rows):
            return
        self._began = block.started if self._began is None else self._began
        side, measured = self.sides[block.endpoint], measured_block(rows, block)
        side.blocks.append(measured)
        side.requests += len(rows)
        side.errors.update(row.error.kind for row in rows if row.error)
        side.unequal += sum(not row.error and row.output_tokens != self.profile.output_tokens for row in rows)
        side.client_cpu_seconds += block.client_cpu_seconds
        self._pair[block.endpoint] = None if any(row.error for row in rows) else measured
        if len(self._pair) == len(self.sides):
            first, second = (self._pair[name] for name in self.sides)
            self._pair = {}
            self.seconds = block.started + block.seconds - self._began
            if first and second:
                self.pairs.append((first, second))
            else:
                self.spoilt += 1

    @property
    def requests(self) -> int:
        """Of the side that has fewer."""
        return min(side.requests for side in self.sides.values())

    @property
    def looks(self) -> int:
        """How many of the planned looks have come."""
        return looks.due(self.seconds / self.profile.seconds)

    def ratios(self, metrics: Iterable[str] = METRICS) -> tuple[Ratio, ...]:
        """With the intervals that the last of the looks may have."""
        confidence = looks.confidence(self.looks)
        return tuple(ratio(self.pairs, metric, self.profile.users, confidence) for metric in metrics)


def collected(
    profile: Profile, names: Sequence[str], requests: Iterable[RequestRow], blocks: Iterable[BlockRow]
) -> Collected:
    """From the rows of requests.jsonl and blocks.jsonl, in the order in which they were written: a block's requests
    stand together, so that of a million rows no more than one block's are in memory.
    """
    found, of_blocks = Collected(profile, names), groupby(requests, lambda row: (row.endpoint, row.pair))
    for block, (_, rows) in zip(blocks, of_blocks, strict=False):
        found.add(list(rows), block)
    return found
