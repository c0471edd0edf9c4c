"""Of the suite `long-context`: facts that stand in several entries of a logbook and have to be put together."""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import random
from collections.abc import Callable, Sequence

from evalharness.suites.generators.drafts import Item
from evalharness.suites.generators.long_context import logbook
from evalharness.suites.generators.long_context.logbook import BOATS, DAYS, Size
from evalharness.suites.generators.words import PEOPLE, THINGS

_FACTS = 160  # tokens that the facts of one logbook take, or less


def _places(rng: random.Random, many: int) -> list[float]:
    """So many places of a logbook, one after another, with entries between them."""
    return [(at + rng.uniform(0.15, 0.75)) / many for at in range(many)]


def _book(rng: random.Random, size: Size, facts: Sequence[str]) -> str:
    return logbook.hide(logbook.entries(rng, size - _FACTS), list(zip(_places(rng, len(facts)), facts, strict=True)))


def _first_names(rng: random.Random, many: int) -> list[str]:
    return [name.split()[0] for name in rng.sample(PEOPLE, many)]


def _second_painted(rng: random.Random, size: Size) -> Item:
    first, second, third = rng.sample(BOATS, 3)
    facts = [f"The boat {boat} got a new coat of paint." for boat in (first, second, third)]
    question = "Three boats got a new coat of paint. Which of them was the second? Its name alone."
    return logbook.item("second-of-three", size, _book(rng, size, facts), question, second, third)


def _handed_on(rng: random.Random, size: Size) -> Item:
    one, two, three, four = _first_names(rng, 4)
    facts = [
        f"{one} was given the key of the lamp room.",
        f"{one} handed the key of the lamp room to {two}.",
        f"{two} handed the key of the lamp room to {three}.",
        f"{four} asked for the key of the lamp room, in vain.",
    ]
    question = "Who has the key of the lamp room at the end? The first name alone."
    return logbook.item("handed-on", size, _book(rng, size, facts), question, three, four)


def _used_up(rng: random.Random, size: Size) -> Item:
    begun, used = rng.randrange(300, 900), rng.randrange(40, 200)
    facts = [f"The oil tank was read: {begun} litres.", f"The oil tank was read again: {begun - used} litres."]
    question = "How many litres of oil were used between the two readings of the tank? Only the number, in digits."
    return logbook.item("used-up", size, _book(rng, size, facts), question, str(used), str(begun - used))


def _day_of(rng: random.Random, size: Size) -> Item:
    entries = logbook.entries(rng, size - _FACTS)
    thing = rng.choice(THINGS)
    at, other = rng.sample(range(len(entries)), 2)
    entries[at] += f" The bell broke and had to be held together with a {thing}."
    entries[other] += " The bell was polished."
    question = "What is the number of the day on which the bell broke? Only the number, in digits."
    return logbook.item("day-of", size, "\n".join(entries), question, str(at + 1), str(other + 1))


def _weekday_of(rng: random.Random, size: Size) -> Item:
    entries = logbook.entries(rng, size - _FACTS)
    at = rng.randrange(len(entries))
    other = (at + 1 + rng.randrange(min(5, len(entries) - 2))) % len(entries)
    boat = rng.choice(BOATS)
    entries[at] += f" The boat {boat} ran onto a sandbank."
    entries[other] += f" The boat {boat} went by."
    question = f"On which day of the week did the {boat} run onto a sandbank? One word."
    return logbook.item("weekday-of", size, "\n".join(entries), question, DAYS[at % 7], DAYS[(at + 3) % 7])


def _same_day(rng: random.Random, size: Size) -> Item:
    entries = logbook.entries(rng, size - _FACTS)
    at, other, third = rng.sample(range(len(entries)), 3)
    boat, another, last = rng.sample(BOATS, 3)
    for place, name in ((at, boat), (other, another), (third, last)):
        entries[place] += f" The boat {name} brought the mail."
    entries[at] += " The old mast fell down."
    question = "Which boat brought the mail on the day that the old mast fell down? Its name alone."
    return logbook.item("same-day", size, "\n".join(entries), question, boat, another)


