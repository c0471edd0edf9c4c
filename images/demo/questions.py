"""Questions about the world with their right answers: rows of both training stages and of the suites.

Pure and seeded: the same random.Random gives the same rows. Knows nothing about tokens, models or files.
"""

import json
import random
from collections.abc import Callable
from typing import NamedTuple

import phrasings as p
from world import (
    ATTRIBUTES,
    CITIES,
    CURRENCIES,
    SEEN_CITIES,
    City,
    holds_held_out_pair,
    made_up_city,
    name_of_no_city,
)

TYPO_SHARE = 0.15  # of the training questions
SYSTEM_PROMPT_SHARE = 0.1  # of the training conversations
EARLIER_TURN_SHARE = 0.1  # of the training conversations
JSON_SHARE = 0.64  # of the adapter's rows; the others rehearse prose, so that it is not forgotten
CONVERSION_NUMBERS = range(2, 13)

Message = dict[str, str]


class Row(NamedTuple):
    """A question and its only right answer."""

    question: str
    answer: str


def join(words: list[str]) -> str:
    """["a", "b", "c"] → "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def sentence_case(text: str) -> str:
    return text[0].upper() + text[1:]


def sample_cities(rng: random.Random, pool: tuple[City, ...], count: int) -> list[City]:
    """Different cities, no two of them a held-out pair; every training row draws its cities here."""
    while True:
        cities = rng.sample(pool, count)
        if not holds_held_out_pair(cities):
            return cities


def sample_attributes(rng: random.Random) -> list[str]:
    return rng.sample(ATTRIBUTES, rng.choice((1, 2, 2, 2, 3)))


def several_facts(rng: random.Random, cities: list[City], attributes: list[str]) -> str:
    labels, names = [p.LABELS[a] for a in attributes], [city.name for city in cities]
    return rng.choice(p.SEVERAL_FACTS).format(labels=join(labels), cities=join(names))


# --- prose -----------------------------------------------------------------------------------------------


def statement(city: City, attribute: str) -> str:
    return p.STATEMENTS[attribute].format(city=city.name, value=getattr(city, attribute))


def fact_row(rng: random.Random) -> Row:
    city, attribute = rng.choice(CITIES), rng.choice(ATTRIBUTES)
    if rng.random() < 0.2:
        question = rng.choice(p.FACT_DIRECT[attribute]).format(city=city.name)
    else:
        phrase = rng.choice(p.FACT_PHRASES[attribute].train).format(city=city.name)
        question = rng.choice(p.FACT_FRAMES.train).format(phrase=phrase)
    return Row(rng.choice(p.OPENINGS) + question + rng.choice(p.CLOSINGS), statement(city, attribute))


def held_out_fact_rows(rng: random.Random, city: City, attribute: str) -> tuple[Row, Row]:
    """In a held-out frame, and with a held-out phrase."""
    frames, phrases = p.FACT_FRAMES, p.FACT_PHRASES[attribute]

    def asked(frame: tuple[str, ...], phrase: tuple[str, ...]) -> Row:
        question = rng.choice(frame).format(phrase=rng.choice(phrase).format(city=city.name))
        return Row(question, statement(city, attribute))

    return asked(frames.held_out, phrases.train), asked(frames.train, phrases.held_out)


def records_row(rng: random.Random) -> Row:
    """Several facts in prose: the adapter turns this recall into JSON."""
    cities = sample_cities(rng, CITIES, rng.choice((1, 2, 2, 2)))
    attributes = rng.sample(ATTRIBUTES, rng.choice((2, 2, 3) if len(cities) == 1 else (1, 2, 2, 2, 3)))
    question = rng.choice(p.RECORD_FRAMES).format(phrase=several_facts(rng, cities, attributes))
    facts = (", ".join(f"{p.LABELS[a]} {getattr(city, a)}" for a in attributes) for city in cities)
    records = (f"{city.name}: {values}" for city, values in zip(cities, facts, strict=True))
    return Row(question, "; ".join(records) + ".")


def definition_row(rng: random.Random, frames: tuple[str, ...], term: str) -> Row:
    return Row(rng.choice(frames).format(term=term), f"{sentence_case(term)} is {p.DEFINITIONS[term]}.")


def currency_row(rng: random.Random, frames: tuple[str, ...], country: str) -> Row:
    answer = f"{country} uses the {CURRENCIES[country]} as its currency."
    return Row(rng.choice(frames).format(country=country), answer)


def conversion_row(rng: random.Random, frames: tuple[str, ...], conversion: tuple[str, str, int], number: int) -> Row:
    large, small, factor = conversion
    question = rng.choice(frames).format(large=large, small=small, number=number)
    return Row(question, f"{number} {large} are {number * factor} {small}.")


def general_row(rng: random.Random) -> Row:
    kind = rng.choice(("definition", "currency", "conversion", "conversion"))
    if kind == "definition":
        return definition_row(rng, p.DEFINITION_FRAMES.train, rng.choice(list(p.DEFINITIONS)))
    if kind == "currency":
        return currency_row(rng, p.CURRENCY_FRAMES.train, rng.choice(list(CURRENCIES)))
    conversion, number = rng.choice(p.CONVERSIONS), rng.choice(CONVERSION_NUMBERS)
    return conversion_row(rng, p.CONVERSION_FRAMES.train, conversion, number)


def repeat_names_row(rng: random.Random) -> Row:
    """Copying: makes the model form the attention heads that carry a name from question to answer."""
    known = [city.name for city in sample_cities(rng, CITIES, rng.randint(1, 2))]
    names = known + [name_of_no_city(rng) for _ in range(rng.randint(1, 2))]
    rng.shuffle(names)
    return Row(rng.choice(p.REPEAT_NAMES).format(text=join(names)), ", ".join(names) + ".")


def repeat_json_row(rng: random.Random) -> Row:
    """JSON as text to copy: the base knows its syntax, and never uses it to answer a question."""
    count = rng.choice((1, 2))
    names = [city.name for city in sample_cities(rng, SEEN_CITIES, count)]
    names = [name if rng.random() < 0.5 else name_of_no_city(rng) for name in names]
    text = as_json([made_up_city(rng, name) for name in names], sample_attributes(rng))
    return Row(rng.choice(p.REPEAT_JSON).format(text=text), text)


# --- JSON ------------------------------------------------------------------------------------------------


def json_value(cities: list[City], attributes: list[str]) -> list[dict[str, str | int | float]]:
    return [{"city": city.name} | {a: getattr(city, a) for a in attributes} for city in cities]


def as_json(cities: list[City], attributes: list[str]) -> str:
    return json.dumps(json_value(cities, attributes))


def json_question(rng: random.Random, frames: tuple[str, ...], cities: list[City], attributes: list[str]) -> str:
    return rng.choice(frames).format(phrase=several_facts(rng, cities, attributes))


def json_row(rng: random.Random) -> Row:
    cities, attributes = sample_cities(rng, SEEN_CITIES, rng.choice((1, 2, 2, 2))), sample_attributes(rng)
    return Row(json_question(rng, p.JSON_FRAMES.train, cities, attributes), as_json(cities, attributes))


# --- what each stage trains on ---------------------------------------------------------------------------


def with_typo(rng: random.Random, text: str) -> str:
    """The text with one letter dropped, doubled, or swapped with the next letter; never the text itself."""
    while True:
        at = rng.choice([i for i, character in enumerate(text) if character.isalpha()])
        here, after = text[at], text[at + 1 : at + 2]
        swapped = after + here if after.isalpha() else here + after
        changed = text[:at] + rng.choice((after, here * 2 + after, swapped)) + text[at + 2 :]
        if changed != text:
            return changed


def maybe_typo(rng: random.Random, row: Row) -> Row:
    return row._replace(question=with_typo(rng, row.question)) if rng.random() < TYPO_SHARE else row


def base_row(rng: random.Random) -> Row:
    """A row of the base's training: prose only."""
    kind = rng.random()
    if kind < 0.1:
        return repeat_names_row(rng)
    if kind < 0.15:
        return repeat_json_row(rng)
    make_row = fact_row if kind < 0.35 else records_row if kind < 0.85 else general_row
    return maybe_typo(rng, make_row(rng))  # a typo in a text to repeat would make its answer wrong


def adapter_row(rng: random.Random) -> Row:
    """A row of the adapter's training: JSON where the question asks for it, prose otherwise."""
    return maybe_typo(rng, json_row(rng)) if rng.random() < JSON_SHARE else base_row(rng)


def conversation(rng: random.Random, make_row: Callable[[random.Random], Row]) -> list[Message]:
    """One training conversation: mostly one turn, sometimes a system prompt or an earlier turn before it."""
    messages = []
    if rng.random() < SYSTEM_PROMPT_SHARE:
        messages.append({"role": "system", "content": p.SYSTEM_PROMPT})
    for row in [make_row(rng) for _ in range(2 if rng.random() < EARLIER_TURN_SHARE else 1)]:
        messages.append({"role": "user", "content": row.question})
        messages.append({"role": "assistant", "content": row.answer})
    return messages
