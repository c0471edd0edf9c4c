"""The suites `long-context`, `long-context-8k` and `long-context-32k`: facts hidden in long generated logbooks.

The logbooks are those of logbook.py; facts that have to be put together are in linked.py.
"""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from evalharness.suites.generators.drafts import Draft, Item, only, user
from evalharness.suites.generators.long_context import linked, logbook
from evalharness.suites.generators.long_context.logbook import Size
from evalharness.suites.generators.words import PEOPLE, THINGS

SEED, LATER_SEED = 16, 19
EACH = 2  # prompts of a kind of linked facts, of each length
ANSWER_TOKENS = 64
TEMPLATE_TOKENS = 96  # what a chat template may put around a question, a default system prompt among it
SERVED, LONGER = 2048, 8192
HEAD = (
    "Whether a fact is found in a long document: early, in the middle or late, among look-alikes, after a "
    "correction, in two places at once, or by counting, and in Chinese. The documents are generated logbooks of "
    "about 500, 1000 and 1700 tokens, as the tags say, counted cautiously: with its answer every prompt fits into "
    "{context} tokens on all common tokenizers. A server that serves a shorter length refuses the longest of them, "
    "which counts as errors and not as wrong answers. Finding is measured, not understanding. "
)
SHORT_HEAD = (
    HEAD.format(context=SERVED)
    + "Two thirds of its kinds take several entries together: who has a thing in the end, what two readings differ by, "
    "which day a thing was, what is missing."
)
LONG_HEAD = (
    HEAD.replace("500, 1000 and 1700", "3500 and 7000").format(context=LONGER)
    + "Its prompts are too few to decide anything: it is only shown. Start the servers with a served length of 8192 or "
    "more before you name this suite."
)

LONGEST_HEAD = (
    HEAD.replace("about 500, 1000 and 1700", "about 15,500 and 31,500")
    .replace(
        "with its answer every prompt fits into {context} tokens on all common tokenizers",
        "with its answer a prompt fits into the 16384 or 32768 tokens that it names",
    )
    .replace(
        "A server that serves a shorter length refuses the longest of them, which counts as errors and not as wrong "
        "answers.",
        "Prompts longer than what is served are left out, and the suite's title says how many.",
    )
    + "Some are of documents of several kinds: a logbook, mails, and a price list as a table, of which two are needed. "
    "Its prompts are too few to decide anything: it is only shown."
)

_CABINETS = ("blue", "red", "green", "yellow", "white", "black", "brown", "grey")


def suite() -> Draft:
    rng = random.Random(SEED)
    sizes = (500, 1000, 1700)
    kinds: Sequence[tuple[Callable[[random.Random, Size], Item], int]] = (
        (partial(_needle, place="early"), 8),
        (partial(_needle, place="middle"), 8),
        (partial(_needle, place="late"), 8),
        (_look_alikes, 8),
        (_corrected, 8),
        (_two_places, 8),
        (_counted, 6),
        (_chinese, 6),
    )
    items = [make(rng, sizes[at % 3]) for make, many in kinds for at in range(many)]
    later = random.Random(LATER_SEED)  # of its own: so the first stay as they were
    items += [make(later, size) for make in linked.KINDS for size in sizes for _ in range(EACH)]
    title = "Facts in documents of up to 1700 tokens"
    return Draft("long-context", title, "non-inferiority", 0.11, ANSWER_TOKENS, SHORT_HEAD, items, SERVED, version=4)


def longer_suite() -> Draft:
    rng = random.Random(SEED + 1)
    sizes = (3500, 7000)
    kinds: Sequence[Callable[[random.Random, Size], Item]] = (
        *(partial(_needle, place=place) for place in ("early", "middle", "late")),
        _look_alikes,
        _corrected,
        _two_places,
    )
    items = [make(rng, sizes[at % 2]) for make in kinds for at in range(4)]
    title = "Facts in documents of up to 7000 tokens"
    return Draft("long-context-8k", title, "descriptive", None, ANSWER_TOKENS, LONG_HEAD, items, LONGER, version=3)


def longest_suite() -> Draft:
    rng = random.Random(SEED + 2)
    kinds: Sequence[Callable[[random.Random, Size], Item]] = (
        partial(_needle, place="middle"),
        _look_alikes,
        _corrected,
        _two_places,
        _two_kinds,
        _two_kinds,
    )
    served = ((15_500, 16_384), (31_500, 32_768))  # the size of the document, and what the servers must serve for it
    items = [replace(make(rng, size), context=context) for size, context in served for make in kinds]
    title = "Facts in documents of 15,500 and 31,500 tokens"
    return Draft("long-context-32k", title, "descriptive", None, ANSWER_TOKENS, LONGEST_HEAD, items)


