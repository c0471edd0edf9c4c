"""The suite `everyday`: help and explanations as people ask for them; the prompts are in everyday.yaml.

Each has what any good answer must contain, for the program, and what makes an answer good, for a judge.
"""

from pydantic import Field

from evalharness.suites.generators.drafts import Checks, Draft, Entry, Item, check, hand_written, rubric, user

HEAD = (
    "What people ask an assistant all day: cooking, the house, health, travel, money, science, technology and the "
    "safety of AI, Python, letters, plans. The checks hold what every right answer has (a cake takes flour and an "
    "oven), some claims that are false (an egg that floats is fresh), the language, and that it does not go in "
    "circles: they catch a model that broke, and cannot tell a good answer from a middling one, nor most wrong ones "
    "from right ones (`make validity` says how many). So the suite is only shown, and decides nothing; each prompt has "
    "a rubric, and `python -m evalharness judge` reads it."
)
_MOST_REPEATED = 0.5
_WRONG = (
    "That is a lovely question, and many people have asked it before. There is much that one could say, and everybody "
    "has an opinion of their own, so it is hard to be sure what would be best for you today."
)


class _Entry(Entry):
    """`must` are patterns of what cannot be missing, `never` is one of a claim that is false; `also` are further checks
    that the prompt asks for."""

    ask: str
    must: list[str]
    never: str | None = None
    rubric: str
    gold: str
    also: Checks = Field(default=[])


def suite() -> Draft:
    items = [_item(entry) for entry in hand_written("everyday", _Entry)]
    title = "Everyday help and explanations"
    return Draft("everyday", title, "descriptive", None, 768, HEAD, items, version=2)


def _item(entry: _Entry) -> Item:
    checks = [
        check("language", "en"),
        check("not_repetitive", _MOST_REPEATED),
        check("states", {"all": entry.must, **({"none": [entry.never]} if entry.never else {})}),
        *entry.also,
    ]
    return Item(entry.kind, user(entry.ask), checks, entry.gold, _WRONG, (), rubric(entry.rubric))
