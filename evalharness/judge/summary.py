"""What a judge's verdicts come to: wins and ties of the pairs, rubric scores, its position bias, its agreement.

Everything here is pure. It knows judge.jsonl's rows and nothing of how they were come by or are shown.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import NamedTuple

from evalharness.judge.prompts import HIGHEST, LOWEST
from evalharness.judge.run import Key, key_of
from evalharness.runs.about import About
from evalharness.runs.rows.judged import TIE, JudgedRow
from evalharness.runs.rows.parts import Company, Place
from evalharness.runs.summaries.judged import (
    Agreement,
    Grades,
    Judge,
    JudgedGroups,
    JudgedPairs,
    JudgedSuite,
    JudgeSummary,
    Position,
)
from evalharness.runs.versions import SCHEMAS
from evalharness.stats import CONFIDENCE, Pairs, difference_interval
from evalharness.stats.clustered import effect, sign_flip
from evalharness.stats.votes import InGroups, Votes, share_interval, sign_test


def summarise(
    run: About,
    judge: Judge,
    asked: Sequence[Key],
    rows: Iterable[JudgedRow],
    votes: Mapping[Place, str],
    companies: Mapping[Place, Company] = MappingProxyType({}),
) -> JudgeSummary:
    """judge.json of a run.json, the judge, all that it was asked, its rows and people's votes (maybe none).

    `companies` says of which group each prompt is; one that is not named stands alone. Of two rows for one question
    the later counts.
    """
    first, second = (endpoint["name"] for endpoint in run["endpoints"])
    given = {key_of(row): Given(row.verdict, row.error is not None) for row in rows}  # not what was said
    found = {key: given[key] for key in asked if key in given}
    calls = _calls(asked, found, first, second)
    decisions = {prompt: _decision(*both, first, second) for prompt, both in calls.items()}
    suites = [suite["suite"] for suite in run["suites"] if any(key[1] == suite["suite"] for key in asked)]
    return JudgeSummary(
        schema=SCHEMAS["judge"],
        kind="judge",
        judge=judge,
        endpoints=(first, second),
        confidence=CONFIDENCE,
        suites=tuple(
            JudgedSuite(
                suite=name,
                pairs=_pairs(
                    {key: made for key, made in decisions.items() if key[0] == name}, calls, first, second, companies
                ),
                scores=_grades(found, name, first, second, companies),
            )
            for name in suites
        ),
        position=_position(calls.values()),
        votes=_agreement(decisions, votes) if votes else None,
        asked=len(asked),
        unparsed=sum(row.verdict is None and not row.failed for row in found.values()),
        errors=sum(row.failed for row in found.values()) + len(asked) - len(found),
    )


class Given(NamedTuple):
    """The verdict on one question, and whether it ended in an error."""

    verdict: str | int | None
    failed: bool


Calls = tuple[str | None, str | None]
"""The verdicts (A, B, TIE) on one pair: with the first endpoint shown as A, and with the second."""


def _calls(asked: Iterable[Key], rows: Mapping[Key, Given], first: str, second: str) -> dict[Place, Calls]:
    """Every pair that was to be judged; None where there is no verdict, for whatever reason."""

    def verdict(suite: str, prompt: str, *order: str) -> str | None:
        row = rows.get(("pair", suite, prompt, order))
        return str(row.verdict) if row and row.verdict is not None else None

    prompts = dict.fromkeys((suite, prompt) for kind, suite, prompt, _ in asked if kind == "pair")
    return {
        (suite, prompt): (verdict(suite, prompt, first, second), verdict(suite, prompt, second, first))
        for suite, prompt in prompts
    }


def _decision(forth: str | None, back: str | None, first: str, second: str) -> str | None:
    """The endpoint that both orders prefer, or a tie; None when an order has no verdict."""
    if forth is None or back is None:
        return None
    one, other = {"A": first, "B": second}.get(forth, TIE), {"A": second, "B": first}.get(back, TIE)
    return one if one == other else TIE


def _pairs(
    decisions: Mapping[Place, str | None],
    calls: Mapping[Place, Calls],
    first: str,
    second: str,
    companies: Mapping[Place, Company],
) -> JudgedPairs:
    counts = Counter(decisions.values())
    votes = Votes(counts[second], counts[first], counts[TIE])
    decided = {prompt: made == second for prompt, made in decisions.items() if made in (first, second)}
    groups = [companies.get(prompt, prompt) for prompt in decided]
    in_groups = InGroups.of(list(decided.values()), groups)
    low, high = share_interval(votes, in_groups=in_groups)
    p_value = sign_flip([1 if won else -1 for won in decided.values()], groups) if in_groups else sign_test(votes)
    split = sum(decision == TIE and calls[prompt] != ("TIE", "TIE") for prompt, decision in decisions.items())
    return JudgedPairs(
        judged=counts.total() - counts[None],
        first=votes.losses,
        second=votes.wins,
        ties=votes.ties,
        orders_disagreed=split,
        without_verdict=counts[None],
        share=votes.share if votes.decided else None,
        low=low if votes.decided else None,
        high=high if votes.decided else None,
        p_value=p_value if votes.decided else None,
        in_groups=JudgedGroups(**asdict(in_groups)) if in_groups else None,
    )


def _grades(
    rows: Mapping[Key, Given], suite: str, first: str, second: str, companies: Mapping[Place, Company]
) -> Grades | None:
    """Mean grades and the mean of the differences (second minus first) of prompts whose answers both have one."""
    given: dict[str, dict[str, int]] = {first: {}, second: {}}
    for (kind, where, prompt, order), row in rows.items():
        if (kind, where) == ("score", suite) and isinstance(row.verdict, int):
            given[order[0]][prompt] = row.verdict
    both = [prompt for prompt in given[first] if prompt in given[second]]
    if not both:
        return None
    width = HIGHEST - LOWEST
    groups = [companies.get((suite, prompt), (suite, prompt)) for prompt in both]
    found = effect([(given[second][prompt] - given[first][prompt]) / width for prompt in both], groups)
    means = {name: sum(given[name][prompt] for prompt in both) / len(both) for name in (first, second)}
    return Grades(
        n=len(both),
        first=means[first],
        second=means[second],
        difference=found.difference * width,
        low=found.low * width,
        high=found.high * width,
    )


def _position(calls: Iterable[Calls]) -> Position:
    """How often the answer shown first won, of the pairs whose orders both named a winner; 0.5 is no bias.

    The two orders of one pair are no independent witnesses (a steady judge names each position once), so the
    interval is that of a paired difference: the first endpoint wins as A, less it wins as B.
    """
    decided = Counter(both for both in calls if set(both) <= {"A", "B"})
    pairs = Pairs(decided["A", "B"], decided["B", "B"], decided["A", "A"], decided["B", "A"])
    if not pairs.n:
        return Position(pairs=0, first=None, low=None, high=None)
    low, high = difference_interval(pairs)
    return Position(pairs=pairs.n, first=(1 + pairs.difference) / 2, low=(1 + low) / 2, high=(1 + high) / 2)


def _agreement(decisions: Mapping[Place, str | None], votes: Mapping[Place, str]) -> Agreement:
    """On the prompts that have both a vote and a verdict; labels are the endpoints' names and tie."""
    both = [(choice, votes[prompt]) for prompt, choice in decisions.items() if choice and prompt in votes]
    return agreement([choice for choice, _ in both], [vote for _, vote in both])


def agreement(first: Sequence[Hashable], second: Sequence[Hashable], confidence: float = CONFIDENCE) -> Agreement:
    """Labels of the same things in the same order. Raises ValueError when one has more than the other.

    Cohen J (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement
    20:37-46. As in his standard error, the agreement by chance is taken as known; the interval is that of the
    observed agreement carried through kappa's formula, by Wilson's method, so that it does not shrink to a point
    when all labels agree.
    """
    from scipy.stats import binomtest

    pairs = list(zip(first, second, strict=True))
    n, agreed = len(pairs), sum(one == other for one, other in pairs)
    ones, others = Counter(first), Counter(second)
    by_chance = sum(many * others[label] for label, many in ones.items()) / n**2 if n else 1.0
    if by_chance == 1:
        return Agreement(n=n, agreed=agreed, kappa=None, low=None, high=None)
    low, high = binomtest(agreed, n).proportion_ci(confidence, method="wilson")
    kappa, low, high = ((rate - by_chance) / (1 - by_chance) for rate in (agreed / n, float(low), float(high)))
    return Agreement(n=n, agreed=agreed, kappa=kappa, low=low, high=high)
