"""Orders of the suite `instructions` about the wording of a text: its length, letters, words, signs and language."""

import random
from collections.abc import Iterator

from evalharness.suites.generators.drafts import Item, check, user
from evalharness.suites.generators.instructions.topics import about, on, topics
from evalharness.suites.generators.words import TOPICS

_NO_ABBREVIATIONS = (
    r"\A(?![\s\S]*\b(?:NASA|ESA|UNESCO|USA|US|UK|EU|UN|TV|DNA|AI|GPS|USB|DIY|CO|DSLR|ISO|RAW|JPEG|UV|LED|BBC|MBTA|HIIT"
    r"|FIDE|IQ|AM|PM|BC|AD|OK|FAQ|VIP|PC|CD|DVD)\b)"
)
_FIRST_LETTERS = {
    "a": "All day the light was soft",
    "d": "Down by the shore we walked",
    "e": "Every gull seemed to know us",
    "g": "Grey clouds came over the hill",
    "h": "Home was far behind us",
    "i": "In the evening a wind rose",
    "l": "Long shadows lay on the sand",
    "m": "Many boats were coming in",
    "n": "Nobody wanted to leave",
    "o": "Over the water a bell rang",
    "r": "Rain began to fall at last",
    "s": "Slowly the lamps were lit",
    "t": "Then the town fell silent",
    "w": "We closed the door and slept",
}


