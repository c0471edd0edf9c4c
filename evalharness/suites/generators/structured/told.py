"""Kinds of the suite `structured`: JSON from what a prompt says or asks to be invented."""

import random
from collections.abc import Iterator
from typing import Any

from evalharness.suites.generators.drafts import Item, check, user
from evalharness.suites.generators.structured.parts import DRAWN, EACH, as_json, dumped, equal, first_names
from evalharness.suites.generators.words import INVENTED_CITIES, PEOPLE, THINGS, TOWNS


def _fenced(value: Any) -> str:
    return f"Here it is:\n```json\n{dumped(value)}\n```"


def cities(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
        records = [
            {"city": city, "population": rng.randrange(20, 999) * 1000, "gdp": rng.randrange(2, 90)}
            for city in rng.sample(INVENTED_CITIES, 2 + at % 2)
        ]
        facts = " ".join(
            f"{record['city']} has {record['population']:,} inhabitants and a GDP of {record['gdp']} billion dollars."
            for record in records
        )
        yield Item(
            "cities",
            user(
                f'{facts} Return a JSON array with one object per city, in this order, with the keys "city", '
                '"population" (a whole number) and "gdp" (in billions, a number). JSON only, no code fence.'
            ),
            equal(records),
            dumped(records),
            _fenced(records),
        )


def _within(limits: tuple[int, int]) -> dict[str, int]:
    return {"minimum": limits[0], "maximum": limits[1]}


def known_cities(rng: random.Random) -> Iterator[Item]:
    known = {  # country; inhabitants from the city's own to the metropolis's; GDP likewise, in billions
        "Paris": ("France", (1_800_000, 14_000_000), (150, 1_500)),
        "Tokyo": ("Japan", (8_000_000, 42_000_000), (500, 2_600)),
        "Cairo": ("Egypt", (8_000_000, 25_000_000), (25, 350)),
        "Lima": ("Peru", (7_500_000, 13_000_000), (35, 260)),
        "Oslo": ("Norway", (550_000, 2_000_000), (25, 220)),
        "Madrid": ("Spain", (2_800_000, 7_500_000), (90, 500)),
        "Nairobi": ("Kenya", (2_800_000, 11_000_000), (6, 90)),
        "Ottawa": ("Canada", (800_000, 1_800_000), (25, 160)),
        "Vienna": ("Austria", (1_600_000, 3_300_000), (70, 300)),
        "Hanoi": ("Vietnam", (3_000_000, 12_000_000), (12, 150)),
        "Rome": ("Italy", (2_300_000, 5_000_000), (80, 360)),
        "Warsaw": ("Poland", (1_500_000, 3_600_000), (35, 260)),
        "Athens": ("Greece", (600_000, 4_200_000), (40, 250)),
        "Dublin": ("Ireland", (500_000, 2_300_000), (50, 420)),
        "Lisbon": ("Portugal", (450_000, 3_300_000), (35, 260)),
        "Santiago": ("Chile", (400_000, 8_500_000), (40, 360)),
        "Jakarta": ("Indonesia", (9_000_000, 37_000_000), (90, 900)),
        "Caracas": ("Venezuela", (1_500_000, 5_500_000), (4, 200)),
        "Berlin": ("Germany", (3_000_000, 6_500_000), (100, 360)),
        "Havana": ("Cuba", (1_800_000, 2_600_000), (4, 130)),
    }
    also = {"Santiago": ["Santiago de Chile", "Santiago, Chile"]}
    cities = rng.sample(sorted(known), 2 * DRAWN)
    for first, second in zip(cities[::2], cities[1::2], strict=True):
        records = [
            {
                "city": city,
                "country": known[city][0],
                "population": known[city][1][0],
                "gdp_billion_usd": known[city][2][0],
            }
            for city in (first, second)
        ]
        places = [
            {
                "type": "object",
                "properties": {
                    "city": {"enum": [city, *also.get(city, ())]},
                    "country": {"const": known[city][0]},
                    "population": {"type": "integer", **_within(known[city][1])},
                    "gdp_billion_usd": {"type": ["number", "null"], **_within(known[city][2])},
                },
                "required": ["city", "country", "population", "gdp_billion_usd"],
                "additionalProperties": False,
            }
            for city in (first, second)
        ]
        yield Item(
            "known-cities",
            user(
                f"List the country, the rough population and the rough GDP of {first} and {second} as JSON: an array "
                'of two objects in this order, each with just the keys "city", "country", "population" (a whole '
                'number) and "gdp_billion_usd" (a number, or null if you do not know). Plain JSON without a code fence.'
            ),
            [check("json_schema", {"type": "array", "prefixItems": places, "minItems": 2, "maxItems": 2})],
            dumped(records),
            dumped([{**record, "population": str(record["population"])} for record in records]),
        )


def nulls(rng: random.Random) -> Iterator[Item]:
    for at, name in enumerate(rng.sample(PEOPLE, DRAWN)):
        town, age = rng.choice(TOWNS), rng.randrange(21, 80)
        record: dict[str, Any] = {"name": name, "age": age, "town": town, "phone": None, "email": None}
        first = name.split()[0]
        said = [f"{name} is {age} years old", f"lives in {town}"]
        if at % 3 == 0:
            record["email"] = f"{first.lower()}@example.org"
            said.append(f"can be written to at {record['email']}")
        if at % 3 == 1:
            record["age"], said = None, [f"{name} did not want to tell an age", f"lives in {town}"]
        text = ", ".join(said[:-1]) + f" and {said[-1]}."
        yield Item(
            "nulls",
            user(
                f'Fill in a record from this note: "{text}" Keys: name, age (number), town, phone, email. Use null '
                "for whatever the note does not say. Answer with the bare JSON object, not in a code block."
            ),
            equal(record),
            dumped(record),
            dumped({key: value for key, value in record.items() if value is not None}),
        )


def orders(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
        name, town = rng.choice(PEOPLE), rng.choice(TOWNS)
        lines = [
            {"item": item, "quantity": rng.randrange(2, 9), "price": rng.randrange(3, 60)}
            for item in rng.sample(THINGS, 2 + at % 2)
        ]
        order = {"id": rng.randrange(1000, 9999), "customer": {"name": name, "town": town}, "lines": lines}
        bought = ", ".join(f"{line['quantity']} x {line['item']} at {line['price']} euros each" for line in lines)
        yield Item(
            "orders",
            user(
                f"Order {order['id']}: {name} from {town} bought {bought}.\n\nTurn it into JSON of this shape: "
                '{"id": number, "customer": {"name": text, "town": text}, "lines": [{"item": text, "quantity": number, '
                '"price": number}]}. Keep the order of the lines. Only JSON, not fenced.'
            ),
            equal(order),
            dumped(order),
            dumped({**order, "customer": name}),
        )


def groups(rng: random.Random) -> Iterator[Item]:
    for _ in range(DRAWN):
        names = [name.split()[0] for name in rng.sample(PEOPLE, 5)]
        towns = sorted(rng.sample(TOWNS, 2))
        where = [towns[0], towns[1], *(rng.choice(towns) for _ in range(3))]
        groups = {town: sorted(name for name, at in zip(names, where, strict=True) if at == town) for town in towns}
        said = ", ".join(f"{name} in {town}" for name, town in zip(names, where, strict=True))
        yield Item(
            "groups",
            user(
                f"Who lives where: {said}. Group the people by town: a JSON object from each town to the array of its "
                "people's names in alphabetical order. Reply with JSON, no explanation, no fence."
            ),
            equal(groups),
            dumped(groups),
            dumped(dict(zip(names, where, strict=True))),
        )


def invented(_: random.Random) -> Iterator[Item]:
    text, number, truth = {"type": "string", "minLength": 1}, {"type": "number", "minimum": 0}, {"type": "boolean"}
    texts = {"type": "array", "items": text, "minItems": 2}
    steps = {"type": "array", "items": text, "minItems": 3, "maxItems": 3}
    things: dict[str, dict[str, Any]] = {
        "a recipe": {"title": text, "minutes": number, "ingredients": texts},
        "a hotel room": {"number": {"type": "integer"}, "beds": {"type": "integer", "minimum": 1}, "balcony": truth},
        "a film": {"title": text, "year": {"type": "integer", "minimum": 1900, "maximum": 2100}, "genres": texts},
        "a library book": {"title": text, "author": text, "on_loan": truth},
        "a bus line": {"line": text, "stops": texts, "accessible": truth},
        "a support ticket": {"subject": text, "priority": {"enum": ["low", "normal", "high"]}, "open": truth},
        "a workout": {"name": text, "minutes": number, "steps": steps},
        "a pet": {"name": text, "species": {"enum": ["cat", "dog", "rabbit"]}, "age": number},
        "a job advert": {"title": text, "remote": truth, "skills": texts},
        "a weather report": {"town": text, "celsius": {"type": "number"}, "sky": {"enum": ["clear", "cloudy", "rain"]}},
    }
    for thing, properties in things.items():
        schema = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
        made = {key: _example(value) for key, value in properties.items()}
        yield Item(
            "by-schema",
            user(
                f"Invent {thing} and give it as JSON that is valid under this JSON Schema:\n{dumped(schema)}\n"
                "Output nothing but the JSON value, without a code fence."
            ),
            [check("json_schema", schema)],
            dumped(made),
            dumped({**made, "comment": "made up"}),
            group=f"by-schema: {thing}",
        )


def _example(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "array":
        return ["one", "two", "three"]
    return {"string": "something", "boolean": True, "number": 12.5, "integer": 1999}[schema["type"]]


def escaped(rng: random.Random) -> Iterator[Item]:
    for name in first_names(rng, EACH):
        said = f'{name} said: "No."\nThen a \\ was drawn.'
        asked = (
            'The text between the lines goes into a JSON object as the value of "text", exactly, its line '
            f"break too.\n---\n{said}\n---\n"
        )
        yield as_json("escaped", asked, {"text": said}, {"text": said.replace('"', "'")})


def unit_values(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        kilos, metres = rng.randrange(2, 9), rng.randrange(2, 9)
        asked = (
            f"The {thing} weighs {kilos} kg and is {metres} m long. An object with the keys thing, grams and "
            "centimetres."
        )
        right = {"thing": thing, "grams": kilos * 1000, "centimetres": metres * 100}
        yield as_json("unit-values", asked, right, {"thing": thing, "grams": kilos, "centimetres": metres})
