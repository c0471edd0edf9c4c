"""The suite `memory`: conversations of several turns and a question about them; 10 kinds here, 34 beside this file."""

import random
from collections.abc import Callable, Iterator, Sequence

from evalharness.suites.generators.drafts import Draft, Item, check, first_of_each, only, templates, turns
from evalharness.suites.generators.memory import threads
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS

SEED = 14
EACH, KEPT = 10, 3  # prompts drawn of a kind, and asked
HEAD = (
    "Whether a model keeps what was said turns before: facts, corrections of them, one person's among several, a "
    "running sum, a list that grew and shrank, a name or a rule that was agreed on, its own earlier answer, and what "
    "the system prompt said, with small talk in between. The earlier turns are given, the model's own among them, so "
    "that both models answer the same conversation: how well a model leads one by itself is not measured."
)

_SMALL_TALK = (
    ("What is a good snack for a long walk?", "Nuts and an apple are light and keep you going."),
    ("How many minutes does a soft egg take?", "About five minutes in boiling water."),
    ("Tell me something about owls.", "Owls can turn their heads very far, because their eyes cannot move."),
    ("Which colour do blue and yellow paint make?", "Together they make green."),
    ("Is it fine to water plants at noon?", "Morning or evening is better, less water is lost then."),
    ("What should I bring to a picnic?", "A blanket, something to drink, and food you can eat by hand."),
    ("Why does bread get stale?", "Its starch slowly hardens as it gives off water."),
    ("How do I get a stain out of a shirt?", "Cold water and a little soap, as soon as you can."),
    ("What is a haiku?", "A short poem of three lines, with five, seven and five syllables."),
    ("Do fish sleep?", "They rest, many of them with open eyes."),
)


_HIDING_PLACES = ("basket", "drawer", "teapot", "jacket", "bucket", "kettle", "helmet", "locker")


def suite() -> Draft:
    rng = random.Random(SEED)
    drawn = first_of_each((item for kind in _KINDS for item in kind(rng)), KEPT)
    items = templates([*drawn, *threads.items(SEED)])
    return Draft("memory", "What was said turns before", "non-inferiority", 0.10, 96, HEAD, items, version=6)


def _chat(rng: random.Random, pairs: int) -> list[str]:
    """So many pairs of turns that have nothing to do with anything."""
    return [text for pair in _pairs(rng, pairs) for text in pair]


def _pairs(rng: random.Random, pairs: int) -> Sequence[tuple[str, str]]:
    """Pairs to be spread over one conversation: nobody asks the same thing twice."""
    return rng.sample(_SMALL_TALK, pairs)


