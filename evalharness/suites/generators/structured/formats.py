"""Kinds of the suite `structured`: from other formats to JSON, and from JSON to other formats."""

import random
import re
from collections.abc import Iterator
from urllib.parse import urlencode

from evalharness.suites.generators.drafts import Item, check, user
from evalharness.suites.generators.structured.parts import (
    DRAWN,
    EACH,
    PLAIN,
    as_json,
    as_lines,
    dumped,
    equal,
    first_names,
    matching,
    stocked,
)
from evalharness.suites.generators.words import INVENTED_CITIES, PEOPLE, THINGS, TOWNS

_BARE = "[\"']?{}[\"']?"


def from_csv(rng: random.Random) -> Iterator[Item]:
    for _ in range(DRAWN):
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
            equal(rows),
            dumped(rows),
            dumped([{key: str(value) for key, value in row.items()} for row in rows]),
        )


def to_csv(rng: random.Random) -> Iterator[Item]:
    for _ in range(DRAWN):
        rows = [(thing, rng.randrange(1, 50), rng.choice(("red", "blue", "green"))) for thing in rng.sample(THINGS, 3)]
        records = [{"thing": thing, "stock": stock, "colour": colour} for thing, stock, colour in rows]
        lines = ["thing,stock,colour", *(f"{thing},{stock},{colour}" for thing, stock, colour in rows)]
        yield Item(
            "to-csv",
            user(
                f"{dumped(records)}\n\nWrite this as CSV: a header line with the keys in the same order, then one line "
                "per object, without spaces after the commas, quotes or a code block. Nothing else."
            ),
            [check("regex", r"\A" + r"\s*\n".join(map(re.escape, lines)) + r"\s*\Z")],
            "\n".join(lines),
            "\n".join(lines[1:]),
        )


