"""Each criterion with the truth right on its bound, where a PASS and a FAIL are both no better than chance, and beyond.

What a run of that truth comes to is criteria.py's. A PASS on the bound is a false one but by a hair, and a FAIL too:
either may happen in few runs only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from evalharness.runs.summaries.parts import Purpose, Word
from evalharness.simulation import criteria, shipped
from evalharness.simulation.criteria import DISCORDANCE, ERRORS, LEAST, MARGIN, MODELS, NOISE, ROUNDS, SUITES, Words
from evalharness.simulation.worlds import Groups, Repeated, WholeLosses, alike_sized
from evalharness.stats import ALPHA, smallest_difference
from evalharness.verdict.policy import Rule as LoadRule

ALIKE = 0.1  # the differences of prompts of one group
REPEATS = 5
VOTERS = ((40, 5, 1, 0.0, 0.0), (20, 4, 3, 0.2, 0.1), (60, 2, 3, 0.4, 0.2), (10, 10, 4, 0.1, 0.1))
"""People, chats of each, votes in each chat, and how alike the votes of a person are, and those of a chat beside that.
Alike not at all is what one model against itself gives: who is shown where is drawn for every vote."""
SEED = 20250103

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
        yield Case(purpose, about, prompts, bound, clear, partial(criteria.suite, purpose, prompts))
    for purpose, bound, clear in purposes:
        about = f"{ERRORS:.0%} errors, each of the tuned model's where it would be wrong"
        yield Case(purpose, about, 1000, bound, clear, partial(criteria.suite_with_errors, purpose, 1000))
    for purpose, bound, _ in purposes[:2]:
        for prompts in (200, 1000):
            asked = f"{MARGIN * 100:g} points" if bound else "any gain"
            about = f"{asked}, the best of {MODELS} equal models tried on the same prompts"
            yield Case(purpose, about, prompts, bound, bound + 0.15, partial(criteria.best_of_many, purpose, prompts))
    for purpose, bound, clear in purposes[::2]:
        about = f"{'5 points' if bound else 'any gain'}, up to {ROUNDS} rounds, each with half as many prompts again"
        yield Case(purpose, about, 200, bound, clear, partial(criteria.in_rounds, purpose, 200))
    sizes = np.concatenate([shipped.sizes(suite) for suite in shipped.guards()])
    about = (
        f"{MARGIN * 100:g} points, all suites of it that ship together, correlated by {ALIKE:g} in {sizes.size} groups"
    )
    yield Case(
        "non-inferiority", about, int(sizes.sum()), -MARGIN, 0.0, partial(criteria.together, Groups(sizes, ALIKE))
    )
    for purpose, bound, clear, groups, about in _whole_losses():
        yield Case(purpose, about, int(groups.sizes.sum()), bound, clear, partial(criteria.lost, purpose, groups))
    for purpose, bound, clear in purposes[::2]:
        for alike in (0.05, 0.3, 0.8):
            asked = f"{MARGIN * 100:g} points" if bound else "any gain"
            about = f"{asked}, {REPEATS} answers to each prompt, correlated by {alike:g}"
            yield Case(
                purpose, about, 100, bound, clear, partial(criteria.repeated, purpose, Repeated(100, REPEATS, alike))
            )
    for prompts in (100, 500):
        about = f"{MARGIN * 100:g} points more lost to rewording"
        yield Case("robustness", about, prompts, MARGIN, 0.0, partial(criteria.reworded, prompts))
    for unread, pairs in product((0.0, 0.05), (100, 300)):
        about = f"half of the decided pairs{f', {unread:.0%} of all not read, each lost' if unread else ''}"
        yield Case("preference", about, pairs, LEAST, 0.7, partial(criteria.judged, pairs, unread))
    for count, size, alike in ((60, 5, 0.3), (60, 5, 1.0), (100, 3, 0.1)):
        about = f"half of the decided pairs, in {count} groups of {size}, correlated by {alike:g}"
        yield Case(
            "preference", about, count * size, LEAST, 0.75, partial(criteria.judged_in_groups, count, size, alike)
        )
    for people, chats, size, of_person, of_chat in VOTERS:
        about = (
            f"half of the decided votes, {people} people with {chats} chats of {size} votes, correlated by "
            f"{of_person:g} in a person, {of_chat:g} more in a chat"
        )
        voted = partial(criteria.voted, people, chats, size, of_person, of_chat)
        yield Case("votes", about, people * chats * size, LEAST, 0.9, voted)
    limits: tuple[tuple[LoadRule, float, float, float], ...] = (
        ("at_most", 1.25, 1.25, 1.0),
        ("at_least", 0.8, 0.8, 1.0),
        ("equal_within", 0.25, 1.25, 1.0),
    )
    for (rule, limit, bound, clear), pairs in product(limits, (20, 100)):
        about = f"{rule} {limit:g}, each pair of measurements off by {NOISE:.0%}"
        yield Case("capacity", about, pairs, bound, clear, partial(criteria.ratios, {rule: limit}, pairs))
    for prompts in (30, 200):
        yield Case(
            "no difference", f"{SUITES} suites of one model twice", prompts, 0.0, None, partial(criteria.twice, prompts)
        )


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


def found_faults(prompts: int, runs: int) -> float:
    """In which share of the runs the self-test finds a fault that it says it would have found in 80 %."""
    fault = smallest_difference(prompts, DISCORDANCE, alpha=ALPHA / SUITES)
    return _share(criteria.twice(prompts, -fault, runs, np.random.default_rng(SEED)), "FAIL")


def columns() -> Sequence[str]:
    return ("criterion", "asked", "witnesses", "on the bound: PASS", "on the bound: FAIL", "clearly inside: PASS")


def cells(line: Line) -> Sequence[str]:
    """The line as its table shows it, in percent."""
    passes = None if line.clear is None else line.passes  # of the self-test a PASS is right there
    shares = ("" if share is None else f"{share * 100:.1f}" for share in (passes, line.fails, line.clear))
    return (line.criterion, line.about, str(line.witnesses), *shares)
