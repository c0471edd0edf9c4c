"""The suite `extraction`: one thing found in a text, or one label for it: nine kinds here, 41 beside this file."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from evalharness.suites.generators.drafts import Draft, Item, check, first_of_each, only, templates, user
from evalharness.suites.generators.extraction import found, labels
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS

SEED = 13
EACH, KEPT = 10, 4  # prompts drawn of a kind, and asked
HEAD = (
    "Whether the one thing that was asked for is found in a short text (an address, a date, a total, a name, or that "
    "it is not there), and whether a text gets the right one of a few labels. Every prompt has exactly one right "
    "answer and asks for it alone, so whoever wraps it in a sentence is wrong, too. The texts are short and clean: "
    "how a model fares with scanned pages or real mail, this does not say."
)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def suite() -> Draft:
    rng = random.Random(SEED)
    drawn = first_of_each((item for kind in _KINDS for item in kind(rng)), KEPT)
    more = (item for kind in found.KINDS for item in kind(random.Random(f"{SEED} {kind.__name__}")))
    items = templates([*drawn, *labels.listed(), *more, *labels.described()])
    return Draft(
        "extraction", "One thing found in a text, or one label", "non-inferiority", 0.09, 256, HEAD, items, version=7
    )


def _drawn(rng: random.Random, wordings: Sequence[str]) -> tuple[int, str]:
    """One of the wordings, and its number from 1 on."""
    return rng.choice(list(enumerate(wordings, 1)))


def _emails(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        name, other = rng.sample(PEOPLE, 2)
        first, last = name.lower().split()
        address = f"{first}.{last}{rng.randrange(10, 99)}@example.{rng.choice(('com', 'org', 'net'))}"
        office = f"office{rng.randrange(1, 9)}@example.com"
        wording, text = _drawn(
            rng,
            (
                f"Hi all, the rota is up. Questions go to {address}, not to {office} any more. Thanks, {other}",
                f"Forwarded by {other}. Do not reply to {office}; you can reach {name} at {address} until Friday.",
                f"{name} has moved desks. New address: {address} (the old one, {office}, is read by nobody).",
            ),
        )
        yield Item(
            "email",
            user(f"Which email address should be written to, going by this message? Give the address only.\n\n{text}"),
            only(address),
            address,
            office,
            group=f"email: {wording}",
        )


def _dates(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        day = date(rng.randrange(1981, 2023), rng.randrange(1, 13), rng.randrange(1, 29))
        wording, written = _drawn(
            rng,
            (
                f"on {day.day} {MONTHS[day.month - 1]} {day.year}",
                f"on {MONTHS[day.month - 1]} {day.day}, {day.year}",
                f"on the {_ordinal(day.day)} of {MONTHS[day.month - 1]} {day.year}",
            ),
        )
        town = rng.choice(TOWNS)
        yield Item(
            "iso-date",
            user(f"The new station in {town} was opened {written}. When? Answer as YYYY-MM-DD, nothing else."),
            only(day.isoformat()),
            day.isoformat(),
            (day + timedelta(days=1)).isoformat(),
            group=f"iso-date: {wording}",
        )


def _ordinal(day: int) -> str:
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _totals(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        lines = [(thing, rng.randrange(1, 6), rng.randrange(3, 40)) for thing in rng.sample(THINGS, 3)]
        shipping = rng.randrange(4, 12)
        total = sum(quantity * price for _, quantity, price in lines) + shipping
        said = "\n".join(f"{quantity} x {thing}, {price}.00 EUR each" for thing, quantity, price in lines)
        yield Item(
            "invoice-total",
            user(
                f"Invoice\n{said}\nShipping: {shipping}.00 EUR\n\nWhat is the total to be paid? You may work it out, "
                "but end with a line 'Total: ' and the amount."
            ),
            [check("numeric", {"value": total, "after": "Total", "which": "first"})],
            f"The goods are {total - shipping} EUR.\nTotal: {total}.00 EUR",
            f"Total: {total - shipping}.00 EUR",
        )


def _order_numbers(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        order, customer, invoice = (rng.randrange(10_000, 99_999) for _ in range(3))
        wording, text = _drawn(
            rng,
            (
                f"Customer {customer} called about order {order}; invoice {invoice} was paid last week.",
                f"Invoice {invoice} (customer no. {customer}) belongs to order no. {order}, which is late.",
                f"Re: parcel. My number is {customer}, the bill was {invoice}, and I ordered it as {order}.",
            ),
        )
        yield Item(
            "order-number",
            user(f"Give the order number in this text, in digits only:\n\n{text}"),
            only(str(order)),
            str(order),
            str(invoice),
            group=f"order-number: {wording}",
        )


def _phones(rng: random.Random) -> Iterator[Item]:
    for place in rng.sample(TOWNS, EACH):
        day, night = (f"555-{rng.randrange(100, 999)}-{rng.randrange(1000, 9999)}" for _ in range(2))
        wanted, answer, other = rng.choice((("by day", day, night), ("at night", night, day)))
        yield Item(
            "phone",
            user(
                f"Clinic of {place}. Weekdays from 8 to 18: {day}. After 18 and until 8 in the morning: {night}.\n\n"
                f"Which number does one call {wanted}? Write just the number as it stands there."
            ),
            only(answer),
            answer,
            other,
            group=f"phone: {wanted}",
        )


def _persons(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        boss, author, chair = rng.sample(PEOPLE, 3)
        text = (
            f"Present were {boss} (head of sales), {author} (minutes) and {chair} (chair). The meeting began at nine. "
            f"{boss} reported on the spring figures, and {author} asked for a second reading."
        )
        asked, answer = (("led the meeting", chair), ("wrote the minutes", author), ("heads sales", boss))[at % 3]
        yield Item(
            "person",
            user(f"{text}\n\nWho {asked}? Answer with the full name and no other word."),
            only(answer),
            answer,
            boss if answer != boss else chair,
            group=f"person: {asked}",
        )


def _deadlines(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        start = date(rng.randrange(2023, 2028), rng.randrange(1, 13), rng.randrange(1, 29))
        days = rng.randrange(5, 45)
        end = start + timedelta(days=days)
        wording, asked = _drawn(
            rng,
            (
                f"The letter is dated {start.isoformat()}. It may be answered until {days} days after its date. What "
                "is the last day for an answer?",
                f"The parcel was handed in on {start.isoformat()}. It is kept for you for {days} days after that day. "
                "What is the last day to fetch it?",
                f"A trial begins on {start.isoformat()} and can be cancelled up to {days} days later. What is the last "
                "day to cancel?",
            ),
        )
        yield Item(
            "deadline",
            user(f"{asked} Give that date as YYYY-MM-DD and write nothing else."),
            only(end.isoformat()),
            end.isoformat(),
            start.isoformat(),
            group=f"deadline: {wording}",
        )


def _cheapest(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        things, prices = rng.sample(THINGS, 4), rng.sample(range(10, 99), 4)
        wanted, answer = (
            ("cheapest", things[prices.index(min(prices))]),
            ("most expensive", things[prices.index(max(prices))]),
        )[at % 2]
        said = "; ".join(f"{thing}: {price} dollars" for thing, price in zip(things, prices, strict=True))
        yield Item(
            "price",
            user(f"Price list. {said}. Which article is the {wanted}? One word."),
            only(answer),
            answer,
            next(thing for thing in things if thing != answer),
            group=f"price: {wanted}",
        )


def _unsaid(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        name, town, thing, year = rng.choice(PEOPLE), rng.choice(TOWNS), rng.choice(THINGS), rng.randrange(1950, 2020)
        text = f"{name} opened a shop in {town} in {year}. The first thing sold there was a {thing}."
        questions = (
            ("In which town was the shop opened?", town),
            ("How many people work in the shop?", None),
            ("In which year was the shop opened?", str(year)),
            ("What did the first customer pay?", None),
            ("What was sold there first? (without the article)", thing),
        )
        question, answer = questions[at % 5]
        right = answer or "not stated"
        yield Item(
            "unsaid",
            user(f"{text}\n\n{question} Answer with the bare fact, or with 'not stated' if the text does not say."),
            only(right),
            right,
            "Twelve" if answer is None else "not stated",
            group=f"unsaid: {at % 5 + 1}",
        )


_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _emails, _dates, _totals, _order_numbers, _phones, _persons, _deadlines, _cheapest, _unsaid,
)  # fmt: skip
