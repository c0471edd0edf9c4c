"""More rows out of those that there are: the question in other words or forms, its answer as it was or changed along.

Pure: what chance decides is drawn from the seed, the row and the kind, so the same pool and seed give the same bytes.
The kinds that ask the same question in other words are perturb's; those for which the answer must be known lie in
files of their own beside this one.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evalharness.perturb import fields, prose
from evalharness.perturb.kinds import MAKERS, Make
from evalharness.perturb.prose import Prose
from evalharness.pool import rows
from evalharness.pool.rows import GIVEN, NEW, Messages, PoolRow
from evalharness.pool.variants import code, framing, mixed, noise, structured, symmetric
from evalharness.pool.variants.asked import asked, asked_and_answered, is_of_words
from evalharness.suites.variants import KINDS as SAME_MEANING

Remake = Callable[[PoolRow, random.Random, float], Messages | None]
"""Row, what chance is drawn from, and the rate, as of perturb's kinds; None where it finds nothing to change."""


def _worded(remake: Remake) -> Remake:
    """Not of questions about words as such."""
    return lambda row, draw, rate: None if is_of_words(row) else remake(row, draw, rate)


def _asked(make: Make, read: Callable[[PoolRow], Prose] = asked) -> Remake:
    """The question made otherwise; the answer stays."""

    def remake(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
        text = make(read(row), draw, rate)
        return None if text == row.question else rows.ending(row, text, row.answer)

    return _worded(remake)


def _json_order(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """Perturb's, which is told of the answer: where that spells keys out, their order may be the object's."""
    if "{" not in row.question:
        return None
    text = fields.order(prose.read(row.question, [{"type": "equals", "value": row.answer}]), draw, rate)
    return None if text == row.question else rows.ending(row, text, row.answer)


OWN: dict[str, tuple[Remake, str]] = {
    "names": (_asked(noise.names), "slips in names"),
    "slips": (_asked(noise.slips), "slips in any word, short ones and capitals too"),
    "left-out": (_asked(noise.left_out, asked_and_answered), "small words left out"),
    "put-in": (_asked(noise.put_in, asked_and_answered), "fillers put in"),
    "swapped": (_asked(noise.swapped, asked_and_answered), "neighbouring words swapped"),
    "mixed": (_asked(mixed.mixed, asked_and_answered), "words of another language"),
    "json-nulls": (structured.nulls, "fields that the answer copies set to null there and here"),
    "json-extra": (structured.extra, "fields that nobody asked for"),
    "json-flat": (structured.flat, "a record without objects in objects"),
    "json-text": (structured.text, "a record or table as lines of text"),
    "json-xml": (structured.xml, "a record as XML"),
    "code-names": (code.renamed, "Python variables renamed"),
    "code-order": (code.reordered, "independent Python assignments in another order"),
    "code-repair": (code.broken, "the answer's Python with a slip, to be repaired"),
    "role": (framing.role, "a system message more, or said by the user"),
    "constraint": (_worded(framing.constraint), "a constraint more that the answer meets"),
    "background": (_worded(framing.background), "who asks and what for before the question"),
    "reasoning": (_worded(framing.reasoning), "a request to think first, where the answer is one line without reasons"),
    "domain": (framing.domain, "the field of a row tagged domain:NAME before its question"),
    "symmetric": (symmetric.swapped, "question and answer swapped, of rows tagged symmetric"),
}
MAKE: dict[str, Remake] = {
    **{name: _asked(make) for name, make in MAKERS.items() if SAME_MEANING[name].preserves},
    "json-order": _json_order,
    **{name: make for name, (make, _) in OWN.items()},
}
SAYS: dict[str, str] = {name: OWN[name][1] if name in OWN else SAME_MEANING[name].says for name in MAKE}
"""Every kind and what it is."""

ASKS_ANEW = frozenset({"code-repair", "symmetric", NEW})
"""Kinds whose question is another one than the row's."""

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
    messages = MAKE[kind](row, draw, wanted.rate)
    return None if messages is None or messages == row.messages else rows.made(row, messages, kind, wanted.seed)


def of_given(pool: Iterable[PoolRow]) -> list[PoolRow]:
    """The rows that variants are made of: given, and in use."""
    return [row for row in pool if row.kind == GIVEN and row.state == "accepted"]
