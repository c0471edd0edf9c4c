"""Each criterion with the truth right on its bound, where a PASS and a FAIL are both no better than chance, and beyond.

Simulated is what a run measures; what it comes to is for the criteria's own functions to say (verdict/criteria). A
PASS on the bound is a false one but by a hair, and a FAIL too: either may happen in few runs only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from evalharness.runs.summaries.parts import Estimate, Outcome, Purpose, Word
from evalharness.runs.summaries.verdict import Reason
from evalharness.simulation import shipped
from evalharness.simulation.experiments import Measured, measure, measure_groups, of_counts, of_groups, words
from evalharness.simulation.worlds import Groups, Repeated, WholeLosses, World, alike_sized, single
from evalharness.stats import ALPHA, CONFIDENCE, Pairs, mcnemar, score, sequential, smallest_difference
from evalharness.stats.clustered import Sums
from evalharness.stats.multiple import holm
from evalharness.stats.score import Floats
from evalharness.verdict.criteria import capacity, no_difference, preference, quality, robustness, votes
from evalharness.verdict.policy import Limit
from evalharness.verdict.policy import Rule as LoadRule
from evalharness.verdict.verdict import Verdict

MARGIN = 0.05
RATE, DISCORDANCE = 0.5, 0.2
NOISE = 0.2
LEAST, TIES = 0.5, 0.3  # of a judge's pairs
ALIKE = 0.1  # the differences of prompts of one group
ERRORS = 0.01  # of the prompts, as many as a policy lets pass
LOSES = 0.2  # of the right answers, when the same is asked otherwise
MODELS = 10  # adapters of one base
ROUNDS = 5
REPEATS = 5
VOTERS = ((40, 5, 1, 0.0, 0.0), (20, 4, 3, 0.2, 0.1), (60, 2, 3, 0.4, 0.2), (10, 10, 4, 0.1, 0.1))
"""People, chats of each, votes in each chat, and how alike the votes of a person are, and those of a chat beside that.
Alike not at all is what one model against itself gives: who is shown where is drawn for every vote."""
SUITES = 3  # of the self-test, in any of which a difference fails it
SEED = 20250103

Words = list[Word]
Counts = npt.NDArray[np.int64]
Simulated = Callable[[float, int, np.random.Generator], Words]
"""The words on so many runs in which the truth is this."""


@dataclass(frozen=True)
class Case:
    """`bound` is the truth on which nothing is to be concluded, `clear` one that should pass; None: nothing is held."""

    criterion: str
    about: str
    witnesses: int
    bound: float
    clear: float | None
    run: Simulated


@dataclass(frozen=True)
class Line:
    """Shares of the runs: that passed and failed with the truth on the bound, and passed with it clearly inside."""

    criterion: str
    about: str
    witnesses: int
    passes: float
    fails: float
    clear: float | None


def cases() -> Iterator[Case]:
    purposes: tuple[tuple[Purpose, float, float], ...] = (
        ("superiority", 0.0, 0.1),
        ("superiority by a margin", MARGIN, 0.15),
        ("non-inferiority", -MARGIN, 0.0),
    )
    for (purpose, bound, clear), prompts in product(purposes, (100, 500, 5000)):
        about = f"{'any gain' if purpose == 'superiority' else f'{MARGIN * 100:g} points'}"
        yield Case(purpose, about, prompts, bound, clear, partial(_suite, purpose, prompts))
    for purpose, bound, clear in purposes:
        about = f"{ERRORS:.0%} errors, each of the tuned model's where it would be wrong"
        yield Case(purpose, about, 1000, bound, clear, partial(_suite_with_errors, purpose, 1000))
    for purpose, bound, _ in purposes[:2]:
        for prompts in (200, 1000):
            asked = f"{MARGIN * 100:g} points" if bound else "any gain"
            about = f"{asked}, the best of {MODELS} equal models tried on the same prompts"
            yield Case(purpose, about, prompts, bound, bound + 0.15, partial(_best_of_many, purpose, prompts))
    for purpose, bound, clear in purposes[::2]:
        about = f"{'5 points' if bound else 'any gain'}, up to {ROUNDS} rounds, each with half as many prompts again"
        yield Case(purpose, about, 200, bound, clear, partial(_in_rounds, purpose, 200))
    sizes = np.concatenate([shipped.sizes(suite) for suite in shipped.guards()])
    about = (
        f"{MARGIN * 100:g} points, all suites of it that ship together, correlated by {ALIKE:g} in {sizes.size} groups"
    )
    yield Case("non-inferiority", about, int(sizes.sum()), -MARGIN, 0.0, partial(_together, Groups(sizes, ALIKE)))
    for purpose, bound, clear, groups, about in _whole_losses():
        yield Case(purpose, about, int(groups.sizes.sum()), bound, clear, partial(_lost, purpose, groups))
    for purpose, bound, clear in purposes[::2]:
        for alike in (0.05, 0.3, 0.8):
            asked = f"{MARGIN * 100:g} points" if bound else "any gain"
            about = f"{asked}, {REPEATS} answers to each prompt, correlated by {alike:g}"
            yield Case(purpose, about, 100, bound, clear, partial(_repeated, purpose, Repeated(100, REPEATS, alike)))
    for prompts in (100, 500):
        about = f"{MARGIN * 100:g} points more lost to rewording"
        yield Case("robustness", about, prompts, MARGIN, 0.0, partial(_reworded, prompts))
    for unread, pairs in product((0.0, 0.05), (100, 300)):
        about = f"half of the decided pairs{f', {unread:.0%} of all not read, each lost' if unread else ''}"
        yield Case("preference", about, pairs, LEAST, 0.7, partial(_votes, pairs, unread))
    for count, size, alike in ((60, 5, 0.3), (60, 5, 1.0), (100, 3, 0.1)):
        about = f"half of the decided pairs, in {count} groups of {size}, correlated by {alike:g}"
        yield Case("preference", about, count * size, LEAST, 0.75, partial(_votes_in_groups, count, size, alike))
    for people, chats, size, of_person, of_chat in VOTERS:
        about = (
            f"half of the decided votes, {people} people with {chats} chats of {size} votes, correlated by "
            f"{of_person:g} in a person, {of_chat:g} more in a chat"
        )
        voted = partial(_voted, people, chats, size, of_person, of_chat)
        yield Case("votes", about, people * chats * size, LEAST, 0.9, voted)
    limits: tuple[tuple[LoadRule, float, float, float], ...] = (
        ("at_most", 1.25, 1.25, 1.0),
        ("at_least", 0.8, 0.8, 1.0),
        ("equal_within", 0.25, 1.25, 1.0),
    )
    for (rule, limit, bound, clear), pairs in product(limits, (20, 100)):
        about = f"{rule} {limit:g}, each pair of measurements off by {NOISE:.0%}"
        yield Case("capacity", about, pairs, bound, clear, partial(_ratios, {rule: limit}, pairs))
    for prompts in (30, 200):
        yield Case("no difference", f"{SUITES} suites of one model twice", prompts, 0.0, None, partial(_twice, prompts))


def _whole_losses() -> Iterator[tuple[Purpose, float, float, WholeLosses, str]]:
    """Groups that are lost as a whole, rarely: with the fewest there may be, with more, of sizes far apart."""
    points = f"{MARGIN * 100:g} points"
    for count, size, apart in ((63, 10, 0.0), (75, 10, 0.2), (100, 12, 0.2), (400, 8, 0.05)):
        about = f"{points}, whole groups lost of {count} of {size}, {apart:.0%} of the others differ by chance"
        yield "non-inferiority", -MARGIN, 0.02, WholeLosses(alike_sized(count, size), apart), about
    for alone, count, size in ((500, 10, 10), (2000, 20, 50)):
        sizes = np.concatenate([alike_sized(alone, 1), alike_sized(count, size)])
        about = f"{points}, whole groups lost, the larger the rather, of {alone} of 1 and {count} of {size}"
        yield "non-inferiority", -MARGIN, 0.02, WholeLosses(sizes, 0.05, by_size=True), about
    for count, size, gained in ((60, 20, 0.02), (120, 5, 0.05)):
        about = f"any gain, {gained:.0%} gained everywhere, and whole groups lost of {count} of {size}"
        yield "superiority", 0.0, 0.15, WholeLosses(alike_sized(count, size), 0.0, gained), about


def simulate(case: Case, runs: int) -> Line:
    """The same case and number of runs give the same line."""
    rng = np.random.default_rng([SEED, *f"{case.criterion} {case.about} {case.witnesses}".encode()])
    bound = case.run(case.bound, runs, rng)
    clear = None if case.clear is None else _share(case.run(case.clear, runs, rng), "PASS")
    return Line(case.criterion, case.about, case.witnesses, _share(bound, "PASS"), _share(bound, "FAIL"), clear)


def _share(words: Words, word: Word) -> float:
    return words.count(word) / len(words)


@cache
def _word(*outcomes: Outcome) -> Word:
    return Verdict(tuple(Reason("simulated", "simulated", outcome, "") for outcome in outcomes)).word


def _intervals(measured: Measured) -> Iterator[tuple[float, float, float]]:
    return zip(measured.first.tolist(), measured.low.tolist(), measured.high.tolist(), strict=True)


def _words(measured: Measured, purpose: Purpose) -> Words:
    found: Words = words(measured, purpose, MARGIN).tolist()
    return found


def _suite(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    return _words(measure(single(RATE, DISCORDANCE, truth), prompts, runs, rng), purpose)


def _best_of_many(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
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


def _in_rounds(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
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


def _repeated(purpose: Purpose, asked: Repeated, truth: float, runs: int, rng: np.random.Generator) -> Words:
    world, left, found = single(RATE, DISCORDANCE, truth), runs, list[Word]()
    while left:
        drawn = asked.drawn(world, min(left, 2000), rng)
        found += _words(of_groups(world, np.full(asked.prompts, asked.repeats), drawn), purpose)
        left -= min(left, 2000)
    return found


def _lost(purpose: Purpose, groups: WholeLosses, truth: float, runs: int, rng: np.random.Generator) -> Words:
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


def _together(groups: Groups, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """As if all prompts were of one suite; a tenth of the runs, at most a few hundred at a time: they are large."""
    world, left, words = single(RATE, DISCORDANCE, truth), max(1, runs // 10), list[Word]()
    while left:
        words += _words(measure_groups(world, groups, min(left, 500), rng), "non-inferiority")
        left -= min(left, 500)
    return words


def _suite_with_errors(purpose: Purpose, prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
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


def _reworded(prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
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


def _votes(pairs: int, unread: float, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """Of pairs that decide the second truly wins this share; what cannot be read are pairs that it loses."""
    won = (1 - TIES) * truth
    lost = 1 - TIES - won - unread
    seen = rng.multinomial(pairs, [won, lost, unread, TIES], size=runs).tolist()
    outcome = cache(partial(preference.outcome_of, least=LEAST, confidence=CONFIDENCE))
    return [_word(outcome(wins, losses, missing)) for wins, losses, missing, _ in seen]


def _votes_in_groups(count: int, size: int, alike: float, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """Of each group as many pairs are decided, and how likely the second wins one differs from group to group."""
    chance = np.where(rng.random((runs, count)) < truth, 1.0, 0.0)
    if alike < 1:
        chance = rng.beta(truth * (1 - alike) / alike, (1 - truth) * (1 - alike) / alike, (runs, count))
    low, high = _ends(rng.binomial(size, chance), size)
    ends = zip(low.tolist(), high.tolist(), strict=True)
    return [_word(preference.by_share(*end, count, LEAST)) for end in ends]


def _voted(
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


def _ratios(limit: Limit, pairs: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """Pairs of measurements of a ratio, and Student's interval of the mean logarithm."""
    measured = np.log(truth) + NOISE * rng.standard_normal((runs, pairs))
    reach = stdtrit(pairs - 1, (1 + CONFIDENCE) / 2) * measured.std(axis=1, ddof=1) / np.sqrt(pairs)
    lows, highs = np.exp(measured.mean(axis=1) - reach), np.exp(measured.mean(axis=1) + reach)
    return [_word(capacity.outcome_of(limit, *ends, pairs)) for ends in zip(lows.tolist(), highs.tolist(), strict=True)]


