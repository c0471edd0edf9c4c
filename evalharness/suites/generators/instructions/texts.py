"""Orders of the suite `instructions` for a text under an unusual rule, or under several at once."""

# ruff: noqa: RUF001 (the apostrophes are meant)

import random
from collections.abc import Iterator

from evalharness.suites.generators.drafts import Item, check, user
from evalharness.suites.generators.instructions.topics import on


def exact_words(_: random.Random) -> Iterator[Item]:
    for topic, many in (("friendship", 9), ("summer", 12), ("the city", 15)):
        said = (
            f"{topic.capitalize()} is something that one could talk about for a very long time and never be done with"
        )
        words = said.split()
        yield Item(
            "exact-words",
            user(f"Write a single sentence about {topic} that has exactly {many} words."),
            [check("words", many), check("sentences", 1), on(topic)],
            " ".join(words[:many]) + ".",
            " ".join(words[: many + 2]) + ".",
        )


def three_words(_: random.Random) -> Iterator[Item]:
    for topic, said in (
        ("the ocean", "Deep blue water"),
        ("a library", "Quiet rooms, books"),
        ("fire", "Hot, bright light"),
    ):
        yield Item(
            "three-words",
            user(f"Describe {topic} in exactly three words."),
            [check("words", 3)],
            said,
            f"{said} everywhere",
        )


def same_letter(_: random.Random) -> Iterator[Item]:
    for letter, said in (
        ("s", "Seven silver swans swam silently south"),
        ("m", "Many merry mice make music"),
        ("t", "Tiny turtles travel together towards town"),
    ):
        yield Item(
            "same-letter",
            user(
                f"Write one sentence of five to ten words in which every single word begins with the letter "
                f"{letter.upper()}. Nothing else."
            ),
            [check("regex", rf"(?i)\A[\W_]*(?:{letter}[\w'’]*[\W_]+){{4,9}}{letter}[\w'’]*[\W_]*\Z")],
            f"{said}.",
            f"{said} and {said.split()[0].lower()}.",
        )


def lipogram(_: random.Random) -> Iterator[Item]:
    for letter, said in (
        ("a", "The river is quiet, yet everyone here is merry"),
        ("i", "The sun was low and the long road led home"),
        ("o", "Every summer the rain fills the green valley again"),
    ):
        yield Item(
            "without-letter",
            user(
                f"Write one sentence of 6 to 15 words, on anything you like, in which the letter '{letter}' does not "
                "occur at all. Give the sentence alone."
            ),
            [check("letters", {letter: 0}), check("words", {"min": 6, "max": 15}), check("sentences", 1)],
            f"{said}.",
            f"{said}, {'said a boy in the orchard'}.",
        )


def word_lines(_: random.Random) -> Iterator[Item]:
    for topic, many, said in (
        ("cooking", 4, "pan stove salt knife"),
        ("weather", 5, "rain snow wind cloud storm"),
        ("school", 6, "pupil teacher desk book chalk lesson"),
    ):
        lines = "\n".join(said.split())
        yield Item(
            "word-lines",
            user(
                f"Give {many} single words that have to do with {topic}: one a line, in small letters, without "
                "numbers, bullets or any other text."
            ),
            [check("regex", rf"\A(?:[^\W\d_A-Z](?:['’-]|[^\W\d_A-Z])*[^\S\n]*(?:\n+|\Z)){{{many}}}\Z")],
            lines,
            "\n".join(f"- {word}" for word in said.split()),
        )


_EUROPE = (
    "Albania|Andorra|Armenia|Austria|Azerbaijan|Belarus|Belgium|Bosnia|Bosnia (?:and|&) Herzegovina|Bulgaria|Croatia|"
    "Cyprus|Czechia|Czech Republic|Denmark|England|Estonia|Finland|France|Georgia|Germany|Greece|Hungary|Iceland|"
    "Ireland|Italy|Kazakhstan|Kosovo|Latvia|Liechtenstein|Lithuania|Luxembourg|Malta|Moldova|Monaco|Montenegro|"
    "(?:The )?Netherlands|North Macedonia|Northern Ireland|Norway|Poland|Portugal|Romania|Russia|San Marino|Scotland|"
    "Serbia|Slovakia|Slovenia|Spain|Sweden|Switzerland|Turkey|T\u00fcrkiye|Ukraine|(?:The )?United Kingdom|UK|"
    "Vatican City|(?:The )?Vatican|Wales"
)


