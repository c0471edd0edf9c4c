"""Logbooks of a lighthouse, in English and Chinese, of about a number of tokens, with facts hidden in them.

How long is counted in tokens, cautiously: no tokenizer is at hand, and each model has its own.
"""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import math
import random
import re
from collections.abc import Sequence
from dataclasses import replace

from evalharness.suites.generators.drafts import Item, only, user
from evalharness.suites.generators.words import PEOPLE, THINGS

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BOATS = ("Heron", "Gull", "Tern", "Puffin", "Cormorant", "Plover", "Curlew", "Osprey")
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


def most_tokens(text: str) -> int:
    """More tokens than any common tokenizer makes of a text of everyday words: five letters a token, each digit and
    mark one of its own, a Chinese character two."""
    words = sum(math.ceil(len(word) / 5) for word in re.findall(r"[A-Za-z]+", text))
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    marks = len(re.findall(r"[^\sA-Za-z\u3400-\u9fff]", text))
    return words + marks + 2 * han + text.count("\n")


def entries(rng: random.Random, size: Size) -> list[str]:
    """A logbook's entries, together of about that size."""
    entries: list[str] = []
    length = 0
    while length < size:
        said = [_filled(rng, sentence) for sentence in rng.sample(_FILLERS, 3)]
        entries.append(f"Day {len(entries) + 1}, {DAYS[len(entries) % 7]}. {' '.join(said)}")
        length += most_tokens(entries[-1]) + 1
    return entries[:-1]


def _filled(rng: random.Random, sentence: str) -> str:
    person, other = rng.sample(PEOPLE, 2)
    side = rng.choice(("north", "south", "east", "west"))
    return sentence.format(person=person, other=other, thing=rng.choice(THINGS), side=side)


def hide(entries: list[str], facts: Sequence[tuple[float, str]]) -> str:
    """The logbook with each fact put after an entry near its place: 0 is the beginning, 1 the end."""
    entries = list(entries)
    for place, fact in facts:
        entries[round(place * (len(entries) - 1))] += f" {fact}"
    return "\n".join(entries)


def item(kind: str, size: Size, book: str, question: str, answer: str, wrong: str) -> Item:
    asked = f"Here is the logbook of a lighthouse.\n\n{book}\n\nEnd of the logbook. {question}"
    return of_kind_and_size(Item(kind, user(asked), only(answer), answer, wrong), size)


def of_kind_and_size(item: Item, size: int) -> Item:
    """What is hard about a prompt: where the fact lies, and in how long a document."""
    return replace(item, tags=(f"about-{size}-tokens",), group=f"{item.kind}: about {size} tokens")


def entries_zh(rng: random.Random, size: Size) -> list[str]:
    entries: list[str] = []
    while most_tokens("\n".join(entries)) < size:
        said = "".join(_filled_zh(rng, sentence) for sentence in rng.sample(_ZH_FILLERS, 3))
        entries.append(f"第{len(entries) + 1}天。{said}")
    return entries


def item_zh(kind: str, size: Size, book: Sequence[str], question: str, answer: str, wrong: str) -> Item:
    asked = "\n".join(["下面是一座灯塔的日志。", *book, f"日志到此结束。{question}"])
    return of_kind_and_size(Item(kind, user(asked), only(answer), answer, wrong), size)


def codes(rng: random.Random, many: int) -> list[str]:
    return [str(code) for code in rng.sample(range(1000, 9999), many)]


def _filled_zh(rng: random.Random, sentence: str) -> str:
    person, other = rng.sample(_ZH_PEOPLE, 2)
    return sentence.format(person=person, other=other, thing=rng.choice(_ZH_THINGS), side=rng.choice("东南西北"))
