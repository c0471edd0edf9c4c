"""What each criterion of the verdict makes of simulated runs whose truth is given: a word for every run.

Simulated is what a run measures; what it comes to is for the criteria's own functions to say (verdict/criteria). It
does not know which truth is of interest (bounds.py).
"""

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
from scipy.special import ndtri, stdtrit

from evalharness.runs.summaries.parts import Estimate, Outcome, Purpose, Word
from evalharness.runs.summaries.verdict import Reason
from evalharness.simulation.experiments import Measured, measure, measure_groups, of_counts, of_groups, words
from evalharness.simulation.worlds import Counts, Groups, Repeated, WholeLosses, World, single
from evalharness.stats import ALPHA, CONFIDENCE, Pairs, mcnemar, score, sequential
from evalharness.stats.clustered import Sums
from evalharness.stats.multiple import holm
from evalharness.stats.score import Floats
from evalharness.verdict.criteria import capacity, no_difference, preference, quality, robustness, votes
from evalharness.verdict.policy import Limit
from evalharness.verdict.verdict import Verdict

MARGIN = 0.05
RATE, DISCORDANCE = 0.5, 0.2
NOISE = 0.2
LEAST, TIES = 0.5, 0.3  # of a judge's pairs
ERRORS = 0.01  # of the prompts, as many as a policy lets pass
LOSES = 0.2  # of the right answers, when the same is asked otherwise
MODELS = 10  # adapters of one base
ROUNDS = 5
SUITES = 3  # of the self-test, in any of which a difference fails it

Words = list[Word]


