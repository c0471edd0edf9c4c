"""Kinds of the suite `structured`: JSON made of other JSON: mended, changed, sorted, counted, or of another shape."""

import random
from collections.abc import Iterator
from typing import Any

from evalharness.suites.generators.drafts import Item, user
from evalharness.suites.generators.structured.parts import (
    DRAWN,
    EACH,
    as_json,
    as_lines,
    dumped,
    equal,
    first_names,
    stocked,
)
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS


def repairs(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
        record = {
            "thing": rng.choice(THINGS),
            "price": rng.randrange(5, 90),
            "tags": rng.sample(("new", "old", "small", "large", "rare", "used"), 2),
            "sold": at % 2 == 0,
        }
        whole = dumped(record)
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
            equal(record),
            whole,
            broken,
            group=f"repairs: damage {at % 5 + 1}",
        )


def changes(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
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
                f"{dumped(stock)}\n\nAdd {extra} to the count of the {chosen} and remove the {things[(at + 1) % 3]}. "
                "Leave everything else as it is and reply with the new JSON array only, not in a code block."
            ),
            equal(changed),
            dumped(changed),
            dumped(stock),
        )


def flattened(rng: random.Random) -> Iterator[Item]:
    for name in first_names(rng, EACH):
        town, number = rng.choice(TOWNS), rng.randrange(1, 99)
        nested = {"name": name, "home": {"town": town, "door": {"number": number}}}
        flat = {"name": name, "home.town": town, "home.door.number": number}
        asked = (
            f"{dumped(nested)}\n\nFlatten this object: no nesting, the path to each value as its key, joined by dots."
        )
        yield as_json("flattened", asked, flat, nested)


