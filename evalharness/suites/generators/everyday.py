"""The suite `everyday`: help and explanations as people ask for them; the prompts are in everyday.yaml.

Each has what any good answer must contain, for the program, and what makes an answer good, for a judge.
"""

from pydantic import Field

from evalharness.suites.generators.drafts import Checks, Draft, Entry, Item, check, hand_written, rubric, user

HEAD = (
    "What people ask an assistant all day: cooking, the house, health, travel, money, science, technology and the "
    "safety of AI, Python, letters, plans. The checks hold what every good answer has (a cake takes flour and an "
    "oven), the language, and that it does not go in circles: they catch a model that broke, and cannot tell a good "
    "answer from a middling one. For that each prompt has a rubric: `python -m evalharness judge` reads it. The "
    "margin is the smallest that 100 prompts can show."
)
_FEWEST_WORDS = 25
_MOST_REPEATED = 0.5
_WRONG = (
    "That is a lovely question, and many people have asked it before. There is much that one could say, and everybody "
    "has an opinion of their own, so it is hard to be sure what would be best for you today."
)


class _Entry(Entry):
    """`must` are patterns of what cannot be missing; `also` are further checks that the prompt asks for; `fewest` is
    the number of words where the form that was asked for is a short one."""

    ask: str
    must: list[str]
    rubric: str
    gold: str
    also: Checks = Field(default=[])
    fewest: int = _FEWEST_WORDS


def suite() -> Draft:
    items = [_item(entry) for entry in hand_written("everyday", _Entry)]
    title = "Everyday help and explanations"
    return Draft("everyday", title, "non-inferiority", 0.10, 768, HEAD, items)


def _item(entry: _Entry) -> Item:
    checks = [
        check("min_words", entry.fewest),
        check("language", "en"),
        check("not_repetitive", _MOST_REPEATED),
        *(check("regex", f"(?i){pattern}") for pattern in entry.must),
        *entry.also,
    ]
    return Item(entry.kind, user(entry.ask), checks, entry.gold, _WRONG, (), rubric(entry.rubric))