def alphabetical(_: random.Random) -> Iterator[Item]:
    for what, said in (
        ("fruits", "apple banana cherry grape mango"),
        ("countries in Europe", "Austria Belgium Denmark France Greece"),
        ("animals", "bear cat dog elephant fox"),
    ):
        lines = "\n".join(said.split())
        yield Item(
            "alphabetical",
            user(f"Name five {what} in alphabetical order, one a line and nothing else."),
            [
                check("sorted_list", "alphabetical"),
                check("lines", 5),
                check("max_words", 20),
                *([check("regex", rf"(?i)\A(?:[\W\d_]*(?:{_EUROPE})[\W_]*?(?:\n|\Z))+\Z")] if "Europe" in what else []),
            ],
            lines,
            "\n".join(said.split()[::-1]),
        )


def growing(_: random.Random) -> Iterator[Item]:
    for first, said in ((2, "we see many birds"), (3, "cat bird horse rabbit"), (4, "lamp table garden kitchen")):
        sizes = range(first, first + 4)
        pattern = r"[\W_]+".join(rf"[A-Za-z]{{{size}}}" for size in sizes)
        yield Item(
            "growing-words",
            user(
                f"Write four words in one line: the first has {first} letters, and each of the others has one letter "
                "more than the word before it. Nothing else."
            ),
            [check("regex", rf"\A[\W_]*{pattern}[\W_]*\Z")],
            said,
            " ".join(said.split()[::-1]),
        )


def semicolons(_: random.Random) -> Iterator[Item]:
    for many, what, said in (
        (4, "rivers", "Nile; Danube; Rhine; Volga"),
        (5, "trees", "oak; pine; birch; maple; willow"),
        (3, "musical instruments", "piano; violin; flute"),
    ):
        yield Item(
            "semicolons",
            user(f"Name {many} {what} in one line, separated by semicolons, without any other text."),
            [check("regex", rf"\A[^;\n,:]+(?:;[^;\n,:]+){{{many - 1}}};?\Z")],
            said,
            said.replace(";", ","),
        )


def same_start(_: random.Random) -> Iterator[Item]:
    for word, topic in (("Because", "sleep"), ("When", "rain"), ("If", "money")):
        said = " ".join(f"{word} {topic} comes, {end}." for end in ("we rest", "all is well", "nobody minds"))
        yield Item(
            "same-start",
            user(f"Write three sentences about {topic}. Each of them begins with the word '{word}'. Nothing else."),
            [
                check("sentences", 3),
                on(topic),
                check("regex", rf"(?s)\A[\W_]*{word}\b.*?[.!?]\W+{word}\b.*?[.!?]\W+{word}\b.*\Z"),
            ],
            said,
            said.replace(word, "Though", 1),
        )


def questions(_: random.Random) -> Iterator[Item]:
    for topic, many in (("honey", 3), ("the stars", 4), ("moving house", 5)):
        lines = [f"What is {number} of the things about {topic}?" for number in ("one", "two", "three", "four", "five")]
        yield Item(
            "only-questions",
            user(f"Write {many} questions about {topic}, one a line, each ending in a question mark. No other text."),
            [
                check("lines", many),
                on(topic),
                check("regex", rf"\A(?:[^\n]*\w[^\n]*\?[*_\"”]*\s*(?:\n+|\Z)){{{many}}}\Z"),
            ],
            "\n".join(lines[:many]),
            "\n".join([f"Here are some questions about {topic}:", *lines[: many - 1]]),
        )


def framed(_: random.Random) -> Iterator[Item]:
    for word, topic in (("Water", "washing up"), ("Time", "waiting"), ("Home", "a long journey")):
        said = f"{word} is what it takes. Nothing in {topic} is as dear to us as {word.lower()}."
        yield Item(
            "framed",
            user(
                f"Write two sentences about {topic}. The first word of your answer and its last word must both "
                f"be '{word.lower()}'."
            ),
            [check("regex", rf"(?is)\A[\W_]*{word}\b.*\b{word}[\W_]*\Z"), check("sentences", 2), on(topic)],
            said,
            said[:-1] + " of all.",
        )


def loud(_: random.Random) -> Iterator[Item]:
    for language, code, question, said in (
        (
            "German",
            "de",
            "What do you do at a railway station?",
            "Am Bahnhof warten die Leute auf den Zug und kaufen Karten.",
        ),
        ("Spanish", "es", "Why do people go to the beach?", "La gente va a la playa para descansar y nadar en el mar."),
        ("French", "fr", "What is a garden for?", "Dans un jardin on peut cultiver des légumes et se reposer."),
    ):
        yield Item(
            "loud-language",
            user(f"{question} Answer in one sentence, in {language} and in capital letters only."),
            [check("letter_case", "upper"), check("language", code), check("sentences", 1)],
            said.upper(),
            said,
        )