def sentences(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(topics(rng)):
        many = 2 + at % 4
        yield Item(
            "sentences",
            user(f"Write exactly {many} sentences about {topic}."),
            [check("sentences", many), check("language", "en"), on(topic)],
            " ".join(about(topic, many)),
            " ".join(about(topic, many + 1)),
        )


def capitals(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(topics(rng)):
        many = 2 + at % 3
        said = " ".join(about(topic, 3)).split()
        yield Item(
            "capital-words",
            user(
                f"Write two or three sentences about {topic}. Put exactly {many} words entirely in CAPITAL letters, "
                "no more and no fewer, and use no abbreviations."
            ),
            [
                check("capital_words", many),
                check("sentences", {"min": 2, "max": 3}),
                check("regex", _NO_ABBREVIATIONS),
                on(topic),
            ],
            " ".join([word.upper() for word in said[:many]] + said[many:]),
            " ".join(said),
        )


def highlights(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(topics(rng)):
        many = 2 + at % 3
        said = about(topic, 4)
        yield Item(
            "highlights",
            user(
                f"Write a short text about {topic} and highlight at least {many} phrases in it with asterisks, "
                "*like this*."
            ),
            [check("highlights", {"min": many}), on(topic)],
            " ".join(f"*{sentence[:-1]}*." for sentence in said),
            " ".join(said),
        )


def no_commas(rng: random.Random) -> Iterator[Item]:
    for topic in topics(rng):
        yield Item(
            "no-commas",
            user(f"Say what people like about {topic} in at least 25 words. Do not use a single comma."),
            [check("no_commas"), check("min_words", 25), on(topic)],
            " ".join(about(topic, 5)),
            " ".join(about(topic, 5)) + " All in all, it is liked.",
        )


def small_letters(rng: random.Random) -> Iterator[Item]:
    for topic in topics(rng):
        yield Item(
            "small-letters",
            user(f"write two sentences about {topic}, in small letters only: not one capital letter anywhere."),
            [check("letter_case", "lower"), check("sentences", 2), on(topic)],
            " ".join(about(topic, 2)).lower(),
            " ".join(about(topic, 2)),
        )


def letters(rng: random.Random) -> Iterator[Item]:
    said = {
        "b": "Big brown bears browse by the bank", "g": "Great grey geese gather on the green grass",
        "j": "Jolly Jim juggles jam jars", "k": "Kind kings keep kettles in the kitchen",
        "v": "Seven vivid violets vary in value", "w": "Wise women walk westward in winter",
        "y": "Yesterday young Yara sang yearly songs", "z": "Zany zebras zigzag at the zoo",
    }  # fmt: skip
    for (letter, sentence), topic in zip(said.items(), topics(rng), strict=True):
        many = rng.randint(3, 4)
        yield Item(
            "letters",
            user(
                f"Write one sentence about {topic}, of at most 20 words, in which the letter '{letter}' is written at "
                f"least {many} times."
            ),
            [check("letters", {letter: {"min": many}}), check("max_words", 20), check("sentences", 1)],
            f"{sentence}.",
            "This is a plain sentence.",
        )


def times(rng: random.Random) -> Iterator[Item]:
    words = ("quiet", "always", "window", "morning", "paper", "slowly", "stone", "winter")
    for at, (word, topic) in enumerate(zip(words, rng.sample(TOPICS[:8], 8), strict=True)):
        many = 2 + at % 3
        said = " ".join([*(f"I say {word} of {topic}." for _ in range(many)), "That is all."])
        yield Item(
            "so-many-times",
            user(f"Write a few sentences about {topic} in which the word '{word}' occurs exactly {many} times."),
            [check("occurrences", {word: many}), check("sentences", {"min": 2}), check("max_words", 120)],
            said,
            f"{said} {word.capitalize()} it is.",
        )


def question_first(_: random.Random) -> Iterator[Item]:
    questions = (
        "Why do cats purr?", "What is a tide?", "Why is the sea salty?", "How does a zip work?", "What is yeast?",
        "Why do onions make us cry?", "What is a leap year?", "How do bees make honey?",
    )  # fmt: skip
    for question in questions:
        yield Item(
            "question-first",
            user(
                f"{question}\n\nBegin your answer by repeating the question above word for word, without anything "
                "before it. Then answer it in one or two sentences."
            ),
            [check("repeats_first", question), check("sentences", {"min": 2, "max": 3})],
            f"{question} There is a simple reason that can be said in a sentence.",
            "There is a simple reason that can be said in a sentence.",
        )


def quoted(rng: random.Random) -> Iterator[Item]:
    for topic in topics(rng):
        [said] = about(topic, 1)
        yield Item(
            "in-quotes",
            user(f"Say one sentence about {topic} and wrap your whole answer in double quotation marks."),
            [check("regex", r'\A["“][^"“”\n]*\w[^"“”\n]*["”]\Z'), check("sentences", 1)],
            f'"{said}"',
            said,
        )


def languages(_: random.Random) -> Iterator[Item]:
    asked = (
        ("German", "de", "What is a library for?", "In einer Bibliothek kann man Bücher lesen und ausleihen."),
        ("French", "fr", "What does a baker do?", "Le boulanger prépare le pain que nous mangeons chaque jour."),
        ("Spanish", "es", "Why do people sleep?", "Las personas duermen para que el cuerpo pueda descansar."),
        ("Italian", "it", "What is a bridge?", "Un ponte è una costruzione che attraversa un fiume o una strada."),
        ("Portuguese", "pt", "What is rain?", "A chuva é a água que cai das nuvens quando ficam pesadas."),
        ("Dutch", "nl", "What is a bicycle?", "Een fiets is een voertuig met twee wielen en een stuur."),
        ("Polish", "pl", "What is winter?", "Zima to najzimniejsza pora roku, kiedy często pada śnieg."),
        ("Russian", "ru", "What does a doctor do?", "Врач осматривает больных людей и помогает им выздороветь."),
    )  # fmt: skip
    for name, code, question, answer in asked:
        yield Item(
            "answer-language",
            user(f"{question} Answer in one or two sentences in {name}, and in no other language."),
            [check("language", code), check("sentences", {"min": 1, "max": 2})],
            answer,
            "It is a thing that is known well to nearly everybody in the world.",
        )


def characters(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(topics(rng)):
        most = 50 + 10 * (at % 4)
        yield Item(
            "characters",
            user(
                f"Say something kind about {topic}, in one sentence of at most {most} characters, spaces not counted."
            ),
            [check("characters", {"min": 5, "max": most}), check("sentences", 1)],
            "It makes many people glad.",
            " ".join(about(topic, 3)),
        )


def acrostic(_: random.Random) -> Iterator[Item]:
    for word in ("LIGHT", "STONE", "WATER", "HOME", "GARDEN", "MOON", "TRAIN", "SHIELD"):
        lines = [_FIRST_LETTERS[letter.lower()] for letter in word]
        pattern = r"\s*\n\s*".join(rf"\W*{letter}[^\n]+" for letter in word)
        yield Item(
            "acrostic",
            user(
                f"Write a poem of {len(word)} lines whose first letters, read from top to bottom, spell {word}. "
                "Only the poem, without a title."
            ),
            [check("regex", rf"(?i)\A{pattern}\Z")],
            "\n".join(lines),
            "\n".join(lines[::-1]),
        )
