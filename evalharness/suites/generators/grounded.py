"""The suite `grounded`: questions to three short documents, to be answered from them alone, with citations.

The scenarios are in grounded.yaml; a good part of the questions has no answer there, and that is what is to be said.
"""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import random
import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from evalharness.checks.reading.text import HAN
from evalharness.suites.generators.drafts import Checks, Draft, Item, check, hand_written, user
from evalharness.suites.generators.drawn import Drawn, Values, drawn, filled

SEED = 37
EACH = 2
HEAD = (
    "Questions to three short documents each (notices, mails, tables, logs, chats), in English and Chinese: a fact of "
    "one of them, a sum or a conclusion from two, what holds after a change, and, of every other question or so, that "
    "the documents do not tell. Right is who says what they tell and cites just the documents that tell it, or says "
    "that none does, and makes nothing up. The documents are short and given all at once: how well a model finds the "
    "right one among many, this does not say."
)
_ASKED = (
    "{documents}\n\nAnswer briefly and from these documents alone, and cite the number of every document "
    "that your answer rests on, such as [1]. If they do not tell, say so.\n\n{ask}"
)
_ASKED_ZH = (
    "{documents}\n\n请只根据以上文档简短回答，并注明答案所依据的每个文档的编号，例如【文档1】。如果文档没有说明，"
    "请直接说没有说明。\n\n{ask}"
)


class _Ask(BaseModel):
    """`says` and `cites` of what is told, `guesses` of what is not; see grounded.yaml."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    ask: str
    right: str
    wrong: str
    says: list[str] = Field(default_factory=list)
    never: list[str] = Field(default_factory=list)
    cites: list[int] = Field(default_factory=list)
    also: list[int] = Field(default_factory=list)
    guesses: list[str] = Field(default_factory=list)


class _Scenario(Drawn):
    documents: list[str]
    asks: list[_Ask]


def suite() -> Draft:
    items = [item for scenario in hand_written("grounded", _Scenario) for item in _items(scenario)]
    title = "Answers from given documents, with citations"
    return Draft("grounded", title, "non-inferiority", 0.11, 192, HEAD, items, version=3)


def _items(scenario: _Scenario) -> Iterator[Item]:
    rng = random.Random(f"{SEED} {scenario.kind}")
    fillings = [drawn(rng, scenario) for _ in range(EACH)]
    for at, ask in enumerate(scenario.asks, 1):
        yield from (_item(scenario, ask, f"{scenario.kind}: question {at}", values) for values in fillings)


def _item(scenario: _Scenario, ask: _Ask, group: str, values: Values) -> Item:
    chinese = re.search(f"[{HAN}]", ask.ask) is not None
    marks = "【文档{}】{}" if chinese else "[{}] {}"
    given = [marks.format(at, filled(text, values)) for at, text in enumerate(scenario.documents, 1)]
    asked = (_ASKED_ZH if chinese else _ASKED).format(documents="\n\n".join(given), ask=filled(ask.ask, values))
    tags = ("chinese" if chinese else "english", "told" if ask.cites else "not-told")
    right, wrong = filled(ask.right, values), filled(ask.wrong, values)
    return Item(scenario.kind, user(asked), _checks(ask, values), right, wrong, tags=tags, group=group)


def _checks(ask: _Ask, values: Values) -> Checks:
    if not ask.cites:
        return [check("not_told", {"guesses": [filled(guess, values) for guess in ask.guesses]})]
    cited = {"right": ask.cites, "also": ask.also} if ask.also else {"right": ask.cites}
    told = {"all": [filled(said, values) for said in ask.says]}
    if ask.never:
        told["none"] = [filled(said, values) for said in ask.never]
    return [check("states", told), check("cites", cited)]