def _twice(prompts: int, truth: float, runs: int, rng: np.random.Generator) -> Words:
    """The self-test: the words on runs of several suites, in one of which the second differs by what is true."""
    worlds = [single(RATE, DISCORDANCE, truth), *[single(RATE, DISCORDANCE, 0.0)] * (SUITES - 1)]
    seen = [rng.multinomial(prompts, world.shares, size=runs).tolist() for world in worlds]
    tested = cache(lambda lost, won: mcnemar(Pairs(0, lost, won, prompts - lost - won)))
    words = []
    for of_run in zip(*seen, strict=True):
        adjusted = holm([tested(lost, won) for _, lost, won, _ in of_run])
        words.append(_word(*(no_difference.outcome_of(p, p, ALPHA, prompts) for p in adjusted)))
    return words


def found_faults(prompts: int, runs: int) -> float:
    """In which share of the runs the self-test finds a fault that it says it would have found in 80 %."""
    fault = smallest_difference(prompts, DISCORDANCE, alpha=ALPHA / SUITES)
    return _share(_twice(prompts, -fault, runs, np.random.default_rng(SEED)), "FAIL")


def columns() -> Sequence[str]:
    return ("criterion", "asked", "witnesses", "on the bound: PASS", "on the bound: FAIL", "clearly inside: PASS")


def cells(line: Line) -> Sequence[str]:
    """The line as its table shows it, in percent."""
    passes = None if line.clear is None else line.passes  # of the self-test a PASS is right there
    shares = ("" if share is None else f"{share * 100:.1f}" for share in (passes, line.fails, line.clear))
    return (line.criterion, line.about, str(line.witnesses), *shares)
