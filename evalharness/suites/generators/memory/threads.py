"""More kinds for the suite `memory`: what a conversation settled, changed, or left open, each kind of one template.

A kind is what is said, with other talk put in after `at` turns of the user, and one question about it.
"""

# ruff: noqa: E501 (one thread a line)

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalharness.suites.generators.drafts import Item, only, turns
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS

EACH = 3
_MEANWHILE = (
    ("How long do tulips last in a vase?", "About a week, if the water is fresh."),
    ("What is a good name for a boat?", "Something short, such as Swift."),
    ("Is oat milk fine in coffee?", "Yes, it even foams well."),
    ("How do I fold a fitted sheet?", "Tuck the corners into each other, then fold it in thirds."),
    ("What do snails eat?", "Mostly leaves and other plants."),
    ("Which way does the Nile flow?", "To the north."),
)


@dataclass(frozen=True)
class _Drawn:
    """What fills a template: names, towns, things and numbers that all differ."""

    names: Sequence[str]
    towns: Sequence[str]
    things: Sequence[str]
    numbers: Sequence[int]


Thread = tuple[Sequence[str], str, str, str]  # user and assistant in turn, the question, what is right, what is wrong

_ONE = "One word."
_ONLY = "Just that, nothing else."


def _threads(d: _Drawn) -> dict[str, Thread]:
    """Every kind by name; what is told ends with the assistant's turn."""
    (a, b, c), (t, u, v), (x, y, z), (m, n) = d.names, d.towns, d.things, d.numbers
    ok = "All right."
    return {
        "swap": ([f"{a} has the {x} and {b} has the {y}.", ok, f"Now {a} and {b} swap.", "They do."], f"What does {a} have now? {_ONE}", y, x),
        "handed-on": ([f"{a} gives the {x} to {b}.", ok, f"{b} hands the {x} on to {c}.", ok], f"Who has the {x} now? {_ONE}", c, b),
        "moved-twice": ([f"I left the {x} in {t}.", ok, f"Then I took the {x} to {u}.", ok, f"From there I sent it to {v}.", ok], f"In which town is the {x} now? {_ONLY}", v, u),
        "before-the-move": ([f"The {x} was in {t} at first.", ok, f"Later it was brought to {u}.", ok], f"In which town was the {x} before it was brought to {u}? {_ONLY}", t, u),
        "cancelled": ([f"I visit {t} on Monday and {u} on Tuesday.", ok, f"The trip to {t} is cancelled.", "Noted."], f"Which of the two towns do I still visit? {_ONLY}", u, t),
        "taken-back": ([f"Paint the {x} red.", "Red it is.", "No, wait: blue.", "Blue then.", "Oh, forget that, as I said first.", "Fine."], f"Which colour is the {x} to be? {_ONE}", "red", "blue"),
        "alias-of-person": ([f"When I say 'the chief', I mean {a}.", ok, f"{b} is my neighbour.", ok, f"The chief comes from {t}, my neighbour from {u}.", ok], f"Where does {a} come from? {_ONLY}", t, u),
        "password-hint": ([f"The word for today is {x}, for tomorrow it is {y}.", ok], f"What is tomorrow's word? {_ONE}", y, x),
        "two-sums": ([f"{a} owes me {m} euros.", ok, f"{b} owes me {n} euros.", ok], "How many euros do both owe me together? Digits only.", str(m + n), str(m)),
        "paid-back": ([f"{a} owes me {m + n} euros.", ok, f"{a} has paid back {n} of it.", "Good."], f"How many euros does {a} still owe me? Digits only.", str(m), str(m + n)),
        "price-each": ([f"A {x} costs {m} euros, a {y} {n}.", ok, f"I take 2 of the {x}s.", ok], "How many euros is that? Digits only.", str(2 * m), str(2 * n)),
        "who-said": ([f"{a} says it rains. {b} says it snows.", "I see."], f"Who says that it snows? {_ONE}", b, a),
        "not-said": ([f"I have been to {t} and to {u}.", "Lovely places."], f"Have I said that I have been to {v}? One word, yes or no.", "no", "yes"),
        "said-yes": ([f"I have a {x} and a {y}.", ok], f"Have I told you that I have a {y}? One word, yes or no.", "yes", "no"),
        "allergy": ([f"I must not eat nuts, and {a} must not eat fish.", "I will keep that in mind."], f"What must {a} not eat? {_ONE}", "fish", "nuts"),
        "favourite-changed": ([f"My favourite town is {t}.", ok, f"Since last week it is {u}.", ok], f"What was my favourite town before last week? {_ONLY}", t, u),
        "third-of-list": ([f"Note these: {x}, {y}, {z}.", "Noted."], f"Which was the third? {_ONE}", z, y),
        "put-in-front": ([f"My list: {x}, {y}.", ok, f"Put {z} in front of all.", "Done."], f"What comes first on my list now? {_ONE}", z, x),
        "first-of-two-lists": ([f"For the trip: {x}. For the garden: {y}.", ok, f"For the garden also {z}.", ok], f"What did I note for the trip? {_ONE}", x, y),
        "left-over": ([f"I have {m + n} stickers for {a} and {b}.", ok, f"{a} got {m} of them.", ok], f"How many are left for {b}? Digits only.", str(n), str(m + n)),
        "room": ([f"{a} sleeps in room {m}, {b} in room {n}.", ok, f"{b} moves into the room of {a}.", "I see."], f"In which room does {b} sleep now? Digits only.", str(m), str(n)),
        "later-of-two": ([f"{a} arrives at 3 pm.", ok, f"{b} arrives two hours after {a}.", ok], f"At what hour does {b} arrive? Only the number, on the 12-hour clock.", "5", "3"),
        "earlier-day": ([f"{a}'s birthday is on Friday.", ok, f"{b}'s is two days before that.", ok], f"On which day of the week is {b}'s birthday? {_ONE}", "Wednesday", "Sunday"),
        "taller": ([f"{a} is taller than {b}.", ok, f"{b} is taller than {c}.", ok], f"Who is the shortest of the three? {_ONE}", c, b),
        "left-of": ([f"On the shelf stand, from left to right, a {x}, a {y} and a {z}.", ok, f"I take the {y} away.", ok], f"What stands right beside the {x} now? {_ONE}", z, y),
        "doubled": ([f"The recipe takes {m} eggs.", ok, "I make it twice as large.", "Good appetite."], "How many eggs do I need? Digits only.", str(2 * m), str(m)),
        "two-roles": ([f"{a} drives, {b} cooks.", ok, "They change places.", "Fine."], f"Who cooks now? {_ONE}", a, b),
        "own-question": ([f"I need a gift for {a}.", f"Does {a} like the {x} or the {y} more?", f"The {y}.", f"Then take a {y}."], "Which two things did you ask me about? Both words, in your order, joined by 'and'.", f"{x} and {y}", f"{y} and {z}"),
        "own-number": (["Name a number.", f"{m}.", "And one more.", f"{n}."], "Which number did you name first? Digits only.", str(m), str(n)),
        "unit-agreed": (["Let us count in dozens from now on.", "Gladly.", "I bought 36 eggs.", "Nice."], "How many dozens is that? Digits only.", "3", "36"),
        "not-yet-there": ([f"The parcel for {a} is in {t}.", ok, f"The one for {b} has not arrived yet.", ok], f"For whom has no parcel arrived? {_ONE}", b, a),
        "replaced-item": ([f"Order a {x} and a {y}.", "Ordered.", f"Make it a {z} instead of the {x}.", "Changed."], f"What is ordered beside the {y}? {_ONE}", z, x),
        "and-back": ([f"We go from {t} to {u}, and from there to {v}.", ok, "Then the same way back.", ok], f"Which town do we pass on the way back? {_ONLY}", u, t),
        "agreed-reply": (["From now on, when I say 'over', answer only with the word 'out'.", "I will.", "Do you like tea?", "Very much."], "Over.", "out", "over"),
    }  # fmt: skip


def items(seed: int) -> Iterator[Item]:
    """Of every kind some, each with talk of something else in between."""
    kinds = list(_threads(_drawn(random.Random(0))))
    for kind in kinds:
        rng = random.Random(f"{seed} {kind}")
        for _ in range(EACH):
            told, question, right, wrong = _threads(_drawn(rng))[kind]
            talk = [text for pair in rng.sample(_MEANWHILE, 2) for text in pair]
            at = 2 * rng.randrange(1, len(told) // 2 + 1)
            if kind == "taken-back":
                at = len(told)
            yield Item(kind, turns(*told[:at], *talk, *told[at:], question), only(right), right, wrong)


def _drawn(rng: random.Random) -> _Drawn:
    names = [name.split()[0] for name in rng.sample(PEOPLE, 3)]
    return _Drawn(names, rng.sample(TOWNS, 3), rng.sample(THINGS, 3), rng.sample(range(3, 40), 2))
