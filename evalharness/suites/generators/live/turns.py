"""What the conversations of the suite `live` are made of: turns, each with its checks, and a quiz."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evalharness.suites.generators.drafts import Checks, check, only


@dataclass(frozen=True)
class Turn:
    """What the user says, what has to hold of the answer, a right one and a wrong one."""

    says: str
    checks: Checks
    gold: str
    wrong: str


def told(text: str, reply: str = "OK.") -> Turn:
    """A turn whose answer is not looked at."""
    return Turn(text, [], reply, reply)


def asked(text: str, answer: object, wrong: object, *others: str) -> Turn:
    """A turn with one right answer, in these words, and nothing else."""
    return Turn(text, only(str(answer), *others), str(answer), str(wrong))


def counted(text: str, answer: int, wrong: int) -> Turn:
    return Turn(text, [check("numeric", {"value": answer, "which": "only"})], str(answer), str(wrong))


Wording = Callable[[random.Random], Sequence[Turn]]

# A question, its answer in a few words, in German and in French, and what has to be in each (a pattern).
QUIZ = (
    (
        "What do bees make?",
        "Bees make honey.",
        "Bienen machen Honig aus Nektar.",
        "Les abeilles font du miel avec le nectar.",
        "honey",
        "honig",
        "miel",
    ),
    (
        "What do we call frozen water?",
        "We call it ice.",
        "Gefrorenes Wasser nennen wir einfach Eis.",
        "Nous appelons cela de la glace.",
        r"\bice\b",
        r"\beis\b",
        r"\bglace\b",
    ),
    (
        "Which animal barks?",
        "A dog barks.",
        "Der Hund ist das Tier, das bellt.",
        "Le chien est l'animal qui aboie.",
        "dog",
        "hund",
        "chien",
    ),
    (
        "What is the opposite of hot?",
        "It is cold.",
        "Das Gegenteil von heiß ist kalt.",
        "Le contraire de chaud est froid.",
        "cold",
        r"\bkalt",
        "froid",
    ),
    (
        "How many legs does a spider have?",
        "Spiders have eight legs.",
        "Eine Spinne hat acht Beine.",
        "Une araignée a huit pattes.",
        r"\b(?:8|eight)\b",
        r"\b(?:8|acht)\b",
        r"\b(?:8|huit)\b",
    ),
    (
        "Which season comes after winter?",
        "Spring comes after winter.",
        "Nach dem Winter kommt der Frühling.",
        "Après l'hiver vient le printemps.",
        "spring",
        "frühling|frühjahr|lenz",
        "printemps",
    ),
    (
        "What do cows give us to drink?",
        "Cows give us milk.",
        "Kühe geben uns Milch zu trinken.",
        "Les vaches nous donnent du lait.",
        "milk",
        "milch",
        r"\blait\b",
    ),
)
# A question, its answer, and what has to be in it and is not in the question: a pattern.
QUIZ_ZH = (
    ("蜜蜂酿造什么？", "蜜蜂酿造蜂蜜。", "蜜(?!蜂)"),
    ("水结冰以后叫什么？", "叫冰。", "(?<!结)冰"),
    ("冬天过后是什么季节？", "是春天。", "春"),
    ("热的反义词是什么？", "是冷。", "冷|寒"),
)


def small(rng: random.Random) -> Turn:
    question, answer, *_ = rng.choice(QUIZ)
    return told(question, answer)


def two(rng: random.Random, low: int, high: int) -> tuple[int, int]:
    one, other = rng.sample(range(low, high), 2)
    return one, other