def _still_missing(rng: random.Random, size: Size) -> Item:
    ordered = rng.sample(THINGS, 4)
    missing, *came = ordered
    rng.shuffle(ordered)
    facts = [
        f"On order for the station: one {ordered[0]}, one {ordered[1]}, one {ordered[2]} and one {ordered[3]}.",
        f"Of the order, the {came[0]} and the {came[1]} have come.",
        f"Of the order, the {came[2]} has come.",
    ]
    question = "Which of the four things on order for the station has not come? One word, no article."
    return logbook.item("still-missing", size, _book(rng, size, facts), question, missing, came[2])


def _most(rng: random.Random, size: Size) -> Item:
    names = _first_names(rng, 4)
    caught = rng.sample(range(3, 40), 4)
    facts = [f"{name} went fishing and caught {many} fish." for name, many in zip(names, caught, strict=True)]
    second, best = (names[caught.index(many)] for many in sorted(caught)[-2:])
    question = "Four people went fishing. Who caught the most? The first name alone."
    return logbook.item("most", size, _book(rng, size, facts), question, best, second)


def _nickname(rng: random.Random, size: Size) -> Item:
    one, two = _first_names(rng, 2)
    nick, other = rng.sample(("Badger", "Marmot", "Otter", "Walrus", "Lynx"), 2)
    cabin, wrong = rng.sample(range(2, 30), 2)
    facts = [
        f"From today everybody calls {one} the {nick}, and {two} the {other}.",
        f"The {other} moved into cabin {wrong}.",
        f"The {nick} moved into cabin {cabin}.",
    ]
    question = f"Into which cabin did {one} move? Only the number, in digits."
    return logbook.item("nickname", size, _book(rng, size, facts), question, str(cabin), str(wrong))


def _by_the_rule(rng: random.Random, size: Size) -> Item:
    flags = rng.sample(("red", "white", "green", "yellow"), 3)
    quays = rng.sample(range(1, 10), 3)
    said = "; ".join(f"under a {flag} flag at quay {quay}" for flag, quay in zip(flags, quays, strict=True))
    boat, at = rng.choice(BOATS), rng.randrange(3)
    facts = [f"The rule for boats is from now on: {said}.", f"The boat {boat} comes in under a {flags[at]} flag."]
    question = f"By the rule, at which quay does the {boat} land? Only the number, in digits."
    return logbook.item("by-the-rule", size, _book(rng, size, facts), question, str(quays[at]), str(quays[at - 1]))


def _corrected_zh(rng: random.Random, size: Size) -> Item:
    old, new = logbook.codes(rng, 2)
    entries = logbook.entries_zh(rng, size - _FACTS - 60)
    half = len(entries) // 2
    entries[rng.randrange(half)] += f"仓库的密码是{old}。"
    entries[half + rng.randrange(len(entries) - half)] += f"仓库的密码改了，从今天起是{new}。"
    question = "日志结束时，仓库的密码是多少？只写四位数字。"
    return logbook.item_zh("corrected-zh", size, entries, question, new, old)


def _both_zh(rng: random.Random, size: Size) -> Item:
    first, second = rng.sample(range(3, 40), 2)
    entries = logbook.entries_zh(rng, size - _FACTS - 60)
    half = len(entries) // 2
    entries[rng.randrange(half)] += f"渔船运来了{first}筐鱼。"
    entries[half + rng.randrange(len(entries) - half)] += f"渔船又运来了{second}筐鱼。"
    question = "渔船一共运来了多少筐鱼？只写数字。"
    return logbook.item_zh("both-zh", size, entries, question, str(first + second), str(first))


KINDS: Sequence[Callable[[random.Random, Size], Item]] = (
    _second_painted, _handed_on, _used_up, _day_of, _weekday_of, _same_day, _still_missing, _most, _nickname,
    _by_the_rule, _corrected_zh, _both_zh,
)  # fmt: skip