def _needle(rng: random.Random, size: Size, place: str) -> Item:
    [code, other] = logbook.codes(rng, 2)
    colour = rng.choice(_CABINETS)
    at = {"early": 0.08, "middle": 0.5, "late": 0.92}[place]
    book = logbook.hide(
        logbook.entries(rng, size - 80),
        [(at + rng.uniform(-0.07, 0.07), f"The code of the {colour} cabinet is {code}.")],
    )
    question = f"What is the code of the {colour} cabinet? Give the four digits, nothing else."
    return logbook.item(f"needle-{place}", size, book, question, code, other)


def _look_alikes(rng: random.Random, size: Size) -> Item:
    colours, codes = rng.sample(_CABINETS, 5), logbook.codes(rng, 5)
    places = [0.1, 0.3, 0.5, 0.7, 0.9]
    facts = [
        (place, f"The code of the {colour} cabinet is {code}.")
        for place, colour, code in zip(places, colours, codes, strict=True)
    ]
    asked = rng.randrange(5)
    question = f"Several codes are given. Write only the one of the {colours[asked]} cabinet."
    return logbook.item(
        "look-alikes",
        size,
        logbook.hide(logbook.entries(rng, size - 140), facts),
        question,
        codes[asked],
        codes[asked - 1],
    )


def _corrected(rng: random.Random, size: Size) -> Item:
    old, new = logbook.codes(rng, 2)
    colour = rng.choice(_CABINETS)
    facts = [
        (rng.uniform(0.05, 0.4), f"The code of the {colour} cabinet is {old}."),
        (rng.uniform(0.6, 0.95), f"The code of the {colour} cabinet was changed, it is {new} from today."),
    ]
    question = f"Which code opens the {colour} cabinet after the last day of the logbook? Only the digits."
    return logbook.item("corrected", size, logbook.hide(logbook.entries(rng, size - 100), facts), question, new, old)


def _two_places(rng: random.Random, size: Size) -> Item:
    (one, two), (first, second) = rng.sample(logbook.BOATS, 2), rng.sample(range(3, 30), 2)
    facts = [
        (rng.uniform(0.05, 0.4), f"The boat {one} went by with a crew of {first}."),
        (rng.uniform(0.6, 0.95), f"The boat {two} went by with a crew of {second}."),
    ]
    question = f"How many people were on the {one} and the {two} together? Answer with one number only."
    book = logbook.hide(logbook.entries(rng, size - 100), facts)
    return logbook.item("two-places", size, book, question, str(first + second), str(first))


def _counted(rng: random.Random, size: Size) -> Item:
    many, boat = rng.randrange(2, 6), rng.choice(logbook.BOATS)
    places = [0.1 + 0.8 * at / max(many - 1, 1) for at in range(many)]
    facts = [(place, f"The boat {boat} was seen at {hour} o'clock.") for hour, place in enumerate(places, 6)]
    question = f"How many times was the boat {boat} seen? Only the number, in digits."
    book = logbook.hide(logbook.entries(rng, size - 120), facts)
    return logbook.item("counted", size, book, question, str(many), str(many + 1))


def _two_kinds(rng: random.Random, size: Size) -> Item:
    """Mails, a price list and a logbook: the number of things is in a mail, what one costs is in the list."""
    things, people = rng.sample(THINGS, 12), rng.sample(PEOPLE, 8)
    prices = dict(zip(things, rng.sample(range(11, 99), 12), strict=True))
    table = "\n".join(
        ["| thing | euros |", "|---|---:|", *(f"| {thing} | {price} |" for thing, price in prices.items())]
    )
    ordered = dict(zip(people, zip(things, rng.sample(range(3, 20), 8), strict=False), strict=True))
    mails = [
        f"From: {person}\nPlease order {many} of {thing} for the station." for person, (thing, many) in ordered.items()
    ]
    rng.shuffle(mails)
    wanted = rng.choice(people)
    thing, many = ordered[wanted]
    entries = logbook.entries(rng, size - logbook.most_tokens(table) - sum(map(logbook.most_tokens, mails)) - 150)
    half = len(entries) // 2
    text = "\n\n".join(
        ["# Logbook", "\n".join(entries[:half]), "# Price list", table, "# Mails", *mails, "# Logbook, continued"]
    )
    asked = (
        f"Here are papers of a lighthouse.\n\n{text}\n\n" + "\n".join(entries[half:]) + "\n\nEnd of the papers. What "
        f"does the order that {wanted} asks for by mail cost in euros, by the price list? Answer with one number only."
    )
    right, wrong = str(many * prices[thing]), str(prices[thing])
    return logbook.of_kind_and_size(
        Item("two-kinds", user(asked), only(right, f"{right} euros", f"€{right}"), right, wrong), size
    )


def _chinese(rng: random.Random, size: Size) -> Item:
    entries = logbook.entries_zh(rng, size - 160)
    colour, code, other = rng.choice(("蓝色", "红色", "绿色")), *logbook.codes(rng, 2)
    at = rng.randrange(len(entries))
    entries[at] += f"{colour}柜子的密码是{code}。"
    return logbook.item_zh("needle-zh", size, entries, f"{colour}柜子的密码是多少？只写四位数字。", code, other)
