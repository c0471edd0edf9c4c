"""The suite `structured`: JSON, tables and CSV from what a prompt says: 12 kinds here, 35 beside this file."""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from evalharness.suites.generators.structured import data
from evalharness.suites.generators.drafts import Checks, Draft, Item, check, first_of_each, templates, user
from evalharness.suites.generators.words import INVENTED_CITIES, PEOPLE, THINGS, TOWNS

SEED = 12
EACH, KEPT = 10, 3  # prompts drawn of a kind, and asked
HEAD = (
    "Whether data comes out in the form that a program can read: JSON with nothing around it, by keys or by a schema, "
    "nested, with null for what is not said; also CSV and Markdown tables. What has one right answer is compared with "
    "it value by value. A code fence around JSON is counted as wrong, because the prompts ask for none: the suite "
    "measures obedience to the letter, not what a lenient reader could still rescue. To demand a gain from a model "
    "that was tuned for this, copy the file and make its purpose superiority."
)


def suite() -> Draft:
    rng = random.Random(SEED)
    drawn = first_of_each((item for kind in _KINDS for item in kind(rng)), KEPT)
    more = (item for kind in data.KINDS for item in kind(rng))
    items = templates([*drawn, *_invented(), *more])
    return Draft(
        "structured", "JSON, tables and CSV to the letter", "non-inferiority", 0.11, 400, HEAD, items, version=5
    )


def _equal(value: Any) -> Checks:
    return [check("json_valid"), check("json_equals", value)]


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _fenced(value: Any) -> str:
    return f"Here it is:\n```json\n{_said(value)}\n```"


def _cities(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
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
            _equal(records),
            _said(records),
            _fenced(records),
        )


def _within(limits: tuple[int, int]) -> dict[str, int]:
    return {"minimum": limits[0], "maximum": limits[1]}


def _known_cities(rng: random.Random) -> Iterator[Item]:
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
    cities = rng.sample(sorted(known), 2 * EACH)
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
            _said(records),
            _said([{**record, "population": str(record["population"])} for record in records]),
        )


def _nulls(rng: random.Random) -> Iterator[Item]:
    for at, name in enumerate(rng.sample(PEOPLE, EACH)):
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
            _equal(record),
            _said(record),
            _said({key: value for key, value in record.items() if value is not None}),
        )


def _orders(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
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
            _equal(order),
            _said(order),
            _said({**order, "customer": name}),
        )


