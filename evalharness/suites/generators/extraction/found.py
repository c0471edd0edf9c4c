"""More kinds for the suite `extraction`: one thing found in a text, a table or a record, or worked out from it.

What is right is computed from what fills the text. Some is read off, some takes a step or two.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from evalharness.suites.generators.drafts import Item, only, user
from evalharness.suites.generators.words import INVENTED_CITIES, PEOPLE, THINGS, TOWNS

EACH = 4
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _one(kind: str, asked: str, right: str, wrong: str, *also: str) -> Item:
    return Item(kind, user(asked), only(right, *also), right, wrong)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _web_addresses(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(INVENTED_CITIES, EACH):
        name = town.split()[0].lower()
        new, old = f"https://www.{name}.example/help", f"https://{name}.example/contact.html"
        asked = (
            f"The help pages of {town} have moved from {old} to {new}, so please change your bookmark.\n\nUnder which "
            "address are they now? The address alone."
        )
        yield _one("web-address", asked, new, old, new.removeprefix("https://"))


def _flights(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        (here, there), numbers = rng.sample(TOWNS, 2), rng.sample(range(100, 999), 2)
        asked = (
            f"Booking {rng.randrange(10**5, 10**6)}: out on KX{numbers[0]} from {here} to {there}, back on "
            f"KX{numbers[1]} "
            f"from {there} to {here}. Gate {rng.randrange(2, 40)}.\n\nWhat is the number of the flight back? Write "
            "only that."
        )
        yield _one("flight", asked, f"KX{numbers[1]}", f"KX{numbers[0]}", f"KX {numbers[1]}")


def _discounts(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        price, off = rng.randrange(4, 40) * 20, rng.choice((5, 10, 20, 25))
        now = price - price * off // 100
        asked = (
            f"The {thing} was {price} euros, today it is {off} % off; delivery is free.\n\nHow many euros does it cost "
            "today? Digits only."
        )
        yield _one("discount", asked, str(now), str(price), f"{now} €", f"{now}.00", f"€{now}")


def _durations(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        start, takes = rng.randrange(6 * 60, 20 * 60), rng.randrange(35, 170)
        asked = (
            f"The train leaves {town} at {_clock(start)} and arrives at {_clock(start + takes)} the same "
            "day.\n\nHow many "
            "minutes does the journey take? Only the number."
        )
        yield _one("duration", asked, str(takes), str(takes + 60), f"{takes} minutes")


def _weekdays(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        first, day, later = rng.randrange(7), rng.randrange(2, 9), rng.randrange(4, 16)
        right = _DAYS[(first + later) % 7]
        asked = (
            (
                f"The {day}th of the month is a {_DAYS[first]}. The exam is on the {day + later}th of the same "
                "month.\n\nOn "
                "which day of the week is the exam? One word."
            )
            .replace("2th", "2nd")
            .replace("3th", "3rd")
            .replace("12nd", "12th")
            .replace("13rd", "13th")
            .replace("21th", "21st")
        )
        yield _one("weekday", asked, right, _DAYS[(first + later + 1) % 7])


def _oldest(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        names = [name.split()[0] for name in rng.sample(PEOPLE, 3)]
        years = rng.sample(range(1940, 2010), 3)
        said = ", ".join(f"{name} was born in {year}" for name, year in zip(names, years, strict=True))
        right, wrong = names[years.index(min(years))], names[years.index(max(years))]
        yield _one("oldest", f"{said}.\n\nWho is the oldest of the three? Just the name.", right, wrong)


def _table_cells(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        towns, numbers = rng.sample(TOWNS, 4), [rng.sample(range(10, 99), 3) for _ in range(4)]
        rows = [f"| {town} | {' | '.join(map(str, own))} |" for town, own in zip(towns, numbers, strict=True)]
        at, year = rng.randrange(4), rng.randrange(3)
        table = "\n".join(["| Town | 2021 | 2022 | 2023 |", "|---|---|---|---|", *rows])
        asked = f"{table}\n\nWhich number does the table give for {towns[at]} in {2021 + year}? Digits only."
        yield _one("table-cell", asked, str(numbers[at][year]), str(numbers[at - 1][year]))


def _row_labels(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        towns, sold = rng.sample(TOWNS, 5), rng.sample(range(100, 999), 5)
        rows = "\n".join(f"{town}\t{number}" for town, number in zip(towns, sold, strict=True))
        right = towns[sold.index(sorted(sold)[-2])]
        asked = f"Tickets sold:\n{rows}\n\nWhich town sold the second most tickets? Its name only."
        yield _one("second-most", asked, right, towns[sold.index(max(sold))])


def _last_errors(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        codes = [f"E{code}" for code in rng.sample(range(100, 999), 3)]
        lines = (
            f"09:01 INFO started\n09:04 ERROR {codes[0]} no paper\n09:07 WARN {codes[1]} low ink\n"
            f"09:12 ERROR {codes[2]} door open\n09:15 INFO stopped"
        )
        yield _one("last-error", f"{lines}\n\nGive the code of the last error, nothing else.", codes[2], codes[0])


def _json_values(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        towns, floors = rng.sample(TOWNS, 2), rng.sample(range(2, 30), 2)
        data = {
            "offices": [{"town": town, "house": {"floor": floor}} for town, floor in zip(towns, floors, strict=True)]
        }
        at = rng.randrange(2)
        asked = f"{json.dumps(data)}\n\nOn which floor is the office of {towns[at]}? Only digits."
        yield _one("json-value", asked, str(floors[at]), str(floors[1 - at]))


def _postcodes(rng: random.Random) -> Iterator[Item]:
    for name in rng.sample(PEOPLE, EACH):
        code, box = rng.randrange(10_000, 99_999), rng.randrange(1000, 9999)
        asked = (
            f"{name}\nP.O. Box {box}\n{rng.choice(INVENTED_CITIES)} {code}\nTel. "
            f"{rng.randrange(10**6, 10**7)}\n\nWhat is the "
            "postcode of this address? Five digits, no more."
        )
        yield _one("postcode", asked, str(code), str(box))


def _not_but(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        wrong, right = (f"T-{number}" for number in rng.sample(range(1000, 9999), 2))
        asked = (
            f"This is not about ticket {wrong}, which is long closed, but about {right}: the lift is stuck "
            "again.\n\nWhich "
            "ticket is the message about? Its number as written, alone."
        )
        yield _one("not-but", asked, right, wrong)


def _with_condition(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        names = [name.split()[0] for name in rng.sample(PEOPLE, 4)]
        ages = [rng.randrange(20, 40), rng.randrange(41, 60), rng.randrange(41, 60), rng.randrange(20, 40)]
        pets = ("dog", "cat", "dog", "cat")
        people = "\n".join(f"{n}, {a}, has a {p}" for n, a, p in sorted(zip(names, ages, pets, strict=True)))
        asked = f"{people}\n\nWho is over 40 and has a dog? One name."
        yield _one("two-conditions", asked, names[2], names[1])


def _counted_items(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        states = [rng.choice(("paid", "open", "late")) for _ in range(8)]
        rows = "\n".join(f"{1001 + at}: {state}" for at, state in enumerate(states))
        right = states.count("open")
        yield _one(
            "how-many", f"{rows}\n\nHow many of these invoices are open? Digits only.", str(right), str(right + 1)
        )


def _converted(rng: random.Random) -> Iterator[Item]:
    for thing in rng.sample(THINGS, EACH):
        grams = rng.randrange(12, 98) * 100
        kilos = f"{grams / 1000:g}"
        asked = (
            f"Weight of the {thing}: {grams} g (with its box {grams + 450} g).\n\nHow many kilograms is that "
            "without the box? Just the number."
        )
        yield _one("in-kilograms", asked, kilos, f"{(grams + 450) / 1000:g}", f"{kilos} kg", f"{grams / 1000:.2f}")


def _newest_versions(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        minor = rng.randrange(10, 20)
        versions = [
            f"2.{minor}.1",
            f"2.9.{rng.randrange(3, 9)}",
            f"2.{minor}.{rng.randrange(2, 9)}",
            f"1.{minor + 5}.0",
        ]
        right = versions[2]
        rng.shuffle(versions)
        asked = (
            f"Released so far, in no order: {', '.join(versions)}.\n\nWhich version number is the highest? "
            "Write it alone."
        )
        yield _one("highest-version", asked, right, next(v for v in versions if v.startswith("2.9")))


def _last_senders(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        one, two, three = (name.split()[0] for name in rng.sample(PEOPLE, 3))
        chat = (
            f"{one}: Who brings the cake?\n{two}: {three} said she might.\n{three}: I did not!\n{two}: Fine, "
            "then I will."
        )
        yield _one("who-does-it", f"{chat}\n\nWho brings the cake in the end? Only the name.", two, three)


def _times_of_day(rng: random.Random) -> Iterator[Item]:
    for town in rng.sample(TOWNS, EACH):
        hour, minute = rng.randrange(1, 12), rng.choice((5, 15, 30, 45))
        right = f"{hour + 12}:{minute:02}"
        asked = (
            f"The show in {town} begins at {hour}:{minute:02} p.m.\n\nGive that time on the 24-hour clock as "
            "HH:MM, nothing else."
        )
        yield _one("24-hour-clock", asked, right, f"{hour:02}:{minute:02}")


def _warmest(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        degrees = rng.sample(range(-9, 12), 5)
        said = "; ".join(f"{day} {degree}" for day, degree in zip(_DAYS, degrees, strict=False))
        right = _DAYS[degrees.index(min(degrees))]
        asked = f"Degrees at noon: {said}.\n\nOn which day was it coldest? The day alone."
        yield _one("coldest-day", asked, right, _DAYS[degrees.index(max(degrees))])


def _after_holiday(rng: random.Random) -> Iterator[Item]:
    for name in rng.sample(PEOPLE, EACH):
        day = date(2025, rng.randrange(1, 12), rng.randrange(5, 26))
        back = day + timedelta(days=rng.randrange(3, 12))
        asked = (
            f"{name.split()[0]} is away from {day.isoformat()} until {back.isoformat()}, that day "
            "included.\n\nWhat is the "
            "first day after the holiday? As YYYY-MM-DD, nothing else."
        )
        yield _one("day-after", asked, (back + timedelta(days=1)).isoformat(), back.isoformat())


KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _web_addresses, _flights, _discounts, _durations, _weekdays, _oldest, _table_cells, _row_labels, _last_errors,
    _json_values, _postcodes, _not_but, _with_condition, _counted_items, _converted, _newest_versions, _last_senders,
    _times_of_day, _warmest, _after_holiday,
)  # fmt: skip
