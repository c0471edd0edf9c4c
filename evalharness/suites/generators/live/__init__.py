"""The suite `live`: conversations that each model leads itself, over 3 to 6 turns; 61 wordings, each filled twice.

The wordings are in rules.py, numbers.py and places.py.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from evalharness.suites.generators.drafts import Draft, Item, templates
from evalharness.suites.generators.live import numbers, places, rules
from evalharness.suites.generators.live.turns import Turn, Wording

SEED, LATER_SEED = 23, 24
EACH = 2
HEAD = (
    "Whether a model keeps to what was said while it leads the conversation itself: an order about form for all "
    "answers to come, orders that end or change, corrections, running totals, lists that are edited, and who or "
    "what is where. Only the user's turns are given; each model sees its own answers to the former ones, so a slip "
    "can go on. Checked are the turns whose answer is fixed, the last and often others before; a conversation is "
    "right if all of them are. The turns are short and their order is fixed: they do not react to what a model "
    "says, as people would."
)
_FIRST: Mapping[str, Sequence[Wording]] = {
    "rule": rules.RULES,
    "correction": numbers.CORRECTIONS,
    "total": numbers.TOTALS,
    "list": places.LISTS,
    "state": places.STATES,
}
_LATER: Mapping[str, Sequence[Wording]] = {  # with a seed of their own: so the first stay as they were
    "rule": rules.MORE_RULES,
    "correction": numbers.MORE_CORRECTIONS,
    "total": numbers.MORE_TOTALS,
    "list": places.MORE_LISTS,
    "state": places.MORE_STATES,
}


def suite() -> Draft:
    title = "Conversations that each model leads itself"
    return Draft("live", title, "non-inferiority", 0.11, 96, HEAD, templates(_items()), version=3)


def _items() -> Iterator[Item]:
    number = Counter[str]()
    for seed, kinds in ((SEED, _FIRST), (LATER_SEED, _LATER)):
        rng = random.Random(seed)
        for name, wordings in kinds.items():
            for wording in wordings:
                number[name] += 1
                yield from (_item(f"{name}-{number[name]:02}", wording(rng)) for _ in range(EACH))


def _item(kind: str, turns: Sequence[Turn]) -> Item:
    """Of the last turn checks bear no number: it is what a check is of where it names none."""
    checks = [
        {**one, **({"turn": number} if number < len(turns) else {})}
        for number, turn in enumerate(turns, 1)
        for one in turn.checks
    ]
    messages = [{"role": "user", "content": turn.says} for turn in turns]
    gold, wrong = _written([turn.gold for turn in turns]), _written([turn.wrong for turn in turns])
    return Item(kind, messages, checks, gold, wrong, [kind[:-3], f"{len(turns)} turns"], live=True)


def _written(answers: Sequence[str]) -> str:
    """As a report shows them (runs/transcript.py)."""
    return "\n\n".join(f"[turn {number}] {text}" for number, text in enumerate(answers, 1))