def _from_csv(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        rows = [
            {"name": name.split()[0], "points": rng.randrange(1, 100), "member": rng.random() < 0.5}
            for name in rng.sample(PEOPLE, 3)
        ]
        csv = "\n".join(f"{row['name']},{row['points']},{'yes' if row['member'] else 'no'}" for row in rows)
        yield Item(
            "from-csv",
            user(
                f"name,points,member\n{csv}\n\nConvert this CSV to a JSON array of objects with the same keys. Points "
                "are numbers; member is true or false. Answer with the JSON alone, without a code block."
            ),
            _equal(rows),
            _said(rows),
            _said([{key: str(value) for key, value in row.items()} for row in rows]),
        )


def _to_csv(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        rows = [(thing, rng.randrange(1, 50), rng.choice(("red", "blue", "green"))) for thing in rng.sample(THINGS, 3)]
        records = [{"thing": thing, "stock": stock, "colour": colour} for thing, stock, colour in rows]
        lines = ["thing,stock,colour", *(f"{thing},{stock},{colour}" for thing, stock, colour in rows)]
        yield Item(
            "to-csv",
            user(
                f"{_said(records)}\n\nWrite this as CSV: a header line with the keys in the same order, then one line "
                "per object, without spaces after the commas, quotes or a code block. Nothing else."
            ),
            [check("regex", r"\A" + r"\s*\n".join(map(re.escape, lines)) + r"\s*\Z")],
            "\n".join(lines),
            "\n".join(lines[1:]),
        )


def _tables(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        rows = [(town, rng.randrange(-9, 35)) for town in rng.sample(TOWNS, 2 + at % 3)]
        said = "; ".join(f"{town} {degrees} degrees" for town, degrees in rows)
        body = [
            rf"\|\s*[*`]*{town}[*`]*\s*\|\s*[*`]*{'[-−]' if degrees < 0 else ''}{abs(degrees)}[*`]*\s*\|"  # noqa: RUF001
            for town, degrees in rows
        ]
        pattern = (
            r"(?i)\A\|\s*\**Town\**\s*\|\s*\**Degrees\**\s*\|\s*\n\|[\s:|-]+\|\s*\n" + r"\s*\n".join(body) + r"\s*\Z"
        )
        table = ["| Town | Degrees |", "|---|---|", *(f"| {town} | {degrees} |" for town, degrees in rows)]
        yield Item(
            "tables",
            user(
                f"Today's temperatures: {said}.\n\nShow them as a Markdown table with the columns Town and Degrees, in "
                "this order, every line with a | at both ends. Degrees are bare numbers. Nothing before or after the "
                "table, and no code block around it."
            ),
            [check("regex", pattern)],
            "\n".join(table),
            "\n".join(table[2:]),
        )


def _invented() -> Iterator[Item]:
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
                f"Invent {thing} and give it as JSON that is valid under this JSON Schema:\n{_said(schema)}\n"
                "Output nothing but the JSON value, without a code fence."
            ),
            [check("json_schema", schema)],
            _said(made),
            _said({**made, "comment": "made up"}),
            group=f"by-schema: {thing}",
        )


def _example(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "array":
        return ["one", "two", "three"]
    return {"string": "something", "boolean": True, "number": 12.5, "integer": 1999}[schema["type"]]


def _repairs(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        record = {
            "thing": rng.choice(THINGS),
            "price": rng.randrange(5, 90),
            "tags": rng.sample(("new", "old", "small", "large", "rare", "used"), 2),
            "sold": at % 2 == 0,
        }
        whole = _said(record)
        broken = (
            whole.replace('"', "'"),
            whole[:-1] + ",}",
            whole.replace('"thing":', "thing:").replace('"price":', "price:"),
            whole.replace('"tags": [', '"tags": (').replace("]", ")"),
            whole.replace(": true", ": True").replace(": false", ": False").replace("}", ",}"),
        )[at % 5]
        yield Item(
            "repairs",
            user(
                f"This is not valid JSON:\n{broken}\nGive the same data as valid JSON, and nothing more than that: no "
                "remarks, no code fence."
            ),
            _equal(record),
            whole,
            broken,
            group=f"repairs: damage {at % 5 + 1}",
        )


def _changes(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        things = rng.sample(THINGS, 3)
        stock: list[dict[str, Any]] = [{"thing": thing, "count": rng.randrange(1, 40)} for thing in things]
        chosen, extra = things[at % 3], rng.randrange(2, 20)
        changed = [
            {**entry, "count": entry["count"] + extra} if entry["thing"] == chosen else entry
            for entry in stock
            if entry["thing"] != things[(at + 1) % 3]
        ]
        yield Item(
            "changes",
            user(
                f"{_said(stock)}\n\nAdd {extra} to the count of the {chosen} and remove the {things[(at + 1) % 3]}. "
                "Leave everything else as it is and reply with the new JSON array only, not in a code block."
            ),
            _equal(changed),
            _said(changed),
            _said(stock),
        )


def _groups(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
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
            _equal(groups),
            _said(groups),
            _said(dict(zip(names, where, strict=True))),
        )


def _from_yaml(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        port, name = rng.randrange(1024, 9999), rng.choice(("web", "mail", "cache", "queue", "files"))
        hosts = [f"{rng.choice(THINGS)}{number}" for number in range(1, 3 + at % 2)]
        value = {"service": {"name": name, "port": port, "tls": at % 2 == 0, "owner": None}, "hosts": hosts}
        tls = "true" if at % 2 == 0 else "false"
        lines = ["service:", f"  name: {name}", f"  port: {port}", f"  tls: {tls}", "  owner: null", "hosts:"]
        text = "\n".join(lines + [f"  - {host}" for host in hosts])
        yield Item(
            "from-yaml",
            user(f"{text}\n\nTranslate this YAML into the JSON that means the same. Just the JSON text, unfenced."),
            _equal(value),
            _said(value),
            text,
        )


_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _cities, _known_cities, _nulls, _orders, _from_csv, _to_csv, _tables, _repairs, _changes, _groups,
    _from_yaml,
)  # fmt: skip