def brackets(_: random.Random) -> Iterator[Item]:
    for topic in ("breakfast", "old houses", "public transport"):
        said = f"Many like {topic} (others less). It has its charms (and its price)."
        yield Item(
            "remarks-in-brackets",
            user(f"Write two sentences about {topic}. In each of them, put a remark in round brackets."),
            [
                check("sentences", 2),
                on(topic),
                check("regex", r"(?s)\A[^()]*\([^()]*\w[^()]*\).*[.!?][^()]*\([^()]*\w[^()]*\)[^()]*\Z"),
            ],
            said,
            said.replace(" (others less)", ""),
        )


def no_digits(_: random.Random) -> Iterator[Item]:
    for question, fact, said in (
        ("How many minutes are in two hours?", r"hundred (?:and )?twenty", "There are one hundred and twenty minutes."),
        (
            "How many days has a week, and how many months has a year?",
            r"seven[\s\S]*twelve",
            "A week has seven days and a year twelve months.",
        ),
        (
            "How many legs do a spider and a cat have, each?",
            r"eight[\s\S]*four",
            "A spider has eight legs and a cat has four.",
        ),
    ):
        digits = {"eight": "8", "seven": "7", "one hundred and twenty": "120"}
        wrong = next(said.replace(word, digit) for word, digit in digits.items() if word in said)
        yield Item(
            "no-digits",
            user(f"{question} Answer in one sentence and write all numbers in words: there must be no digit in it."),
            [check("not_regex", r"\d"), check("states", {"all": [fact]}), check("sentences", 1)],
            said,
            wrong,
        )


def headline(_: random.Random) -> Iterator[Item]:
    for topic, said in (
        ("a lost cat that came home", "LOST CAT COMES HOME\nThe cat had been away for a week. Its family is happy."),
        ("a new bridge", "NEW BRIDGE IS OPEN\nThe mayor cut the ribbon on Monday. Cars may cross it from today."),
        ("a record harvest of apples", "RECORD APPLE HARVEST\nFarmers picked more than ever. Prices are falling."),
    ):
        yield Item(
            "headline-and-text",
            user(
                f"Write a short news item about {topic}: first a line with a headline in capital letters, then "
                "exactly two sentences. Nothing else."
            ),
            [on(topic), check("regex", r"\A[^a-z\n]*[A-Z]{2}[^a-z\n]*\n\s*(?:[^.!?\n]+[.!?]+[\"”'’)*_]*\s*){2}\Z")],
            said,
            said.title(),
        )


def dialogue(_: random.Random) -> Iterator[Item]:
    for place, many in (("in a bakery", 4), ("at a bus stop", 6), ("in a library", 4)):
        lines = [f"{'AB'[at % 2]}: Line number {at + 1} is said {place}." for at in range(many)]
        turn = r"\**{0}:\**[^\n]+"
        yield Item(
            "dialogue",
            user(
                f"Write a dialogue {place} of exactly {many} lines, spoken by A and B in turn. Every line begins with "
                "'A: ' or 'B: ', and A begins. Nothing else."
            ),
            [check("regex", r"\A" + r"\s*\n\s*".join(turn.format("AB"[at % 2]) for at in range(many)) + r"\Z")],
            "\n".join(lines),
            "\n".join(lines[1:]),
        )


def last_words(_: random.Random) -> Iterator[Item]:
    for end, topic in (("and so it goes.", "queues"), ("as everyone knows.", "cats"), ("or so they say.", "ghosts")):
        said = f"There is much to tell of {topic}. They are always with us, {end}"
        yield Item(
            "last-words",
            user(
                f"Write two sentences about {topic}. Your answer must end with the words '{end[:-1]}' and a full stop."
            ),
            [check("ends_with", end), check("sentences", 2), on(topic)],
            said,
            f"{said} That is all.",
        )


def taboo(_: random.Random) -> Iterator[Item]:
    for what, words, said in (
        (
            "a birthday",
            ("cake", "party", "gift", "candle"),
            "It is the day on which somebody turns a year older. Friends sing and laugh.",
        ),
        (
            "the night",
            ("dark", "sleep", "moon", "star"),
            "It begins when the sun has gone down. Streets grow quiet and lamps are lit.",
        ),
        (
            "a school",
            ("teacher", "learn", "class", "pupil"),
            "Children go there every morning with their books. They come home with new ideas.",
        ),
    ):
        yield Item(
            "taboo",
            user(
                f"Describe {what} in two sentences without using any of these words, in any form: {', '.join(words)}."
            ),
            [check("sentences", 2), check("not_regex", "|".join(rf"\b{word}" for word in words))],
            said,
            f"{said[:-1]}, with a {words[0]}.",
        )
