"""In what a model is wrong often, out of an eval run: the list of what the next adapter needs more rows of.

Pure. Named are tags and kinds of wording, never a prompt: a row that was made after a suite's prompt would be a leak.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evalharness.analysis.failures import types_of
from evalharness.pool.variants.augmenting import MAKE
from evalharness.runs.failures import Failure
from evalharness.runs.rows.eval import Graded
from evalharness.runs.rows.parts import Place
from evalharness.runs.typed import Part

FEWEST, LEAST_SHARE = 3, 0.1  # wrong answers, and of those that were asked, from which on it is often

ALSO: Mapping[str, tuple[str, ...]] = {"typos": ("names", "slips")}
"""Kinds that teach what a kind of variant asks, beside the one of its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequentRow(Part):
    """A row of failures.jsonl: of a suite's prompts with a tag, or that were asked otherwise (`variant`), so many of
    those that were answered are wrong, most of them by `failure`; `kinds` are those of `augment` that vary rows so."""

    suite: str
    tag: str | None
    variant: str | None
    wrong: int
    answered: int
    failure: Failure | None
    kinds: list[str]


def frequent(rows: Iterable[Graded], tags: Mapping[Place, Iterable[str]]) -> list[FrequentRow]:
    """Of one endpoint's rows, those that fail most first; `tags` are those of each prompt."""
    answered, wrong = Counter[tuple[str, str | None, str | None]](), Counter[tuple[str, str | None, str | None]]()
    types: dict[tuple[str, str | None, str | None], Counter[Failure]] = {}
    for row in rows:
        if row.right is None:
            continue
        ways = [(None, row.variant)] if row.variant else [(tag, None) for tag in tags.get(row.place, ())]
        for tag, variant in ways:
            key = (row.suite, tag, variant)
            answered[key] += 1
            wrong[key] += not row.right
            types.setdefault(key, Counter()).update(types_of(row))
    found = [
        FrequentRow(
            suite=suite,
            tag=tag,
            variant=variant,
            wrong=many,
            answered=answered[suite, tag, variant],
            failure=next((kind for kind, _ in types[suite, tag, variant].most_common(1)), None),
            kinds=_kinds(variant or tag),
        )
        for (suite, tag, variant), many in wrong.items()
        if many >= FEWEST and many >= LEAST_SHARE * answered[suite, tag, variant]
    ]
    return sorted(found, key=lambda row: (-row.wrong, row.suite, row.tag or "", row.variant or ""))


def _kinds(name: str | None) -> list[str]:
    return [name, *ALSO.get(name, ())] if name in MAKE and name is not None else []
