"""Pair after pair of blocks, until it is known what was to be known, or the time is up.

It asks for blocks and adds up what they bring; what is to be known is for the caller to say, and what becomes of rows.
"""

import time
from collections.abc import Callable, Iterator

from evalharness.load.collecting import Collected
from evalharness.load.looks import LOOKS
from evalharness.load.process import LoadGenerator
from evalharness.load.profile import Batch, Phase, turns
from evalharness.runs.rows.load import BlockRow, RequestRow

REQUEST_LIMIT = 1_000_000  # a server that answers everything at once must not fill the disk


def blocks(
    generator: LoadGenerator, found: Collected, prompts: int, settled: Callable[[], bool]
) -> Iterator[tuple[list[RequestRow], BlockRow]]:
    """The requests of each block and its own row, as it ends; `found` has them by then. `prompts`: how many there are.

    `settled` is asked at the planned looks. What is under way when the time is up gets the generator's patience, and is
    cut off then.
    """
    profile = found.profile
    began, looked, asked, measured = time.monotonic(), 0, 0, False
    deadline = began + profile.warmup_seconds + profile.seconds
    for number, (order, questions) in enumerate(turns(profile, prompts), start=1):
        warm = number > 1 and time.monotonic() - began >= profile.warmup_seconds
        if warm and not measured:
            deadline, measured = time.monotonic() + profile.seconds, True
        for side in order:
            left = max(0.0, deadline - time.monotonic())
            phase: Phase = "measured" if warm else "warmup"
            batch = Batch(side, number, phase, questions, left + generator.plan.patience_seconds)
            rows, block = generator.block(batch)
            found.add(rows, block)
            yield rows, block
            asked += len(rows)
            if any(row.phase == "cut" for row in rows):
                return
        if found.looks > looked:
            looked = found.looks
            if looked == len(LOOKS) or settled():
                return
        if asked >= REQUEST_LIMIT:
            return
