"""More rows out of those that there are: other wordings of a question whose answer stays the same.

Pure: what chance decides is drawn from the seed, the row and the kind, so the same pool and seed give the same bytes.
The kinds that ask the same question in other words are perturb's; noise.py adds those for which the answer must be
known.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evalharness.perturb import prose
from evalharness.perturb.kinds import MAKERS, Make
from evalharness.pool import noise, rows
from evalharness.pool.rows import GIVEN, PoolRow
from evalharness.suites.variants import KINDS as SAME_MEANING

OWN: dict[str, tuple[Make, str]] = {
    "names": (noise.names, "slips in names"),
    "left-out": (noise.left_out, "words left out"),
    "swapped": (noise.swapped, "neighbouring words swapped"),
}
MAKE: dict[str, Make] = {
    **{name: make for name, make in MAKERS.items() if SAME_MEANING[name].preserves},
    **{name: make for name, (make, _) in OWN.items()},
}
SAYS: dict[str, str] = {name: SAME_MEANING[name].says if name in SAME_MEANING else OWN[name][1] for name in MAKE}
"""Every kind and what it is."""

Maker = Callable[[PoolRow, str, int, "Wanted"], PoolRow | None]
"""The row's how-manieth variant (from 0 on) of a kind; None where there is none."""

MOST_VARIANTS, MOST_SHARE = 3, 0.3


@dataclass(frozen=True)
class Wanted:
    """Which kinds, at most how many variants a row, at most which share of the whole they may be, how much of a
    question each changes (a share of its words, marks, sentences), the seed, and exactly how many (None: as many as
    the share allows)."""

    kinds: Sequence[str]
    variants: int = MOST_VARIANTS
    share: float = MOST_SHARE
    rate: float = 0.1
    seed: int = 0
    exactly: int | None = None


def most(given: int, wanted: Wanted) -> int:
    """How many variants of so many given rows the share allows."""
    return min(given * wanted.variants, int(given * wanted.share / (1 - wanted.share) + 1e-9))


def variants(
    given: Sequence[PoolRow], known: Mapping[str, bool], wanted: Wanted, make: Maker | None = None
) -> Iterator[PoolRow]:
    """New variants, spread over the rows: each gets its first before any gets its second.

    `known` are the ids that are in the pool already, and whether they are in use. Those count, but are not made again:
    an interrupted run goes on where it was. In place of one that was dropped or rejected comes another. `make` makes
    one of them, by rule where none is given.
    """
    make = make or variant
    left = most(len(given), wanted) if wanted.exactly is None else wanted.exactly
    order = sorted(given, key=lambda row: random.Random(f"{wanted.seed} {row.id}").random())
    made = set[str]()
    for number in range(wanted.variants):
        for row in order:
            if not left:
                return
            for kind in _kinds(row, wanted):
                found = make(row, kind, number, wanted)
                if found and found.id not in made and known.get(found.id, True):
                    made.add(found.id)
                    left -= 1
                    if found.id not in known:
                        yield found
                    break


def _kinds(row: PoolRow, wanted: Wanted) -> list[str]:
    """All kinds, each row's in an order of its own: where one finds nothing to change, the next is tried."""
    return random.Random(f"{wanted.seed} {row.id} kinds").sample(list(wanted.kinds), len(wanted.kinds))


def variant(row: PoolRow, kind: str, number: int, wanted: Wanted) -> PoolRow | None:
    """None where the kind finds nothing to change."""
    draw = random.Random(f"{wanted.seed} {row.id} {kind} {number}")
    text = MAKE[kind](prose.read(row.question, []), draw, wanted.rate)
    return None if text == row.question else rows.variant(row, text, kind, wanted.seed)


def of_given(pool: Iterable[PoolRow]) -> list[PoolRow]:
    """The rows that variants are made of: given, and in use."""
    return [row for row in pool if row.kind == GIVEN and row.state == "accepted"]
