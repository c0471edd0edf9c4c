"""What the texts of the suite `instructions` are to be about: topics, sentences on them, and how one is told.

It knows no order about form.
"""

import random
from typing import Any

from evalharness.suites.generators.drafts import check
from evalharness.suites.generators.words import TOPICS

DRAWN = 8  # prompts of a kind; the suite asks the first of them
_SAID = (
    "Many people think of {t} with pleasure.",
    "There is a long history behind {t}.",
    "People talk about {t} at home and at work.",
    "Some have written whole books about {t}.",
    "It takes time to understand {t}.",
    "Few days pass without a word on {t}.",
)
_BELONGS = {
    "rivers": "river|stream|water|bank|current|flow",
    "bicycles": r"bicycl|\bbik|cycl|pedal|wheel",
    "libraries": "librar|book|read|shel",
    "mountains": "mountain|peak|summit|climb|hik|alp|hill|slope",
    "trains": "train|rail|track|station|carriage|locomotive",
    "gardens": "garden|plant|flower|bloom|soil|bee",
    "bread": "bread|bak|loaf|loaves|dough|crust|oven",
    "the moon": "moon|lunar|night|crater|orbit|tide",
    "winter": "winter|snow|cold|frost|ice|icy|frozen",
    "music": r"music|song|melod|sound|tune|rhythm|listen|play|instrument|concert|\b(?:band|jazz|rock|pop|folk)\b",
    "bridges": "bridge|span|cross|river",
    "chess": "chess|king|queen|pawn|board|checkmate",
    "the sea": r"\bseas?\b|ocean|wave|salt|tide|shore|coast|water",
    "coffee": "coffee|espresso|cup|brew|bean|caffein|roast",
    "forests": "forest|tree|wood|leaf|leaves|branch",
    "maps": r"\bmaps?\b|cartograph|atlas|path|place|road",
    "photography": "photo|camera|lens|picture|image|light|shot",
    "swimming": "swim|swam|water|pool|stroke|lap",
    "theatre": "theat|stage|actor|play|drama|audience",
    "volcanoes": "volcan|lava|erupt|magma|crater|ash",
    "friendship": "friend|bond|trust",
    "summer": "summer|sun|warm|hot|beach|heat",
    "the city": r"cit(?:y|ies)|street|town|urban",
    "sleep": "sleep|rest|dream|bed|night",
    "rain": r"rain|wet|umbrella|drop|puddle|cloud",
    "money": r"money|cash|coin|rich|spend|save|afford|pay",
    "honey": "honey|bee",
    "the stars": r"stars?\b|sky|constellation|galax|light",
    "moving house": r"mov(?:e|ing)|house|home|box|pack",
    "washing up": "wash|dish|plate|sink|clean|rins",
    "waiting": "wait|queue|patien|time",
    "a long journey": r"journey|travel|road|trip|way|mile|\bfar\b|distan|return|\bgoing\b|\bleav",
    "breakfast": "breakfast|morning|toast|egg|coffee|cereal",
    "old houses": "house|home|wall|roof|building",
    "public transport": r"transport|bus|train|tram|metro|commut",
    "queues": "queue|line|wait|stand",
    "cats": r"\bcat|feline|purr|kitten|whisker",
    "ghosts": "ghost|spirit|haunt|phantom|spectre",
    "a lost cat that came home": r"\bcats?\b|feline|kitten|pet\b",
    "a new bridge": "bridge",
    "a record harvest of apples": "apple|orchard|harvest",
}


def about(topic: str, sentences: int) -> list[str]:
    return [sentence.format(t=topic) for sentence in _SAID[:sentences]]


def topics(rng: random.Random) -> list[str]:
    return rng.sample(TOPICS, DRAWN)


def on(topic: str) -> dict[str, Any]:
    """It speaks of the topic, by its name or by what belongs to it."""
    return check("states", {"all": [_BELONGS[topic]]})
