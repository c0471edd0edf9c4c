"""The invented world that the demo models talk about: cities, their countries, the countries' currencies.

There is one world, whatever the training seed, because the committed suites and weights both speak of it.
It also says what is held out: eight cities from the adapter's JSON, and a fifth of the pairs of the others.
Knows nothing about wording, tokens or training.
"""

import random
from dataclasses import dataclass
from itertools import combinations

WORLD_SEED = 20
CITY_COUNT = 32
SEEN_COUNT = 24
HELD_OUT_PAIR_SHARE = 0.2
MIN_NAME_DISTANCE = 4  # one typo must never turn a city into another

FIRST = ["Al", "Bar", "Cal", "Den", "Er", "Fen", "Gor", "Har", "Il", "Jas", "Kem", "Lun", "Mar"]
FIRST += ["Nel", "Or", "Pas", "Quin", "Ril", "Sor", "Tam", "Ur", "Val", "Wim", "Yor", "Zel"]
MIDDLE = ["be", "cha", "do", "fe", "ga", "ki", "lo", "mu", "ne", "po", "ri", "sa", "tu", "va", "zo"]
LAST = ["bach", "bridge", "dorf", "field", "gard", "haven", "holm", "land", "minster", "port", "stead", "ton"]
LAST += ["vale", "wood"]
CURRENCIES = {
    "Arvania": "tallin", "Bolmark": "crown", "Cordisia": "florin", "Dremland": "mark",
    "Estoria": "ducat", "Felmora": "peso", "Gravinia": "lira", "Hestland": "shilling",
    "Ivoria": "dinar", "Jorvenia": "guilder", "Kestria": "zloty", "Lomaria": "rand",
}  # fmt: skip


@dataclass(frozen=True)
class City:
    """One city; the fields after the name are the attributes a question can ask for."""

    name: str
    country: str
    population: float  # millions of people, two decimals
    gdp: int  # billions of dollars
    elevation: int  # metres above the sea


ATTRIBUTES = ("country", "population", "gdp", "elevation")


def edit_distance(left: str, right: str) -> int:
    """Levenshtein distance in characters."""
    previous = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (a != b)))
        previous = current
    return previous[-1]


def made_up_name(rng: random.Random) -> str:
    """A name that sounds like a city of this world."""
    return rng.choice(FIRST) + rng.choice(MIDDLE) + rng.choice(LAST)


def name_of_no_city(rng: random.Random) -> str:
    """A name that sounds like a city of this world and is none of them."""
    while True:
        name = made_up_name(rng)
        if all(name != city.name for city in CITIES):
            return name


def made_up_city(rng: random.Random, name: str) -> City:
    """A city of that name with facts drawn at random."""
    return City(
        name=name,
        country=rng.choice(list(CURRENCIES)),
        # The last digit is never 0, so that a value is written with two decimals in prose and in JSON alike.
        population=(rng.randint(10, 98) * 10 + rng.randint(1, 9)) / 100,
        gdp=rng.randint(11, 980),
        elevation=rng.randint(2, 2400),
    )


def build_cities(rng: random.Random, count: int) -> tuple[City, ...]:
    """Cities whose names are at least MIN_NAME_DISTANCE edits apart."""
    names: list[str] = []
    while len(names) < count:
        name = made_up_name(rng)
        if all(edit_distance(name, other) >= MIN_NAME_DISTANCE for other in names):
            names.append(name)
    return tuple(made_up_city(rng, name) for name in names)


_rng = random.Random(WORLD_SEED)
CITIES = build_cities(_rng, CITY_COUNT)
SEEN_CITIES = CITIES[:SEEN_COUNT]
UNSEEN_CITIES = CITIES[SEEN_COUNT:]  # the adapter never sees these in JSON

_pairs = list(combinations(SEEN_CITIES, 2))
# No training question asks for the two cities of such a pair.
HELD_OUT_PAIRS = tuple(_rng.sample(_pairs, round(HELD_OUT_PAIR_SHARE * len(_pairs))))
_held_out = {frozenset(pair) for pair in HELD_OUT_PAIRS}


def holds_held_out_pair(cities: list[City]) -> bool:
    """Whether two of these cities are a held-out pair."""
    return any(frozenset(pair) in _held_out for pair in combinations(cities, 2))
