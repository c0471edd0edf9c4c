"""Orders of the suite `instructions` about how a text is laid out: paragraphs, steps, headings, what stands where."""

import random
from collections.abc import Iterator

from evalharness.suites.generators.drafts import Item, check, user
from evalharness.suites.generators.instructions.topics import about, on, topics

ONE_OR_TWO = {"min": 1, "max": 2}


def paragraphs(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(topics(rng)):
        many = 2 + at % 3
        yield Item(
            "paragraphs",
            user(
                f"Tell me something about {topic} in exactly {many} paragraphs of one or two sentences each, with an "
                "empty line between them. No title."
            ),
            [
                check("paragraphs", {"min": many, "max": many, "sentences": ONE_OR_TWO}),
                check("sections", 0),
                on(topic),
            ],
            "\n\n".join(about(topic, many)),
            "\n".join(about(topic, many)),
        )


def steps(rng: random.Random) -> Iterator[Item]:
    tasks = (
        "boil an egg", "repot a plant", "wash a car by hand", "wrap a parcel", "change a pillow case",
        "sharpen a pencil", "make tea in a pot", "pack a lunch box",
    )  # fmt: skip
    for task in tasks:
        many = rng.randint(3, 6)
        steps = ["Get what you need.", "Make room.", "Begin slowly.", "Go on with care.", "Check it.", "Tidy up."]
        lines = [f"{number}. {step}" for number, step in enumerate(steps[:many], 1)]
        yield Item(
            "steps",
            user(
                f"How do I {task}? Answer in exactly {many} numbered steps, each a single line (1., 2., …), and "
                "no other text."
            ),
            [check("numbered", many), check("lines", many)],
            "\n".join(lines),
            "Here is how:\n" + "\n".join(lines),
        )


def placeholders(rng: random.Random) -> Iterator[Item]:
    letters = (
        "an email that confirms a hotel booking", "a letter that cancels a gym membership", "a wedding invitation",
        "a note that asks a neighbour to water the plants", "an email that applies for a flat",
        "a message that reports a lost parcel", "an email that postpones a meeting", "a thank-you card for a teacher",
    )  # fmt: skip
    for letter in letters:
        many = rng.randint(3, 5)
        names = ["name", "date", "place", "reason", "phone number", "sender"]
        filled = " ".join(f"The {name} is [{name}], as we agreed." for name in names[: many + 1])
        yield Item(
            "placeholders",
            user(f"Draft {letter} as a template with at least {many} placeholders in square brackets, such as [name]."),
            [check("placeholders", {"min": many}), check("min_words", 2 * many)],
            filled,
            filled.replace("[", "").replace("]", ""),
        )


def sections(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(topics(rng)):
        many, marker = 2 + at % 3, ("Part", "Section", "Chapter", "Step")[at % 4]
        parts = [f"{marker} {number}\n{text}" for number, text in enumerate(about(topic, many), 1)]
        yield Item(
            "sections",
            user(
                f"Write about {topic} in {many} sections of a sentence or two. Begin each with a line that says "
                f"'{marker} 1', '{marker} 2' and so on."
            ),
            [check("sections", {"marker": marker, "min": many, "max": many, "sentences": ONE_OR_TWO}), on(topic)],
            "\n\n".join(parts),
            "\n\n".join(about(topic, many)),
        )


def headings(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(topics(rng)):
        many = 2 + at % 3
        yield Item(
            "headings",
            user(
                f"Make a Markdown page about {topic} that has exactly {many} headings (lines that begin with #) and a "
                "sentence or two under each."
            ),
            [check("sections", {"min": many, "max": many, "sentences": ONE_OR_TWO}), on(topic)],
            "\n\n".join(f"# Point {number}\n\n{text}" for number, text in enumerate(about(topic, many), 1)),
            "\n\n".join(f"**Point {number}**\n\n{text}" for number, text in enumerate(about(topic, many), 1)),
        )


def titles(rng: random.Random) -> Iterator[Item]:
    for topic in topics(rng):
        poem = "\n".join(about(topic, 4))
        yield Item(
            "title",
            user(
                f"Write a poem of four lines about {topic}. Above it, on a line of its own, put its title in double "
                "angle brackets, as in <<A title>>. Nothing else."
            ),
            [check("regex", r"\A[\W_]*<<[^\n<>]*\w[^\n<>]*>>[*_]*[^\S\n]*\n"), check("lines", 5)],
            f"<<On {topic}>>\n\n{poem}",
            f"On {topic}\n\n{poem}",
        )


def postscript(rng: random.Random) -> Iterator[Item]:
    people = (
        "a friend", "a colleague", "a neighbour", "an aunt", "a landlord", "a former teacher", "a cousin", "a client",
    )  # fmt: skip
    for person, topic in zip(people, topics(rng), strict=True):
        said = " ".join(about(topic, 3))
        yield Item(
            "postscript",
            user(
                f"Write {person} a note of 15 to 70 words about {topic}. End it with a postscript that begins with P.S."
            ),
            [
                check("regex", r"(?s)\A\W*\w.*(?:\n|(?:\S+\s+){10})[*_]*P\. ?S\.[*_]*:?.*\w"),
                check("words", {"min": 15, "max": 75}),
            ],
            f"Dear you, {said} Yours, M.\n\nP.S. See you soon.",
            f"Dear you, {said} Yours, M.",
        )


def two_answers(_: random.Random) -> Iterator[Item]:
    things = (
        "a bakery", "a sailing boat", "a cat", "a book club", "a coffee shop", "a hiking group", "a small bookshop",
        "a school newspaper",
    )  # fmt: skip
    name = r"(?:\*\*)?[^*\n]*\w[^*\n]*?(?:\*\*)?"  # on a line of its own, or on the one line with the other
    for thing in things:
        yield Item(
            "two-answers",
            user(f"Suggest two names for {thing}. Put six asterisks ****** between the two, and write nothing else."),
            [
                check("regex", rf"\A{name}\s*(?:\\?\*){{6}}\s*{name}\Z"),
                check("max_words", 15),
            ],
            "Morning Light\n******\nThe Open Door",
            "1. Morning Light\n2. The Open Door",
        )
