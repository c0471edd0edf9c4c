"""More kinds for the suite `structured`: data turned from one form into another, or changed within its form.

What is right is computed from the records that a prompt shows.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from evalharness.suites.generators.drafts import Checks, Item, check, user
from evalharness.suites.generators.words import INVENTED_CITIES, PEOPLE, THINGS, TOWNS

EACH = 3
_JSON = "Answer with JSON alone, without a code fence."
_BARE = "[\"']?{}[\"']?"
_PLAIN = "Nothing before or after it, and no code fence."


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json(kind: str, asked: str, right: Any, wrong: Any) -> Item:
    checks = [check("json_valid"), check("json_equals", right)]
    return Item(kind, user(f"{asked} {_JSON}"), checks, _said(right), _said(wrong))


def _lines(kind: str, asked: str, lines: Sequence[str], wrong: Sequence[str]) -> Item:
    """An answer of just these lines; spaces at their ends aside."""
    pattern = r"\A" + r"[^\S\n]*\n".join(map(re.escape, lines)) + r"\s*\Z"
    return Item(kind, user(f"{asked} {_PLAIN}"), _matching(pattern), "\n".join(lines), "\n".join(wrong))


def _matching(pattern: str) -> Checks:
    return [check("regex", pattern)]


def _first_names(rng: random.Random, many: int) -> list[str]:
    return [name.split()[0] for name in rng.sample(PEOPLE, many)]


def _stock(rng: random.Random, many: int) -> list[dict[str, Any]]:
    shelves = rng.sample(range(1, 30), many)
    return [
        {"thing": thing, "count": rng.randrange(2, 60), "shelf": shelf}
        for thing, shelf in zip(rng.sample(THINGS, many), shelves, strict=True)
    ]


def _flattened(rng: random.Random) -> Iterator[Item]:
    for name in _first_names(rng, EACH):
        town, number = rng.choice(TOWNS), rng.randrange(1, 99)
        nested = {"name": name, "home": {"town": town, "door": {"number": number}}}
        flat = {"name": name, "home.town": town, "home.door.number": number}
        asked = (
            f"{_said(nested)}\n\nFlatten this object: no nesting, the path to each value as its key, joined by dots."
        )
        yield _json("flattened", asked, flat, nested)


def _nested(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        price, town = rng.randrange(3, 90), rng.choice(TOWNS)
        flat = {"article/name": thing, "article/price": price, "shop/town": town}
        nested = {"article": {"name": thing, "price": price}, "shop": {"town": town}}
        asked = f"{_said(flat)}\n\nThe slashes in the keys stand for nesting. Write the nested object."
        yield _json("nested", asked, nested, flat)


def _grouped(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        names, towns = _first_names(rng, 4), rng.sample(TOWNS, 2)
        homes = [towns[at] for at in (0, 1, 0, rng.randrange(2))]
        people = [{"name": name, "town": town} for name, town in zip(names, homes, strict=True)]
        by_town = {town: [person["name"] for person in people if person["town"] == town] for town in towns}
        asked = (
            f"{_said(people)}\n\nMake an object with each town as a key and the list of the names of those "
            "who live there "
            "as its value, in the order given."
        )
        yield _json("grouped", asked, by_town, {town: ", ".join(own) for town, own in by_town.items()})


def _sorted(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        stock, key = _stock(rng, 4), ("count", "shelf", "thing")[at]
        right = sorted(stock, key=lambda entry: entry[key])
        asked = f"{_said(stock)}\n\nSort this array by {key}, from the lowest to the highest (text by alphabet)."
        yield _json("sorted", asked, right, right[::-1])


def _filtered(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        stock = _stock(rng, 5)
        least = sorted(entry["count"] for entry in stock)[1 + at]
        kept = [entry for entry in stock if entry["count"] > least]
        asked = f"{_said(stock)}\n\nKeep only the objects whose count is above {least}, in the same order."
        yield _json("filtered", asked, kept, [entry for entry in stock if entry["count"] >= least])


def _tallied(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        colours = [rng.choice(("red", "green", "blue")) for _ in range(9)]
        tally = {colour: colours.count(colour) for colour in dict.fromkeys(colours)}
        asked = f"{_said(colours)}\n\nHow often does each colour occur here? An object from colour to number."
        yield _json("tallied", asked, tally, {colour: many + 1 for colour, many in tally.items()})


def _renamed(rng: random.Random) -> Iterator[Item]:
    for entry in _stock(rng, EACH):
        right = {"article": entry["thing"], "count": entry["count"], "place": entry["shelf"]}
        asked = f"{_said(entry)}\n\nRename the key thing to article and the key shelf to place; leave the rest."
        yield _json("renamed", asked, right, entry)


def _without_nulls(rng: random.Random) -> Iterator[Item]:
    for name in _first_names(rng, EACH):
        record = {"name": name, "phone": None, "town": rng.choice(TOWNS), "notes": "", "fax": None, "visits": 0}
        kept = {key: value for key, value in record.items() if value is not None}
        asked = f"{_said(record)}\n\nLeave out every key whose value is null, and only those."
        yield _json("without-nulls", asked, kept, {key: value for key, value in record.items() if value})


def _merged(rng: random.Random) -> Iterator[Item]:
    for name in _first_names(rng, EACH):
        old: dict[str, Any] = {"name": name, "town": rng.choice(TOWNS), "age": rng.randrange(20, 60)}
        new = {"age": old["age"] + 1, "job": rng.choice(("cook", "pilot", "nurse"))}
        asked = (
            f"A: {_said(old)}\nB: {_said(new)}\n\nMerge both into one object. Where both have a key, B's value counts."
        )
        yield _json("merged", asked, {**old, **new}, {**new, **old})


def _inverted(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        mapping = dict(zip(_first_names(rng, 3), rng.sample(THINGS, 3), strict=True))
        asked = f"{_said(mapping)}\n\nTurn this object around: its values become the keys and its keys the values."
        yield _json("inverted", asked, {thing: name for name, thing in mapping.items()}, mapping)


def _iso_dates(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        days = [(rng.randrange(13, 29), rng.randrange(1, 13), rng.randrange(2001, 2025)) for _ in range(2)]
        given = {"town": town, "opened": "{}.{}.{}".format(*days[0]), "closed": "{}.{}.{}".format(*days[1])}
        right = {"town": town}
        right |= {key: f"{y}-{m:02}-{d:02}" for key, (d, m, y) in zip(("opened", "closed"), days, strict=True)}
        asked = f"{_said(given)}\n\nThese dates are day.month.year. Write them as YYYY-MM-DD; all else stays as it is."
        yield _json("iso-dates", asked, right, given)


def _table_of_arrays(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        rows = [[entry["thing"], entry["count"]] for entry in _stock(rng, 3)]
        right = [{"thing": thing, "count": count} for thing, count in rows]
        asked = f"{_said([['thing', 'count'], *rows])}\n\nThe first row has the column names. Make an array of objects."
        yield _json("rows-to-objects", asked, right, [["thing", "count"], *rows])


def _objects_to_rows(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = _stock(rng, 3)
        right = [[entry["thing"], entry["shelf"]] for entry in stock]
        asked = f"{_said(stock)}\n\nMake an array of arrays of this, each just [thing, shelf], in the same order."
        yield _json("objects-to-rows", asked, right, [list(entry.values()) for entry in stock])


def _typed(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        price, count, sold = rng.randrange(11, 99) / 10, rng.randrange(2, 50), rng.random() < 0.5
        given = {"thing": thing, "price": f"{price}", "count": f"{count}", "sold": "yes" if sold else "no"}
        right = {"thing": thing, "price": price, "count": count, "sold": sold}
        asked = f"{_said(given)}\n\nMake numbers of the numbers that are texts here, and true or false of yes and no."
        yield _json("typed", asked, right, given)


def _from_toml(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        things = rng.sample(THINGS, 2)
        right = {"shop": {"town": town, "open": True}, "sells": things, "floors": rng.randrange(1, 5)}
        text = f'floors = {right["floors"]}\nsells = {_said(things)}\n\n[shop]\ntown = "{town}"\nopen = true'
        wrong = {**right, "sells": ", ".join(things)}
        yield _json("from-toml", f"{text}\n\nConvert this TOML to JSON.", right, wrong)


def _from_ini(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        port, size = rng.randrange(1000, 9999), rng.randrange(2, 64)
        text = f"[server]\nplace = {town}\nport = {port}\n\n[cache]\nsize = {size}"
        right = {"server": {"place": town, "port": port}, "cache": {"size": size}}
        asked = f"{text}\n\nWrite this INI file as JSON: an object for each section, numbers as numbers."
        yield _json("from-ini", asked, right, {"place": town, "port": port, "size": size})


def _from_xml(rng: random.Random) -> Iterator[Item]:
    for name in _first_names(rng, EACH):
        thing, count = rng.choice(THINGS), rng.randrange(2, 20)
        text = f'<order id="{100 + count}"><who>{name}</who><what count="{count}">{thing}</what></order>'
        right = {"id": 100 + count, "who": name, "what": thing, "count": count}
        asked = (
            f"{text}\n\nGive this order as a flat JSON object with the keys id, who, what and count; id and "
            "count are numbers."
        )
        yield _json("from-xml", asked, right, {**right, "id": str(right["id"])})


def _from_query(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        right = {"q": rng.choice(THINGS), "town": town, "page": str(rng.randrange(2, 9))}
        asked = (
            f"https://shop.example/find?{urlencode(right)}\n\nGive the parameters of this address as a JSON "
            "object; all "
            "values are texts."
        )
        yield _json("from-query", asked, right, {**right, "page": int(right["page"])})


def _from_markdown(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = _stock(rng, 3)
        table = ["| Thing | Count |", "|---|---:|", *(f"| {entry['thing']} | {entry['count']} |" for entry in stock)]
        right = [{"thing": entry["thing"], "count": entry["count"]} for entry in stock]
        asked = "{}\n\nMake a JSON array of objects with the keys thing and count (a number) of this table.".format(
            "\n".join(table)
        )
        yield _json("from-markdown", asked, right, right[:-1])


def _from_log(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        lines = [
            (f"0{rng.randrange(6, 10)}:{rng.randrange(10, 59)}", level, rng.choice(TOWNS))
            for level in ("INFO", "ERROR")
        ]
        text = "\n".join(f"{time} {level} [{town}] door is open" for time, level, town in lines)
        right = [{"time": time, "level": level, "place": town} for time, level, town in lines]
        asked = f"{text}\n\nOne JSON object for each line, in an array, with the keys time, level and place."
        yield _json("from-log", asked, right, right[:1])


def _from_outline(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        rooms = {room: rng.sample(THINGS, many) for room, many in (("kitchen", 2), ("hall", 1))}
        text = "\n".join(
            f"- {room}\n" + "\n".join(f"  - {thing}" for thing in things) for room, things in rooms.items()
        )
        asked = f"{text}\n\nTurn this list into an object from each room to the array of the things in it."
        yield _json("from-outline", asked, rooms, {room: things[0] for room, things in rooms.items()})


def _quoted_csv(rng: random.Random) -> Iterator[Item]:
    for name in rng.sample(PEOPLE, EACH):
        first, last = name.split()
        age = rng.randrange(20, 80)
        right = [{"name": f"{last}, {first}", "age": age}]
        asked = f'name,age\n"{last}, {first}",{age}\n\nConvert this CSV to a JSON array of objects; age is a number.'
        yield _json("quoted-csv", asked, right, [{"name": last, "age": age}])


def _computed(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        lines: list[dict[str, Any]] = [
            {"thing": thing, "price": rng.randrange(2, 20), "count": rng.randrange(2, 9)}
            for thing in rng.sample(THINGS, 2)
        ]
        right = [{**line, "total": line["price"] * line["count"]} for line in lines]
        asked = f"{_said(lines)}\n\nAdd to each object the key total: its price times its count."
        yield _json("computed", asked, right, [{**line, "total": line["price"] + line["count"]} for line in lines])


def _distinct(rng: random.Random) -> Iterator[Item]:
    for first in range(1, EACH + 1):
        towns = rng.sample(TOWNS, 3)
        visits = [{"town": town, "day": day} for day, town in enumerate([*towns, towns[0], towns[1]], first)]
        asked = f"{_said(visits)}\n\nWhich towns occur here? An array of their names, each once, sorted by alphabet."
        yield _json("distinct", asked, sorted(towns), [visit["town"] for visit in visits])


def _extremes(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        numbers = rng.sample(range(10, 99), 6)
        right = {"min": min(numbers), "max": max(numbers), "count": len(numbers), "sum": sum(numbers)}
        asked = f"{_said(numbers)}\n\nAn object with the keys min, max, count and sum of these numbers."
        yield _json("extremes", asked, right, {**right, "sum": right["sum"] + 10})


def _changed_keys(rng: random.Random) -> Iterator[Item]:
    for entry in _stock(rng, EACH):
        after = {**entry, "count": entry["count"] + 1, "colour": "red"}
        del after["shelf"]
        right = {"added": ["colour"], "removed": ["shelf"], "changed": ["count"]}
        asked = (
            f"Before: {_said(entry)}\nAfter: {_said(after)}\n\nWhich keys were added, removed, and changed "
            "in value? An "
            "object with the keys added, removed and changed, each an array of names."
        )
        yield _json("changed-keys", asked, right, {**right, "changed": ["count", "thing"]})


def _escaped(rng: random.Random) -> Iterator[Item]:
    for name in _first_names(rng, EACH):
        said = f'{name} said: "No."\nThen a \\ was drawn.'
        asked = (
            'The text between the lines goes into a JSON object as the value of "text", exactly, its line '
            f"break too.\n---\n{said}\n---\n"
        )
        yield _json("escaped", asked, {"text": said}, {"text": said.replace('"', "'")})


def _unit_values(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        kilos, metres = rng.randrange(2, 9), rng.randrange(2, 9)
        asked = (
            f"The {thing} weighs {kilos} kg and is {metres} m long. An object with the keys thing, grams and "
            "centimetres."
        )
        right = {"thing": thing, "grams": kilos * 1000, "centimetres": metres * 100}
        yield _json("unit-values", asked, right, {"thing": thing, "grams": kilos, "centimetres": metres})


def _to_json_lines(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = [{"thing": entry["thing"], "count": entry["count"]} for entry in _stock(rng, 3)]
        pattern = r"\A" + r"\s*\n".join(
            rf'\{{[ ]*"thing":[ ]*"{entry["thing"]}",[ ]*"count":[ ]*{entry["count"]}[ ]*\}}' for entry in stock
        )
        yield Item(
            "json-lines",
            user(
                f"{_said(stock)}\n\nWrite this as JSON Lines: each object on a line of its own, its keys in the same "
                f"order, without brackets around all and without commas between. {_PLAIN}"
            ),
            _matching(pattern + r"\s*\Z"),
            "\n".join(map(_said, stock)),
            _said(stock),
        )


def _to_yaml(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        thing, count = rng.choice(THINGS), rng.randrange(2, 60)
        lines = (
            f"town:[ ]+{_BARE.format(town)}",
            "stock:",
            f"[ ]+thing:[ ]+{_BARE.format(thing)}",
            f"[ ]+count:[ ]+{count}",
        )
        pattern = r"\A(?:---\n)?" + r"[ ]*\n".join(lines) + r"\s*\Z"
        yield Item(
            "to-yaml",
            user(
                f"{_said({'town': town, 'stock': {'thing': thing, 'count': count}})}\n\nWrite this as YAML in block "
                f"style, its keys in the same order. {_PLAIN}"
            ),
            _matching(pattern),
            f"town: {town}\nstock:\n  thing: {thing}\n  count: {count}",
            f"town: {town}\nthing: {thing}\ncount: {count}",
        )


def _to_xml(rng: random.Random) -> Iterator[Item]:
    for name in _first_names(rng, EACH):
        town, age = rng.choice(TOWNS), rng.randrange(20, 80)
        parts = (f"<name>{name}</name>", f"<town>{town}</town>", f"<age>{age}</age>")
        pattern = r"\A\s*<person>\s*" + r"\s*".join(parts) + r"\s*</person>\s*\Z"
        yield Item(
            "to-xml",
            user(
                f"{_said({'name': name, 'town': town, 'age': age})}\n\nWrite this as XML: an element person with one "
                f"element for each key, in this order, without attributes or a declaration. {_PLAIN}"
            ),
            _matching(pattern),
            f"<person>{''.join(parts)}</person>",
            f'<person name="{name}" town="{town}" age="{age}"/>',
        )


def _to_query(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        values = {"town": town, "thing": rng.choice(THINGS), "page": rng.randrange(2, 9)}
        asked = (
            f"{_said(values)}\n\nWrite this as the query of a URL (key=value, joined by &), in this order, "
            "without the '?'."
        )
        yield _lines("to-query", asked, [urlencode(values)], [urlencode(dict(reversed(values.items())))])


def _to_tsv(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = _stock(rng, 3)
        lines = ["|".join(stock[0]), *("|".join(map(str, entry.values())) for entry in stock)]
        asked = (
            f"{_said(stock)}\n\nWrite this as lines with the values separated by a | without spaces, the "
            "keys on the first "
            "line, one line for each object."
        )
        yield _lines("to-bars", asked, lines, lines[1:])


def _to_env(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(INVENTED_CITIES, EACH):
        port = rng.randrange(1000, 9999)
        name = town.split()[0].lower()
        lines = [f"HOST={name}.example", f"PORT={port}", "DEBUG=false"]
        given = {"host": f"{name}.example", "port": port, "debug": False}
        asked = (
            f"{_said(given)}\n\nWrite this as a .env file: NAME=value, names in capitals, one a line, no "
            "quotes, no spaces."
        )
        yield _lines("to-env", asked, lines, [line.lower() for line in lines])


def _key_paths(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        data = {"shop": {"town": town, "owner": {"name": rng.choice(PEOPLE)}}, "open": True}
        asked = (
            f"{_said(data)}\n\nList the path to every value that is not an object, keys joined by dots, one "
            "a line, in this order."
        )
        yield _lines(
            "key-paths", asked, ["shop.town", "shop.owner.name", "open"], ["shop", "town", "owner", "name", "open"]
        )


def _paired_arrays(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        names, ages = _first_names(rng, 3), rng.sample(range(20, 80), 3)
        right = [{"name": name, "age": age} for name, age in zip(names, ages, strict=True)]
        asked = f"{_said({'names': names, 'ages': ages})}\n\nMake an array of objects {{name, age}} of these two lists."
        yield _json("paired-arrays", asked, right, {"names": names, "ages": ages})


KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _flattened, _nested, _grouped, _sorted, _filtered, _tallied, _renamed, _without_nulls, _merged, _inverted,
    _iso_dates, _table_of_arrays, _objects_to_rows, _typed, _from_toml, _from_ini, _from_xml, _from_query,
    _from_markdown, _from_log, _from_outline, _quoted_csv, _computed, _distinct, _extremes, _changed_keys, _escaped,
    _unit_values, _to_json_lines, _to_yaml, _to_xml, _to_query, _to_tsv, _to_env, _key_paths, _paired_arrays,
)  # fmt: skip
