"""What is left of the right answers when the questions are asked otherwise.

Pure: from a suite's answer rows to the accuracy kept under each kind of variant, both models side by side. A prompt
is one observation, however many variants it has: they stand or fall together. Kinds that preserve the meaning and
kinds that change it are never put together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalharness.runs.rows.eval import Graded
from evalharness.runs.rows.parts import Company
from evalharness.runs.summaries.eval import Bounds, Kept, Robustness, Variants
from evalharness.stats import CONFIDENCE
from evalharness.stats.clustered import Effect, effect
from evalharness.suites.variants import KINDS

Right = Mapping[str, bool]  # endpoint -> whether its answer was right; both are there
Errors = tuple[bool | None, bool | None]  # what an error of the first and of the second is taken for; None: left out


@dataclass(frozen=True)
class Family:
    """A prompt and its variants of some kinds, as far as both endpoints answered them."""

    original: Right
    variants: Sequence[Right]
    group: Company


def robustness(rows: Iterable[Graded], names: Sequence[str], confidence: float = CONFIDENCE) -> Robustness | None:
    """What is kept under each kind of either sort, and under all preserving kinds together.

    `rows` are one suite's answers, of two to one question the later counts; `names` the two endpoints. None where
    the suite has no variants, and for `together` where fewer than two kinds preserve the meaning. Of each:

    - prompts and variants: how many entered. A prompt enters when both endpoints answered it and one of its
      variants, a variant when both did. errors: how many variants each endpoint left unanswered.
    - endpoints: of each its accuracy on the originals and under the kind (shares, each prompt weighs the same), kept
      (their ratio; None when no original was right), consistent (the share of prompts whose original and variants
      are all right or all wrong).
    - difference: the second endpoint's loss minus the first's, a loss being the accuracy on the originals minus that
      under the kind: above 0 the second loses more. low, high: its interval (stats/clustered.py). None without prompts.
    """
    latest = {(row.id, row.endpoint): row for row in rows}
    variants = {row.id: row for row in latest.values() if row.variant}
    if not variants:
        return None

    def right(prompt: str, errors: Errors) -> Right | None:
        found = {}
        for name, error in zip(names, errors, strict=True):
            answer = latest.get((prompt, name))
            outcome = None if answer is None else error if answer.error else bool(answer.right)
            if outcome is None:
                return None
            found[name] = outcome
        return found

    def families(own: Sequence[Graded], of_originals: Errors, of_variants: Errors) -> list[Family]:
        answered: dict[str, list[Right]] = {}
        for variant in own:
            if variant.of and (outcome := right(variant.id, of_variants)):
                answered.setdefault(variant.of, []).append(outcome)
        return [
            Family(outcome, found, latest[of, names[0]].company)
            for of, found in answered.items()
            if (outcome := right(of, of_originals))
        ]

    def under(label: str, kinds: Sequence[str]) -> Variants:
        own = [variant for variant in variants.values() if variant.variant in kinds]
        failed = Counter(name for variant in own for name in names if _failed(latest.get((variant.id, name))))
        errors = {name: failed[name] for name in names}
        # A side loses where its original is right and its variant wrong: so are the second's errors read, then the
        # first's.
        filled = [families(own, (False, True), (True, False)), families(own, (True, False), (False, True))]
        return _variants(label, families(own, (None, None), (None, None)), filled, errors, names, confidence)

    present = [kind for kind in KINDS if any(variant.variant == kind for variant in variants.values())]
    sorts = {sort: [kind for kind in present if KINDS[kind].preserves == sort] for sort in (True, False)}
    return Robustness(
        preserving=tuple(under(kind, [kind]) for kind in sorts[True]),
        together=under("together", sorts[True]) if len(sorts[True]) > 1 else None,
        changing=tuple(under(kind, [kind]) for kind in sorts[False]),
    )


def _failed(answer: Graded | None) -> bool:
    return bool(answer and answer.error)


def _variants(
    kind: str,
    families: Sequence[Family],
    filled: Iterable[Sequence[Family]],
    errors: dict[str, int],
    names: Sequence[str],
    confidence: float,
) -> Variants:
    """Of the families that were answered; `filled` are those with errors counted, one way and the other."""
    found = _effect(families, names, confidence)
    ends = [one for one in (found, *(_effect(own, names, confidence) for own in filled)) if one]
    return Variants(
        kind=kind,
        prompts=len(families),
        groups=found.groups if found else 0,
        variants=sum(len(family.variants) for family in families),
        errors=errors,
        endpoints={name: _kept(families, name) for name in names},
        difference=_mean(_differences(families, names)),
        low=found.low if found else None,
        high=found.high if found else None,
        with_errors=Bounds(low=min(one.low for one in ends), high=max(one.high for one in ends)) if ends else None,
    )


def _differences(families: Sequence[Family], names: Sequence[str]) -> list[Fraction]:
    first, second = names
    return [_loss(family, second) - _loss(family, first) for family in families]


def _effect(families: Sequence[Family], names: Sequence[str], confidence: float) -> Effect | None:
    if not families:
        return None
    # A loss lies in -1 to 1, so the difference of two in -2 to 2.
    differences = [float(difference) for difference in _differences(families, names)]
    return effect(differences, [family.group for family in families], confidence=confidence, reach=2)


def _kept(families: Sequence[Family], name: str) -> Kept:
    originals = _mean([Fraction(family.original[name]) for family in families])
    under = _mean([_share(family, name) for family in families])
    agree = [all(variant[name] == family.original[name] for variant in family.variants) for family in families]
    return Kept(
        originals=originals,
        variants=under,
        kept=under / originals if originals and under is not None else None,
        consistent=_mean([Fraction(one) for one in agree]),
    )


def _share(family: Family, name: str) -> Fraction:
    """Of a prompt's variants, how many are right: exact, so that equal losses are equal numbers."""
    return Fraction(sum(variant[name] for variant in family.variants), len(family.variants))


def _loss(family: Family, name: str) -> Fraction:
    return family.original[name] - _share(family, name)


def _mean(values: Sequence[Fraction]) -> float | None:
    return float(sum(values) / len(values)) if values else None
