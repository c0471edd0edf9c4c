"""Two eval runs of the same prompts, side by side: did the new adapter beat the last one?

Pure: run.json's, prompts and answers of both go in, compare.json's content comes out. It knows nothing of folders or of
how the comparison is shown. An endpoint is compared with the one in its place in the other run: tuned with tuned, which
is the question, and base with base, which is the control: where that differs, more has changed than the adapter.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from evalharness.analysis.failures import failures
from evalharness.analysis.pairing import Pair
from evalharness.errors import UsageError
from evalharness.runs.about import About, PublicEndpoint
from evalharness.runs.fairness import MODEL, NOTHING, changed
from evalharness.runs.rows.eval import Graded
from evalharness.runs.rows.parts import Place
from evalharness.runs.summaries.compared import ComparedEndpoint, ComparedSuite, CompareSummary, Side
from evalharness.runs.versions import SCHEMAS
from evalharness.stats import ALPHA, CONFIDENCE, Pairs
from evalharness.stats.clustered import effect, sign_flip
from evalharness.stats.multiple import holm


@dataclass(frozen=True)
class Asked:
    """An eval run: its name, its run.json, its prompts (variants aside) as digests, its answers.

    Answers are by (suite, prompt id, endpoint), and may be read from a file one by one.
    """

    name: str
    about: About
    prompts: Mapping[Place, str]
    answers: Mapping[tuple[str, str, str], Graded]


def comparable(old: Asked, new: Asked, only_common: bool) -> list[Place]:
    """The prompts to compare on, in the old run's order.

    Raises UsageError when the runs did not ask the same (by the digests of their suites), unless `only_common` asks
    for what is the same in both; and when nothing is.
    """
    different = _different(old, new)
    if different and not only_common:
        raise UsageError(
            f"{old.name} and {new.name} did not ask the same ({'; '.join(different)}); "
            "--common compares on the prompts that are the same in both"
        )
    found = [key for key, digest in old.prompts.items() if new.prompts.get(key) == digest]
    if not found:
        raise UsageError(f"{old.name} and {new.name} have no prompt in common")
    return found


def _different(old: Asked, new: Asked) -> list[str]:
    """Which suites are not the same in both, and why, in words."""
    before, after = ({suite["suite"]: suite for suite in run.about["suites"]} for run in (old, new))
    found = []
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            found.append(f"{name} is in {(old if name in before else new).name} alone")
        elif before[name]["digest"] != after[name]["digest"]:
            versions = [suite[name]["version"] for suite in (before, after)]
            said = "version {} against {}".format(*versions) if versions[0] != versions[1] else "edited"
            found.append(f"{name}: {said}")
    return found


def compare(
    old: Asked, new: Asked, keys: Collection[Place], tried: Mapping[str, int] = MappingProxyType({})
) -> CompareSummary:
    """The comparison on these prompts. `difference` is new minus old, as everywhere.

    `tried`: how many tuned models were held against the same base, by suite. The new one may be the best of all but the
    old, and is then better by accident: its p-values are adjusted for so many.
    """
    return CompareSummary(
        schema=SCHEMAS["compare"],
        kind="compare",
        runs=(old.name, new.name),
        confidence=CONFIDENCE,
        compared=len(keys),
        left_out={run.name: len(run.prompts) - len(keys) for run in (old, new)},
        # the tuned models first: they are what is asked about
        endpoints=(_endpoint("tuned", 1, old, new, keys, tried), _endpoint("base", 0, old, new, keys, {})),
    )


def _endpoint(
    role: Literal["tuned", "base"],
    place: int,
    old: Asked,
    new: Asked,
    keys: Collection[Place],
    tried: Mapping[str, int],
) -> ComparedEndpoint:
    sides = [run.about["endpoints"][place] for run in (old, new)]
    suites = [
        _suite(suite, _pairs(sides, old, new, [key for key in keys if key[0] == suite]))
        for suite in dict.fromkeys(suite for suite, _ in keys)
    ]
    chances = {suite.suite: max(1, tried.get(suite.suite, 2) - 1) for suite in suites}
    p_values = {
        suite.suite: min(1.0, suite.p_value * chances[suite.suite]) for suite in suites if suite.p_value is not None
    }
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    servers = [
        run.about.get("fairness", NOTHING)["read"].get(side["name"], {})
        for run, side in zip((old, new), sides, strict=True)
    ]
    before, after = (Side(name=side["name"], model=side["model"], version=side["version"]) for side in sides)
    return ComparedEndpoint(
        role=role,
        sides=(before, after),
        changed=tuple(what for what in changed(*servers) if (role, what) != ("tuned", MODEL)),
        suites=tuple(_decided(suite, adjusted[suite.suite]) if suite.suite in adjusted else suite for suite in suites),
        tried=max(chances.values(), default=1) + 1,
    )


def _decided(suite: ComparedSuite, adjusted: float) -> ComparedSuite:
    """With the p-value adjusted for the number of models and of suites (Holm), any one that differs would be told."""
    better = suite.difference is not None and suite.difference > 0
    return replace(suite, adjusted=adjusted, outcome="same" if adjusted > ALPHA else "better" if better else "worse")


def _pairs(sides: Sequence[PublicEndpoint], old: Asked, new: Asked, keys: Iterable[Place]) -> list[Pair]:
    """Rows of the prompts that both runs' endpoints answered."""
    found = []
    for key in keys:
        one, other = (run.answers.get((*key, side["name"])) for run, side in zip((old, new), sides, strict=True))
        if one and other and not one.error and not other.error:
            found.append((one, other))
    return found


def _suite(name: str, pairs: Sequence[Pair]) -> ComparedSuite:
    counts = Pairs.of((bool(pair[0].right) for pair in pairs), (bool(pair[1].right) for pair in pairs))
    differences = [bool(other.right) - bool(one.right) for one, other in pairs]
    groups = [other.company for _, other in pairs]
    found = effect(differences, groups) if pairs else None
    return ComparedSuite(
        suite=name,
        paired=counts.n,
        old=counts.first / counts.n if counts.n else None,
        new=counts.second / counts.n if counts.n else None,
        difference=counts.difference if counts.n else None,
        low=found.low if found else None,
        high=found.high if found else None,
        p_value=sign_flip(differences, groups) if found else None,
        adjusted=None,
        outcome=None,
        lost=tuple(one.id for one, other in pairs if one.right and not other.right),
        gained=tuple(other.id for one, other in pairs if other.right and not one.right),
        failures=failures(pairs, ("old", "new")),
    )