def tables(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
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


def from_yaml(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
        port, name = rng.randrange(1024, 9999), rng.choice(("web", "mail", "cache", "queue", "files"))
        hosts = [f"{rng.choice(THINGS)}{number}" for number in range(1, 3 + at % 2)]
        value = {"service": {"name": name, "port": port, "tls": at % 2 == 0, "owner": None}, "hosts": hosts}
        tls = "true" if at % 2 == 0 else "false"
        lines = ["service:", f"  name: {name}", f"  port: {port}", f"  tls: {tls}", "  owner: null", "hosts:"]
        text = "\n".join(lines + [f"  - {host}" for host in hosts])
        yield Item(
            "from-yaml",
            user(f"{text}\n\nTranslate this YAML into the JSON that means the same. Just the JSON text, unfenced."),
            equal(value),
            dumped(value),
            text,
        )


def from_toml(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        things = rng.sample(THINGS, 2)
        right = {"shop": {"town": town, "open": True}, "sells": things, "floors": rng.randrange(1, 5)}
        text = f'floors = {right["floors"]}\nsells = {dumped(things)}\n\n[shop]\ntown = "{town}"\nopen = true'
        wrong = {**right, "sells": ", ".join(things)}
        yield as_json("from-toml", f"{text}\n\nConvert this TOML to JSON.", right, wrong)


def from_ini(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        port, size = rng.randrange(1000, 9999), rng.randrange(2, 64)
        text = f"[server]\nplace = {town}\nport = {port}\n\n[cache]\nsize = {size}"
        right = {"server": {"place": town, "port": port}, "cache": {"size": size}}
        asked = f"{text}\n\nWrite this INI file as JSON: an object for each section, numbers as numbers."
        yield as_json("from-ini", asked, right, {"place": town, "port": port, "size": size})


def from_xml(rng: random.Random) -> Iterator[Item]:
    for name in first_names(rng, EACH):
        thing, count = rng.choice(THINGS), rng.randrange(2, 20)
        text = f'<order id="{100 + count}"><who>{name}</who><what count="{count}">{thing}</what></order>'
        right = {"id": 100 + count, "who": name, "what": thing, "count": count}
        asked = (
            f"{text}\n\nGive this order as a flat JSON object with the keys id, who, what and count; id and "
            "count are numbers."
        )
        yield as_json("from-xml", asked, right, {**right, "id": str(right["id"])})


def from_query(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        right = {"q": rng.choice(THINGS), "town": town, "page": str(rng.randrange(2, 9))}
        asked = (
            f"https://shop.example/find?{urlencode(right)}\n\nGive the parameters of this address as a JSON "
            "object; all "
            "values are texts."
        )
        yield as_json("from-query", asked, right, {**right, "page": int(right["page"])})


def from_markdown(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = stocked(rng, 3)
        table = ["| Thing | Count |", "|---|---:|", *(f"| {entry['thing']} | {entry['count']} |" for entry in stock)]
        right = [{"thing": entry["thing"], "count": entry["count"]} for entry in stock]
        asked = "{}\n\nMake a JSON array of objects with the keys thing and count (a number) of this table.".format(
            "\n".join(table)
        )
        yield as_json("from-markdown", asked, right, right[:-1])


def from_log(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        lines = [
            (f"0{rng.randrange(6, 10)}:{rng.randrange(10, 59)}", level, rng.choice(TOWNS))
            for level in ("INFO", "ERROR")
        ]
        text = "\n".join(f"{time} {level} [{town}] door is open" for time, level, town in lines)
        right = [{"time": time, "level": level, "place": town} for time, level, town in lines]
        asked = f"{text}\n\nOne JSON object for each line, in an array, with the keys time, level and place."
        yield as_json("from-log", asked, right, right[:1])


def from_outline(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        rooms = {room: rng.sample(THINGS, many) for room, many in (("kitchen", 2), ("hall", 1))}
        text = "\n".join(
            f"- {room}\n" + "\n".join(f"  - {thing}" for thing in things) for room, things in rooms.items()
        )
        asked = f"{text}\n\nTurn this list into an object from each room to the array of the things in it."
        yield as_json("from-outline", asked, rooms, {room: things[0] for room, things in rooms.items()})


def quoted_csv(rng: random.Random) -> Iterator[Item]:
    for name in rng.sample(PEOPLE, EACH):
        first, last = name.split()
        age = rng.randrange(20, 80)
        right = [{"name": f"{last}, {first}", "age": age}]
        asked = f'name,age\n"{last}, {first}",{age}\n\nConvert this CSV to a JSON array of objects; age is a number.'
        yield as_json("quoted-csv", asked, right, [{"name": last, "age": age}])


def to_json_lines(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = [{"thing": entry["thing"], "count": entry["count"]} for entry in stocked(rng, 3)]
        pattern = r"\A" + r"\s*\n".join(
            rf'\{{[ ]*"thing":[ ]*"{entry["thing"]}",[ ]*"count":[ ]*{entry["count"]}[ ]*\}}' for entry in stock
        )
        yield Item(
            "json-lines",
            user(
                f"{dumped(stock)}\n\nWrite this as JSON Lines: each object on a line of its own, its keys in the same "
                f"order, without brackets around all and without commas between. {PLAIN}"
            ),
            matching(pattern + r"\s*\Z"),
            "\n".join(map(dumped, stock)),
            dumped(stock),
        )


def to_yaml(rng: random.Random) -> Iterator[Item]:
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
                f"{dumped({'town': town, 'stock': {'thing': thing, 'count': count}})}\n\nWrite this as YAML in block "
                f"style, its keys in the same order. {PLAIN}"
            ),
            matching(pattern),
            f"town: {town}\nstock:\n  thing: {thing}\n  count: {count}",
            f"town: {town}\nthing: {thing}\ncount: {count}",
        )


def to_xml(rng: random.Random) -> Iterator[Item]:
    for name in first_names(rng, EACH):
        town, age = rng.choice(TOWNS), rng.randrange(20, 80)
        parts = (f"<name>{name}</name>", f"<town>{town}</town>", f"<age>{age}</age>")
        pattern = r"\A\s*<person>\s*" + r"\s*".join(parts) + r"\s*</person>\s*\Z"
        yield Item(
            "to-xml",
            user(
                f"{dumped({'name': name, 'town': town, 'age': age})}\n\nWrite this as XML: an element person with one "
                f"element for each key, in this order, without attributes or a declaration. {PLAIN}"
            ),
            matching(pattern),
            f"<person>{''.join(parts)}</person>",
            f'<person name="{name}" town="{town}" age="{age}"/>',
        )


def to_query(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        values = {"town": town, "thing": rng.choice(THINGS), "page": rng.randrange(2, 9)}
        asked = (
            f"{dumped(values)}\n\nWrite this as the query of a URL (key=value, joined by &), in this order, "
            "without the '?'."
        )
        yield as_lines("to-query", asked, [urlencode(values)], [urlencode(dict(reversed(values.items())))])


def to_tsv(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        stock = stocked(rng, 3)
        lines = ["|".join(stock[0]), *("|".join(map(str, entry.values())) for entry in stock)]
        asked = (
            f"{dumped(stock)}\n\nWrite this as lines with the values separated by a | without spaces, the "
            "keys on the first "
            "line, one line for each object."
        )
        yield as_lines("to-bars", asked, lines, lines[1:])


def to_env(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(INVENTED_CITIES, EACH):
        port = rng.randrange(1000, 9999)
        name = town.split()[0].lower()
        lines = [f"HOST={name}.example", f"PORT={port}", "DEBUG=false"]
        given = {"host": f"{name}.example", "port": port, "debug": False}
        asked = (
            f"{dumped(given)}\n\nWrite this as a .env file: NAME=value, names in capitals, one a line, no "
            "quotes, no spaces."
        )
        yield as_lines("to-env", asked, lines, [line.lower() for line in lines])
