"""The suites `long-context`, `long-context-8k` and `long-context-32k`: facts hidden in long generated logbooks.

How long is counted in tokens, cautiously: no tokenizer is at hand, and each model has its own.
"""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from evalharness.suites.generators.drafts import Draft, Item, user
from evalharness.suites.generators.extraction import only
from evalharness.suites.generators.words import PEOPLE, THINGS

SEED = 16
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
SHORT_HEAD = HEAD.format(context=SERVED).strip()
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
_BOATS = ("Heron", "Gull", "Tern", "Puffin", "Cormorant", "Plover", "Curlew", "Osprey")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FILLERS = (
    "{person} swept the floor and mended a {thing}.",
    "The wind came from the {side}, and nobody went out.",
    "A parcel with a {thing} was left at the door for {person}.",
    "{person} and {other} talked about the weather until noon.",
    "The {thing} in the hall was moved to the other side.",
    "In the evening {person} read aloud from an old book.",
    "It rained a little, then the sky cleared from the {side}.",
    "{person} asked for a new {thing}, but there was none left.",
    "Two visitors came from the {side} and left again before dark.",
    "{other} wrote a letter and forgot to post it.",
)
_ZH_FILLERS = (
    "{person}打扫了院子。",
    "今天刮{side}风，没有人出门。",
    "{person}和{other}聊了一上午天气。",
    "晚上{person}给大家读了一本旧书。",
    "下了一点雨，后来天晴了。",
    "有人送来一个包裹，里面是{thing}。",
    "{other}写了一封信，忘了寄出去。",
    "{person}把{thing}搬到了门口。",
)
_ZH_PEOPLE = ("老王", "小李", "张姐", "陈叔", "刘婶", "小赵", "阿明", "阿芳")
_ZH_THINGS = ("椅子", "茶壶", "雨伞", "篮子", "镜子", "台灯")

Size = int  # tokens, cautiously counted


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
    title = "Facts in documents of up to 1700 tokens"
    return Draft("long-context", title, "non-inferiority", 0.14, ANSWER_TOKENS, SHORT_HEAD, items, SERVED, version=3)


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


def most_tokens(text: str) -> int:
    """More tokens than any common tokenizer makes of a text of everyday words: five letters a token, each digit and
    mark one of its own, a Chinese character two."""
    words = sum(math.ceil(len(word) / 5) for word in re.findall(r"[A-Za-z]+", text))
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    marks = len(re.findall(r"[^\sA-Za-z\u3400-\u9fff]", text))
    return words + marks + 2 * han + text.count("\n")


def _entries(rng: random.Random, size: Size) -> list[str]:
    """A logbook's entries, together of about that size."""
    entries: list[str] = []
    length = 0
    while length < size:
        said = [_filled(rng, sentence) for sentence in rng.sample(_FILLERS, 3)]
        entries.append(f"Day {len(entries) + 1}, {_DAYS[len(entries) % 7]}. {' '.join(said)}")
        length += most_tokens(entries[-1]) + 1
    return entries[:-1]


def _filled(rng: random.Random, sentence: str) -> str:
    person, other = rng.sample(PEOPLE, 2)
    side = rng.choice(("north", "south", "east", "west"))
    return sentence.format(person=person, other=other, thing=rng.choice(THINGS), side=side)


def _hide(entries: list[str], facts: Sequence[tuple[float, str]]) -> str:
    """The logbook with each fact put after an entry near its place: 0 is the beginning, 1 the end."""
    entries = list(entries)
    for place, fact in facts:
        entries[round(place * (len(entries) - 1))] += f" {fact}"
    return "\n".join(entries)


def _item(kind: str, size: Size, book: str, question: str, answer: str, wrong: str) -> Item:
    asked = f"Here is the logbook of a lighthouse.\n\n{book}\n\nEnd of the logbook. {question}"
    return _of_kind_and_size(Item(kind, user(asked), only(answer), answer, wrong), size)


def _of_kind_and_size(item: Item, size: int) -> Item:
    """What is hard about a prompt: where the fact lies, and in how long a document."""
    return replace(item, tags=(f"about-{size}-tokens",), group=f"{item.kind}: about {size} tokens")


def _codes(rng: random.Random, many: int) -> list[str]:
    return [str(code) for code in rng.sample(range(1000, 9999), many)]