def nested(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        price, town = rng.randrange(3, 90), rng.choice(TOWNS)
        flat = {"article/name": thing, "article/price": price, "shop/town": town}
        nested = {"article": {"name": thing, "price": price}, "shop": {"town": town}}
        asked = f"{dumped(flat)}\n\nThe slashes in the keys stand for nesting. Write the nested object."
        yield as_json("nested", asked, nested, flat)


def grouped(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        names, towns = first_names(rng, 4), rng.sample(TOWNS, 2)
        homes = [towns[at] for at in (0, 1, 0, rng.randrange(2))]
        people = [{"name": name, "town": town} for name, town in zip(names, homes, strict=True)]
        by_town = {town: [person["name"] for person in people if person["town"] == town] for town in towns}
        asked = (
            f"{dumped(people)}\n\nMake an object with each town as a key and the list of the names of those "
            "who live there "
            "as its value, in the order given."
        )
        yield as_json("grouped", asked, by_town, {town: ", ".join(own) for town, own in by_town.items()})


def sorted_by(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        stock, key = stocked(rng, 4), ("count", "shelf", "thing")[at]
        right = sorted(stock, key=lambda entry: entry[key])
        asked = f"{dumped(stock)}\n\nSort this array by {key}, from the lowest to the highest (text by alphabet)."
        yield as_json("sorted", asked, right, right[::-1])


def filtered(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        stock = stocked(rng, 5)
        least = sorted(entry["count"] for entry in stock)[1 + at]
        kept = [entry for entry in stock if entry["count"] > least]
        asked = f"{dumped(stock)}\n\nKeep only the objects whose count is above {least}, in the same order."
        yield as_json("filtered", asked, kept, [entry for entry in stock if entry["count"] >= least])


def tallied(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        colours = [rng.choice(("red", "green", "blue")) for _ in range(9)]
        tally = {colour: colours.count(colour) for colour in dict.fromkeys(colours)}
        asked = f"{dumped(colours)}\n\nHow often does each colour occur here? An object from colour to number."
        yield as_json("tallied", asked, tally, {colour: many + 1 for colour, many in tally.items()})


def renamed(rng: random.Random) -> Iterator[Item]:
    for entry in stocked(rng, EACH):
        right = {"article": entry["thing"], "count": entry["count"], "place": entry["shelf"]}
        asked = f"{dumped(entry)}\n\nRename the key thing to article and the key shelf to place; leave the rest."
        yield as_json("renamed", asked, right, entry)


def without_nulls(rng: random.Random) -> Iterator[Item]:
    for name in first_names(rng, EACH):
        record = {"name": name, "phone": None, "town": rng.choice(TOWNS), "notes": "", "fax": None, "visits": 0}
        kept = {key: value for key, value in record.items() if value is not None}
        asked = f"{dumped(record)}\n\nLeave out every key whose value is null, and only those."
        yield as_json("without-nulls", asked, kept, {key: value for key, value in record.items() if value})


def merged(rng: random.Random) -> Iterator[Item]:
    for name in first_names(rng, EACH):
        old: dict[str, Any] = {"name": name, "town": rng.choice(TOWNS), "age": rng.randrange(20, 60)}
        new = {"age": old["age"] + 1, "job": rng.choice(("cook", "pilot", "nurse"))}
        asked = (
            f"A: {dumped(old)}\nB: {dumped(new)}\n\nMerge both into one object. Where both have a key, B's "
            "value counts."
        )
        yield as_json("merged", asked, {**old, **new}, {**new, **old})


def inverted(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        mapping = dict(zip(first_names(rng, 3), rng.sample(THINGS, 3), strict=True))
        asked = f"{dumped(mapping)}\n\nTurn this object around: its values become the keys and its keys the values."
        yield as_json("inverted", asked, {thing: name for name, thing in mapping.items()}, mapping)


def iso_dates(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        days = [(rng.randrange(13, 29), rng.randrange(1, 13), rng.randrange(2001, 2025)) for _ in range(2)]
        given = {"town": town, "opened": "{}.{}.{}".format(*days[0]), "closed": "{}.{}.{}".format(*days[1])}
        right = {"town": town}
        right |= {key: f"{y}-{m:02}-{d:02}" for key, (d, m, y) in zip(("opened", "closed"), days, strict=True)}
        asked = f"{dumped(given)}\n\nThese dates are day.month.year. Write them as YYYY-MM-DD; all else stays as it is."
        yield as_json("iso-dates", asked, right, given)


def table_of_arrays(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        rows = [[entry["thing"], entry["count"]] for entry in stocked(rng, 3)]
        right = [{"thing": thing, "count": count} for thing, count in rows]
        asked = (
            f"{dumped([['thing', 'count'], *rows])}\n\nThe first row has the column names. Make an array of objects."
        )
        yield as_json("rows-to-objects", asked, right, [["thing", "count"], *rows])


def objects_to_rows(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = stocked(rng, 3)
        right = [[entry["thing"], entry["shelf"]] for entry in stock]
        asked = f"{dumped(stock)}\n\nMake an array of arrays of this, each just [thing, shelf], in the same order."
        yield as_json("objects-to-rows", asked, right, [list(entry.values()) for entry in stock])


def typed(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        price, count, sold = rng.randrange(11, 99) / 10, rng.randrange(2, 50), rng.random() < 0.5
        given = {"thing": thing, "price": f"{price}", "count": f"{count}", "sold": "yes" if sold else "no"}
        right = {"thing": thing, "price": price, "count": count, "sold": sold}
        asked = f"{dumped(given)}\n\nMake numbers of the numbers that are texts here, and true or false of yes and no."
        yield as_json("typed", asked, right, given)


def computed(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        lines: list[dict[str, Any]] = [
            {"thing": thing, "price": rng.randrange(2, 20), "count": rng.randrange(2, 9)}
            for thing in rng.sample(THINGS, 2)
        ]
        right = [{**line, "total": line["price"] * line["count"]} for line in lines]
        asked = f"{dumped(lines)}\n\nAdd to each object the key total: its price times its count."
        yield as_json("computed", asked, right, [{**line, "total": line["price"] + line["count"]} for line in lines])


def distinct(rng: random.Random) -> Iterator[Item]:
    for first in range(1, EACH + 1):
        towns = rng.sample(TOWNS, 3)
        visits = [{"town": town, "day": day} for day, town in enumerate([*towns, towns[0], towns[1]], first)]
        asked = f"{dumped(visits)}\n\nWhich towns occur here? An array of their names, each once, sorted by alphabet."
        yield as_json("distinct", asked, sorted(towns), [visit["town"] for visit in visits])


def extremes(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        numbers = rng.sample(range(10, 99), 6)
        right = {"min": min(numbers), "max": max(numbers), "count": len(numbers), "sum": sum(numbers)}
        asked = f"{dumped(numbers)}\n\nAn object with the keys min, max, count and sum of these numbers."
        yield as_json("extremes", asked, right, {**right, "sum": right["sum"] + 10})


def changed_keys(rng: random.Random) -> Iterator[Item]:
    for entry in stocked(rng, EACH):
        after = {**entry, "count": entry["count"] + 1, "colour": "red"}
        del after["shelf"]
        right = {"added": ["colour"], "removed": ["shelf"], "changed": ["count"]}
        asked = (
            f"Before: {dumped(entry)}\nAfter: {dumped(after)}\n\nWhich keys were added, removed, and changed "
            "in value? An "
            "object with the keys added, removed and changed, each an array of names."
        )
        yield as_json("changed-keys", asked, right, {**right, "changed": ["count", "thing"]})


def key_paths(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        data = {"shop": {"town": town, "owner": {"name": rng.choice(PEOPLE)}}, "open": True}
        asked = (
            f"{dumped(data)}\n\nList the path to every value that is not an object, keys joined by dots, one "
            "a line, in this order."
        )
        yield as_lines(
            "key-paths", asked, ["shop.town", "shop.owner.name", "open"], ["shop", "town", "owner", "name", "open"]
        )


def paired_arrays(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        names, ages = first_names(rng, 3), rng.sample(range(20, 80), 3)
        right = [{"name": name, "age": age} for name, age in zip(names, ages, strict=True)]
        asked = (
            f"{dumped({'names': names, 'ages': ages})}\n\nMake an array of objects {{name, age}} of these two lists."
        )
        yield as_json("paired-arrays", asked, right, {"names": names, "ages": ages})