def suite(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    return _words(measure(single(RATE, DISCORDANCE, truth), prompts, runs, rng), purpose)


def suite_with_errors(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """The tuned model errs just where it would be wrong, the worst that errors can hide."""
    lost, won = (DISCORDANCE - truth) / 2, (DISCORDANCE + truth) / 2
    both, neither = RATE - lost, 1 - RATE - won
    seen = rng.multinomial(prompts, [both, lost - ERRORS, won, neither, ERRORS], size=runs).T
    low, high = with_errors(*seen)
    first = (seen[0] + seen[1] + seen[4]) / prompts
    found = zip(first.tolist(), low.tolist(), high.tolist(), (prompts - seen[4]).tolist(), strict=True)
    return [_word(quality.outcome_of(purpose, MARGIN, *suite)) for suite in found]


def with_errors(both: Counts, lost: Counts, won: Counts, neither: Counts, erred: Counts) -> tuple[Floats, Floats]:
    """The ends of the intervals of analysis/missing.py, of arrays of counts: `erred` are errors of the second alone,
    on prompts that the first got right."""
    answered = both + lost + won + neither
    tables = [(won, lost, answered), (won, lost + erred, answered + erred), (won, lost, answered + erred)]
    lows, highs = zip(*(score.interval(*table, ndtri((1 + CONFIDENCE) / 2)) for table in tables), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)


def best_of_many(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """The word on the best of several models that are tried until one passes."""
    seen = rng.multinomial(prompts, single(RATE, DISCORDANCE, truth).shares, size=(runs, MODELS))
    best = np.argmax(seen[..., 2] - seen[..., 1], axis=1)
    measured = of_counts(single(RATE, DISCORDANCE, truth), seen[np.arange(runs), best])
    found = zip(measured.difference.tolist(), measured.low.tolist(), measured.high.tolist(), strict=True)
    words = []
    for difference, low, high in found:
        least = quality.least_of_many(Estimate(difference, low, high), MODELS, CONFIDENCE, prompts)
        words.append(_word(quality.outcome_of(purpose, MARGIN, RATE, least, high, prompts)))
    return words


def in_rounds(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """The same two models are asked again, more prompts among it, until they pass or fail or the rounds are over."""
    world = single(RATE, DISCORDANCE, truth)
    seen, found = np.zeros((runs, world.shares.size), np.int64), np.full(runs, "INCONCLUSIVE")
    for number in range(1, ROUNDS + 1):
        more = prompts if number == 1 else int(seen[0].sum()) // 2
        seen = seen + rng.multinomial(more, world.shares, size=runs)
        measured = of_counts(world, seen, 1 - sequential.alpha_of_round(number))
        found = np.where(found == "INCONCLUSIVE", words(measured, purpose, MARGIN), found)
    told: Words = found.tolist()
    return told


def repeated(purpose: Purpose, asked: Repeated, truth: float, runs: int, rng: np.random.Generator) -> Words:
    world, left, found = single(RATE, DISCORDANCE, truth), runs, list[Word]()
    while left:
        drawn = asked.drawn(world, min(left, 2000), rng)
        found += _words(of_groups(world, np.full(asked.prompts, asked.repeats), drawn), purpose)
        left -= min(left, 2000)
    return found


def lost(purpose: Purpose, groups: WholeLosses, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """A tenth of the runs, a few hundred at a time: they are large."""
    left, words = max(1, runs // 10), list[Word]()
    while left:
        drawn = groups.drawn(truth, min(left, 250), rng)
        measured = of_groups(single(RATE, 0.0, 0.0), groups.sizes, drawn)
        words += [
            _word(quality.outcome_of(purpose, MARGIN, RATE, low, high, measured.groups))
            for _, low, high in _intervals(measured)
        ]
        left -= min(left, 250)
    return words


def together(groups: Groups, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """As if all prompts were of one suite; a tenth of the runs, at most a few hundred at a time: they are large."""
    world, left, words = single(RATE, DISCORDANCE, truth), max(1, runs // 10), list[Word]()
    while left:
        words += _words(measure_groups(world, groups, min(left, 500), rng), "non-inferiority")
        left -= min(left, 500)
    return words


def reworded(prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """Each prompt and one variant of it; the base loses LOSES of its right answers, the tuned as much more as is true.

    Both are right in RATE of the originals, on prompts of their own.
    """
    lost = {"base": RATE * LOSES, "tuned": RATE * LOSES + truth}
    base, tuned = ([share, 1 - share] for share in lost.values())
    shares = np.outer(base, tuned).ravel()
    of_base, of_tuned = np.array([1.0, 1, 0, 0]), np.array([1.0, 0, 1, 0])
    # Halved, as a difference of two losses is in -2 to 2 and a world's in -1 to 1.
    measured = measure(World(shares, of_base / 2, of_tuned / 2), prompts, runs, rng)
    return [
        _word(robustness.outcome_of(MARGIN, RATE, 2 * low, 2 * high, prompts)) for _, low, high in _intervals(measured)
    ]


def judged(pairs: int, unread: float, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """Of pairs that decide the second truly wins this share; what cannot be read are pairs that it loses."""
    won = (1 - TIES) * truth
    lost = 1 - TIES - won - unread
    seen = rng.multinomial(pairs, [won, lost, unread, TIES], size=runs).tolist()
    outcome = cache(partial(preference.outcome_of, least=LEAST, confidence=CONFIDENCE))
    return [_word(outcome(wins, losses, missing)) for wins, losses, missing, _ in seen]


def judged_in_groups(count: int, size: int, alike: float, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """Of each group as many pairs are decided, and how likely the second wins one differs from group to group."""
    chance = np.where(rng.random((runs, count)) < truth, 1.0, 0.0)
    if alike < 1:
        chance = rng.beta(truth * (1 - alike) / alike, (1 - truth) * (1 - alike) / alike, (runs, count))
    low, high = _ends(rng.binomial(size, chance), size)
    ends = zip(low.tolist(), high.tolist(), strict=True)
    return [_word(preference.by_share(*end, count, LEAST)) for end in ends]


def voted(
    people: int, chats: int, size: int, of_person: float, of_chat: float, truth: float, runs: int,
    rng: np.random.Generator,
) -> Words:  # fmt: skip
    """Votes of people in chats of theirs: each person has a taste, and each chat one around its person's."""
    taste = _around(np.full((runs, people), truth), of_person, rng)
    won = rng.binomial(size, _around(np.repeat(taste, chats, axis=1), of_chat, rng))
    by_chat, by_person = _ends(won, size), _ends(won.reshape(runs, people, chats).sum(axis=2), chats * size)
    lows, highs = np.minimum(by_chat[0], by_person[0]), np.maximum(by_chat[1], by_person[1])
    ends = zip(lows.tolist(), highs.tolist(), strict=True)
    return [_word(votes.outcome_of(people * chats * size, *end, LEAST)) for end in ends]


def ratios(limit: Limit, pairs: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """Pairs of measurements of a ratio, and Student's interval of the mean logarithm."""
    measured = np.log(truth) + NOISE * rng.standard_normal((runs, pairs))
    reach = stdtrit(pairs - 1, (1 + CONFIDENCE) / 2) * measured.std(axis=1, ddof=1) / np.sqrt(pairs)
    lows, highs = np.exp(measured.mean(axis=1) - reach), np.exp(measured.mean(axis=1) + reach)
    return [_word(capacity.outcome_of(limit, *ends, pairs)) for ends in zip(lows.tolist(), highs.tolist(), strict=True)]


def twice(prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """The self-test: the words on runs of several suites, in one of which the second differs by what is true."""
    worlds = [single(RATE, DISCORDANCE, truth), *[single(RATE, DISCORDANCE, 0.0)] * (SUITES - 1)]
    seen = [rng.multinomial(prompts, world.shares, size=runs).tolist() for world in worlds]
    tested = cache(lambda lost, won: mcnemar(Pairs(0, lost, won, prompts - lost - won)))
    words = []
    for of_run in zip(*seen, strict=True):
        adjusted = holm([tested(lost, won) for _, lost, won, _ in of_run])
        words.append(_word(*(no_difference.outcome_of(p, p, ALPHA, prompts) for p in adjusted)))
    return words


def _around(means: Floats, alike: float, rng: np.random.Generator) -> Floats:
    """Chances with these means, so far apart that two draws by one of them correlate to this degree."""
    if not alike:
        return means
    inside = np.clip(means, 1e-6, 1 - 1e-6)
    spread = (1 - alike) / alike
    return np.asarray(rng.beta(inside * spread, (1 - inside) * spread))


def _ends(won: Counts, size: int) -> tuple[Floats, Floats]:
    """The interval of the share of wins, as of share_interval, of all runs at once: `won` of `size` in each group."""
    runs, count = won.shape
    wins, decided, totals = won.sum(axis=1).astype(float), float(count * size), 2.0 * won - size
    sums = Sums(
        n=decided,
        gains=wins,
        losses=decided - wins,
        squares=np.full(runs, decided),
        squared_sizes=decided * size,
        cubed_sizes=decided * size**2,
        squared_totals=(totals**2).sum(axis=1),
        sizes_by_totals=totals.sum(axis=1) * size,
    )
    low, high = sums.bounds()
    return (1 + low) / 2, (1 + high) / 2


def _words(measured: Measured, purpose: Purpose) -> Words:
    found: Words = words(measured, purpose, MARGIN).tolist()
    return found


def _intervals(measured: Measured) -> Iterator[tuple[float, float, float]]:
    return zip(measured.first.tolist(), measured.low.tolist(), measured.high.tolist(), strict=True)


@cache
def _word(*outcomes: Outcome) -> Word:
    return Verdict(tuple(Reason("simulated", "simulated", outcome, "") for outcome in outcomes)).word