def _needle(rng: random.Random, size: Size, place: str) -> Item:
    [code, other] = _codes(rng, 2)
    colour = rng.choice(_CABINETS)
    at = {"early": 0.08, "middle": 0.5, "late": 0.92}[place]
    book = _hide(
        _entries(rng, size - 80), [(at + rng.uniform(-0.07, 0.07), f"The code of the {colour} cabinet is {code}.")]
    )
    question = f"What is the code of the {colour} cabinet? Give the four digits, nothing else."
    return _item(f"needle-{place}", size, book, question, code, other)


def _look_alikes(rng: random.Random, size: Size) -> Item:
    colours, codes = rng.sample(_CABINETS, 5), _codes(rng, 5)
    places = [0.1, 0.3, 0.5, 0.7, 0.9]
    facts = [
        (place, f"The code of the {colour} cabinet is {code}.")
        for place, colour, code in zip(places, colours, codes, strict=True)
    ]
    asked = rng.randrange(5)
    question = f"Several codes are given. Write only the one of the {colours[asked]} cabinet."
    return _item("look-alikes", size, _hide(_entries(rng, size - 140), facts), question, codes[asked], codes[asked - 1])


def _corrected(rng: random.Random, size: Size) -> Item:
    old, new = _codes(rng, 2)
    colour = rng.choice(_CABINETS)
    facts = [
        (rng.uniform(0.05, 0.4), f"The code of the {colour} cabinet is {old}."),
        (rng.uniform(0.6, 0.95), f"The code of the {colour} cabinet was changed, it is {new} from today."),
    ]
    question = f"Which code opens the {colour} cabinet after the last day of the logbook? Only the digits."
    return _item("corrected", size, _hide(_entries(rng, size - 100), facts), question, new, old)


def _two_places(rng: random.Random, size: Size) -> Item:
    (one, two), (first, second) = rng.sample(_BOATS, 2), rng.sample(range(3, 30), 2)
    facts = [
        (rng.uniform(0.05, 0.4), f"The boat {one} went by with a crew of {first}."),
        (rng.uniform(0.6, 0.95), f"The boat {two} went by with a crew of {second}."),
    ]
    question = f"How many people were on the {one} and the {two} together? Answer with one number only."
    book = _hide(_entries(rng, size - 100), facts)
    return _item("two-places", size, book, question, str(first + second), str(first))


def _counted(rng: random.Random, size: Size) -> Item:
    many, boat = rng.randrange(2, 6), rng.choice(_BOATS)
    places = [0.1 + 0.8 * at / max(many - 1, 1) for at in range(many)]
    facts = [(place, f"The boat {boat} was seen at {hour} o'clock.") for hour, place in enumerate(places, 6)]
    question = f"How many times was the boat {boat} seen? Only the number, in digits."
    book = _hide(_entries(rng, size - 120), facts)
    return _item("counted", size, book, question, str(many), str(many + 1))


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
    entries = _entries(rng, size - most_tokens(table) - sum(map(most_tokens, mails)) - 150)
    half = len(entries) // 2
    text = "\n\n".join(
        ["# Logbook", "\n".join(entries[:half]), "# Price list", table, "# Mails", *mails, "# Logbook, continued"]
    )
    asked = (
        f"Here are papers of a lighthouse.\n\n{text}\n\n" + "\n".join(entries[half:]) + "\n\nEnd of the papers. What "
        f"does the order that {wanted} asks for by mail cost in euros, by the price list? Answer with one number only."
    )
    right, wrong = str(many * prices[thing]), str(prices[thing])
    return _of_kind_and_size(
        Item("two-kinds", user(asked), only(right, f"{right} euros", f"€{right}"), right, wrong), size
    )


def _chinese(rng: random.Random, size: Size) -> Item:
    entries: list[str] = []
    while most_tokens("\n".join(entries)) < size - 160:
        said = "".join(_filled_zh(rng, sentence) for sentence in rng.sample(_ZH_FILLERS, 3))
        entries.append(f"第{len(entries) + 1}天。{said}")
    colour, code, other = rng.choice(("蓝色", "红色", "绿色")), *_codes(rng, 2)
    at = rng.randrange(len(entries))
    entries[at] += f"{colour}柜子的密码是{code}。"
    asked = "\n".join(["下面是一座灯塔的日志。", *entries, f"日志到此结束。{colour}柜子的密码是多少？只写四位数字。"])
    return _of_kind_and_size(Item("needle-zh", user(asked), only(code), code, other), size)


def _filled_zh(rng: random.Random, sentence: str) -> str:
    person, other = rng.sample(_ZH_PEOPLE, 2)
    return sentence.format(person=person, other=other, thing=rng.choice(_ZH_THINGS), side=rng.choice("东南西北"))