def _facts(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        town, thing, day = rng.choice(TOWNS), rng.choice(_HIDING_PLACES), rng.randrange(2, 29)
        said, question, answer = (
            (f"Just so you know: my sister lives in {town}.", "Where does my sister live? Only the place.", town),
            (f"I keep my spare key in the {thing} by the door.",
             "In what do I keep my spare key? One word, no article.", thing),
            (f"My exam is in week {day} of the course.", "In which week is my exam? Digits only.", str(day)),
            (f"By the way, I was born in {town}.", "In which town was I born? Just its name.", town),
            (f"The code for the bicycle lock is {4000 + 37 * day}.", "What is the code for the lock? Digits only.",
             str(4000 + 37 * day)),
        )[at % 5]  # fmt: skip
        yield Item(
            "fact",
            turns(said, "Thanks, I will keep that in mind.", *_chat(rng, 2 + at % 3), question),
            only(answer),
            answer,
            "I do not know.",
            group=f"fact: {at % 5 + 1}",
        )


def _corrections(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        (old, new), (early, late) = rng.sample(TOWNS, 2), rng.sample(range(5, 12), 2)
        said, better, question, answer, wrong = (
            (f"We fly to {old} on Friday.", f"Correction: it is {new} that we fly to, not {old}.",
             "Where do we fly to on Friday? Give just the city.", new, old),
            (f"Dinner is at {early} in the evening.", f"Oh, dinner has been moved. It is at {late} now.",
             "At what hour is dinner? Only the number.", str(late), str(early)),
            (f"My new desk is on floor {early}.", f"I mixed that up: the desk is on floor {late}.",
             "On which floor is my desk? Digits only.", str(late), str(early)),
            (f"Please call me back on 555-01{10 + early}.", f"Sorry, a slip: the number is 555-01{10 + late}.",
             "On which number should you call me back? Just the number.", f"555-01{10 + late}",
             f"555-01{10 + early}"),
        )[at % 4]  # fmt: skip
        before, *after = _pairs(rng, 2 + at % 2)
        meanwhile = [text for pair in after for text in pair]
        yield Item(
            "correction",
            turns(said, "Noted.", *before, better, "I have changed that.", *meanwhile, question),
            only(answer),
            answer,
            wrong,
            group=f"correction: {at % 4 + 1}",
        )


def _people(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        names, towns = [name.split()[0] for name in rng.sample(PEOPLE, 3)], rng.sample(TOWNS, 3)
        said = [f"{name} comes from {town}." for name, town in zip(names, towns, strict=True)]
        asked, (before, after) = rng.randrange(3), _pairs(rng, 2)
        yield Item(
            "one-of-three",
            turns(
                said[0], "All right.", said[1], "Good to know.", *before, said[2], "I see.", *after,
                f"Which town does {names[asked]} come from? Answer with the town alone.",
            ),
            only(towns[asked]),
            towns[asked],
            towns[(asked + 1) % 3],
        )  # fmt: skip


def _sums(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        first, more, less = rng.randrange(20, 60), rng.randrange(5, 30), rng.randrange(2, 15)
        begun, grown, shrunk, question = (
            (f"I have {first} stamps.", f"Today I was given {more} more.", f"I gave {less} of my stamps away.",
             "How many stamps do I have now?"),
            (f"There are {first} guests on my list.", f"{more} more have said that they will come.",
             f"{less} of my guests have fallen ill and stay at home.", "How many guests can I expect now?"),
            (f"My jar holds {first} coins.", f"I have put {more} coins into it.",
             f"Then I took {less} coins out of the jar.", "How many coins are in the jar now?"),
        )[at % 3]  # fmt: skip
        yield Item(
            "running-count",
            turns(
                begun, "All right.", grown, "I see.", *_chat(rng, 1), shrunk, "Thank you for telling me.",
                f"{question} Reply with just the number.",
            ),
            only(str(first + more - less)),
            str(first + more - less),
            str(first + more),
            group=f"running-count: {at % 3 + 1}",
        )  # fmt: skip


def _lists(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        one, two, three, four = rng.sample(THINGS, 4)
        left = ", ".join(sorted((one, three, four)))
        yield Item(
            "list",
            turns(
                f"Start a list for me: {one}, {two}, {three}.", "Done.",
                f"Add {four}.", f"{four.capitalize()} is added.", *_chat(rng, 1),
                f"Take {two} off the list.", f"{two.capitalize()} is gone.",
                "What is on my list now? In alphabetical order, in one line, separated by commas, nothing else.",
            ),
            only(left),
            left,
            ", ".join(sorted((one, two, three, four))),
        )  # fmt: skip


def _rules(rng: random.Random) -> Iterator[Item]:
    words = ("Over.", "Roger.", "Cheers!", "Done.", "Onward!", "Bravo!", "Bingo!", "Ahoy!", "Namaste.", "Ciao!")
    asked = (
        ("What do bees make?", "honey", "Bees make honey."),
        ("What do we call frozen water?", "ice", "We call it ice."),
        ("Which animal barks?", "dog", "The dog barks."),
        ("What is the opposite of hot?", "cold", "It is cold."),
        ("In which season does it snow most?", "winter", "It snows most in winter."),
    )
    for at, word in enumerate(words):
        question, known, answer = asked[at % len(asked)]
        yield Item(
            "agreed-ending",
            turns(
                f"From now on, end every answer with the word {word[:-1]}, as the very last word.", f"I will. {word}",
                "Why is the sky blue?", f"Air scatters blue light the most. {word}", *_tell(rng, word),
                f"{question} Answer in a sentence.",
            ),
            [check("regex", rf"(?i)\b{word[:-1]}\W*\Z"), check("contains", [known])],
            f"{answer} {word}",
            answer,
            group=f"agreed-ending: {at % len(asked) + 1}",
        )  # fmt: skip


def _tell(rng: random.Random, word: str) -> tuple[str, str]:
    question, answer = rng.choice(_SMALL_TALK)
    return question, f"{answer} {word}"


def _aliases(rng: random.Random) -> Iterator[Item]:
    animals = ("Otter", "Heron", "Badger", "Falcon", "Lynx", "Marmot", "Pelican", "Raven", "Stork", "Weasel")
    for animal, (town, other) in zip(animals, (rng.sample(TOWNS, 2) for _ in animals), strict=True):
        yield Item(
            "alias",
            turns(
                f"Let us call our branch in {town} '{animal}' and the one in {other} 'Walrus'.", "Fine, so be it.",
                *_chat(rng, 2), f"In which town is {animal}? Say the town and nothing more.",
            ),
            only(town),
            town,
            other,
        )  # fmt: skip


def _own_answers(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        things = rng.sample(THINGS, 3)
        place = ("first", "second", "third")[at % 3]
        said = f"How about these: 1. a {things[0]}, 2. a {things[1]}, 3. a {things[2]}."
        yield Item(
            "own-answer",
            turns(
                "Suggest three presents for my aunt.", said, *_chat(rng, 1 + at % 2),
                f"What was your {place} suggestion for my aunt? One word, without the article.",
            ),
            only(things[at % 3]),
            things[at % 3],
            things[(at + 1) % 3],
            group=f"own-answer: {place}",
        )  # fmt: skip


def _system_prompts(rng: random.Random) -> Iterator[Item]:
    for at, town in enumerate(rng.sample(TOWNS, EACH)):
        opens, closes = rng.randrange(6, 11), rng.randrange(16, 23)
        asked, answer, wrong = (("opens", opens, closes), ("closes", closes, opens))[at % 2]
        yield Item(
            "system-prompt",
            turns(
                "Hello!", "Welcome! What can I do for you?", *_chat(rng, 2),
                f"At what hour does the shop in {town} {asked[:-1]}? Answer with the number on the 24-hour clock "
                "alone.",
                system=f"You answer for a shop in {town}. It opens at {opens} and closes at {closes} (24-hour clock).",
            ),
            only(str(answer), f"{answer}:00", f"{answer:02}", f"{answer:02}:00"),
            str(answer),
            str(wrong),
            group=f"system-prompt: {asked}",
        )  # fmt: skip


def _orders(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        things = rng.sample(THINGS, 3)
        place = ("first", "last")[at % 2]
        told = [
            text
            for thing, pair in zip(things, _pairs(rng, 3), strict=True)
            for text in (f"I need a {thing}.", "That is written down.", *pair)
        ]
        answer = things[0] if at % 2 == 0 else things[2]
        yield Item(
            "first-or-last",
            turns(*told, f"Of the things I said I need, which did I name {place}? Reply with that one word."),
            only(answer),
            answer,
            things[1],
            group=f"first-or-last: {place}",
        )


_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _facts, _corrections, _people, _sums, _lists, _rules, _aliases, _own_answers, _system_prompts, _orders,
)  # fmt: skip
