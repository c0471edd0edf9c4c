"""The suite `instructions`: orders about form that a program can check, of 63 kinds: 25 here, 38 beside this file."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from evalharness.suites.generators.instructions import texts, words
from evalharness.suites.generators.drafts import Draft, Item, check, first_of_each, only, templates, user
from evalharness.suites.generators.words import THINGS, TOPICS

SEED = 11
EACH, KEPT = 8, 5  # prompts drawn of a kind, and asked
HEAD = (
    "Whether orders about the form of an answer are kept: how many sentences, steps, headings or letters, which "
    "words, which language, which order. A program checks every one, so nothing is a matter of taste; whether the "
    "text is any good is not looked at. It guards what a model could do before it was tuned for something else."
)

_SAID = (
    "Many people think of {t} with pleasure.",
    "There is a long history behind {t}.",
    "People talk about {t} at home and at work.",
    "Some have written whole books about {t}.",
    "It takes time to understand {t}.",
    "Few days pass without a word on {t}.",
)
_ONE_OR_TWO = {"min": 1, "max": 2}
_NO_ABBREVIATIONS = (
    r"\A(?![\s\S]*\b(?:NASA|ESA|UNESCO|USA|US|UK|EU|UN|TV|DNA|AI|GPS|USB|DIY|CO|DSLR|ISO|RAW|JPEG|UV|LED|BBC|MBTA|HIIT"
    r"|FIDE|IQ|AM|PM|BC|AD|OK|FAQ|VIP|PC|CD|DVD)\b)"
)
_BELONGS = {
    "rivers": "river|stream|water|bank|current|flow",
    "bicycles": r"bicycl|\bbik|cycl|pedal|wheel",
    "libraries": "librar|book|read|shel",
    "mountains": "mountain|peak|summit|climb|hik|alp|hill|slope",
    "trains": "train|rail|track|station|carriage|locomotive",
    "gardens": "garden|plant|flower|bloom|soil|bee",
    "bread": "bread|bak|loaf|loaves|dough|crust|oven",
    "the moon": "moon|lunar|night|crater|orbit|tide",
    "winter": "winter|snow|cold|frost|ice|icy|frozen",
    "music": r"music|song|melod|sound|tune|rhythm|listen|play|instrument|concert|\b(?:band|jazz|rock|pop|folk)\b",
    "bridges": "bridge|span|cross|river",
    "chess": "chess|king|queen|pawn|board|checkmate",
    "the sea": r"\bseas?\b|ocean|wave|salt|tide|shore|coast|water",
    "coffee": "coffee|espresso|cup|brew|bean|caffein|roast",
    "forests": "forest|tree|wood|leaf|leaves|branch",
    "maps": r"\bmaps?\b|cartograph|atlas|path|place|road",
    "photography": "photo|camera|lens|picture|image|light|shot",
    "swimming": "swim|swam|water|pool|stroke|lap",
    "theatre": "theat|stage|actor|play|drama|audience",
    "volcanoes": "volcan|lava|erupt|magma|crater|ash",
}
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


def suite() -> Draft:
    rng = random.Random(SEED)
    items = first_of_each((item for kind in _KINDS for item in kind(rng)), KEPT)
    more = (item for kind in (*words.KINDS, *texts.KINDS) for item in kind(rng))
    whole = templates([*items, *more])
    return Draft("instructions", "Orders about form, kept or not", "non-inferiority", 0.10, 320, HEAD, whole, version=5)


def _about(topic: str, sentences: int) -> list[str]:
    return [sentence.format(t=topic) for sentence in _SAID[:sentences]]


def _topics(rng: random.Random) -> list[str]:
    return rng.sample(TOPICS, EACH)


def _on(topic: str) -> dict[str, Any]:
    """It speaks of the topic, by its name or by what belongs to it."""
    return check("states", {"all": [_BELONGS[topic]]})


def _sentences(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(_topics(rng)):
        many = 2 + at % 4
        yield Item(
            "sentences",
            user(f"Write exactly {many} sentences about {topic}."),
            [check("sentences", many), check("language", "en"), _on(topic)],
            " ".join(_about(topic, many)),
            " ".join(_about(topic, many + 1)),
        )


def _paragraphs(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(_topics(rng)):
        many = 2 + at % 3
        yield Item(
            "paragraphs",
            user(
                f"Tell me something about {topic} in exactly {many} paragraphs of one or two sentences each, with an "
                "empty line between them. No title."
            ),
            [
                check("paragraphs", {"min": many, "max": many, "sentences": _ONE_OR_TWO}),
                check("sections", 0),
                _on(topic),
            ],
            "\n\n".join(_about(topic, many)),
            "\n".join(_about(topic, many)),
        )


def _steps(rng: random.Random) -> Iterator[Item]:
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


def _capitals(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(_topics(rng)):
        many = 2 + at % 3
        said = " ".join(_about(topic, 3)).split()
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
                _on(topic),
            ],
            " ".join([word.upper() for word in said[:many]] + said[many:]),
            " ".join(said),
        )


def _highlights(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(_topics(rng)):
        many = 2 + at % 3
        said = _about(topic, 4)
        yield Item(
            "highlights",
            user(
                f"Write a short text about {topic} and highlight at least {many} phrases in it with asterisks, "
                "*like this*."
            ),
            [check("highlights", {"min": many}), _on(topic)],
            " ".join(f"*{sentence[:-1]}*." for sentence in said),
            " ".join(said),
        )


def _placeholders(rng: random.Random) -> Iterator[Item]:
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


def _sections(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(_topics(rng)):
        many, marker = 2 + at % 3, ("Part", "Section", "Chapter", "Step")[at % 4]
        parts = [f"{marker} {number}\n{text}" for number, text in enumerate(_about(topic, many), 1)]
        yield Item(
            "sections",
            user(
                f"Write about {topic} in {many} sections of a sentence or two. Begin each with a line that says "
                f"'{marker} 1', '{marker} 2' and so on."
            ),
            [check("sections", {"marker": marker, "min": many, "max": many, "sentences": _ONE_OR_TWO}), _on(topic)],
            "\n\n".join(parts),
            "\n\n".join(_about(topic, many)),
        )


def _headings(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(_topics(rng)):
        many = 2 + at % 3
        yield Item(
            "headings",
            user(
                f"Make a Markdown page about {topic} that has exactly {many} headings (lines that begin with #) and a "
                "sentence or two under each."
            ),
            [check("sections", {"min": many, "max": many, "sentences": _ONE_OR_TWO}), _on(topic)],
            "\n\n".join(f"# Point {number}\n\n{text}" for number, text in enumerate(_about(topic, many), 1)),
            "\n\n".join(f"**Point {number}**\n\n{text}" for number, text in enumerate(_about(topic, many), 1)),
        )


def _no_commas(rng: random.Random) -> Iterator[Item]:
    for topic in _topics(rng):
        yield Item(
            "no-commas",
            user(f"Say what people like about {topic} in at least 25 words. Do not use a single comma."),
            [check("no_commas"), check("min_words", 25), _on(topic)],
            " ".join(_about(topic, 5)),
            " ".join(_about(topic, 5)) + " All in all, it is liked.",
        )


def _small_letters(rng: random.Random) -> Iterator[Item]:
    for topic in _topics(rng):
        yield Item(
            "small-letters",
            user(f"write two sentences about {topic}, in small letters only: not one capital letter anywhere."),
            [check("letter_case", "lower"), check("sentences", 2), _on(topic)],
            " ".join(_about(topic, 2)).lower(),
            " ".join(_about(topic, 2)),
        )


def _titles(rng: random.Random) -> Iterator[Item]:
    for topic in _topics(rng):
        poem = "\n".join(_about(topic, 4))
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


def _letters(rng: random.Random) -> Iterator[Item]:
    said = {
        "b": "Big brown bears browse by the bank", "g": "Great grey geese gather on the green grass",
        "j": "Jolly Jim juggles jam jars", "k": "Kind kings keep kettles in the kitchen",
        "v": "Seven vivid violets vary in value", "w": "Wise women walk westward in winter",
        "y": "Yesterday young Yara sang yearly songs", "z": "Zany zebras zigzag at the zoo",
    }  # fmt: skip
    for (letter, sentence), topic in zip(said.items(), _topics(rng), strict=True):
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


def _times(rng: random.Random) -> Iterator[Item]:
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


def _question_first(_: random.Random) -> Iterator[Item]:
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


def _number_order(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        numbers = rng.sample(range(10, 1000), 4 + at % 3)
        falling = at % 2 == 1
        ordered = [str(number) for number in sorted(numbers, reverse=falling)]
        way = "from the largest to the smallest" if falling else "from the smallest to the largest"
        yield Item(
            "number-order",
            user(
                f"Put these numbers in order {way}, one a line, and write nothing else: {', '.join(map(str, numbers))}"
            ),
            [check("says_only", "\n".join(ordered)), check("lines", len(ordered))],
            "\n".join(ordered),
            "\n".join(ordered[::-1]),
        )


def _reverse_alphabet(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        words = rng.sample(THINGS, 4 + at % 2)
        ordered = sorted(words, reverse=True)
        bullets = [f"- {word}" for word in ordered]
        yield Item(
            "reverse-alphabet",
            user(
                "Give these words in reverse alphabetical order (z before a), as a list in which every line begins "
                f"with '- ', and nothing else: {', '.join(words)}"
            ),
            [check("regex", r"(?i)\A" + r"\s*\n\s*".join(rf"- [*_`]*{word}[*_`]*" for word in ordered) + r"\Z")],
            "\n".join(bullets),
            "\n".join(bullets[::-1]),
        )


def _counting(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        words, length = rng.sample(THINGS, 5 + at % 3), 6
        many = sum(len(word) == length for word in words)
        yield Item(
            "counting",
            user(
                f"How many of these words have exactly {length} letters? {', '.join(words)}. "
                "Answer with the number in digits, nothing else."
            ),
            only(str(many)),
            str(many),
            str(many + 1),
        )


def _hyphens(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        words = rng.sample(THINGS, 3 + at % 3)
        answer = "-".join(words[::-1])
        yield Item(
            "hyphens",
            user(
                "Write these words in the opposite order, joined by hyphens, without spaces and without anything "
                f"else: {' '.join(words)}"
            ),
            only(answer),
            answer,
            "-".join(words),
        )


def _quoted(rng: random.Random) -> Iterator[Item]:
    for topic in _topics(rng):
        [said] = _about(topic, 1)
        yield Item(
            "in-quotes",
            user(f"Say one sentence about {topic} and wrap your whole answer in double quotation marks."),
            [check("regex", r'\A["“][^"“”\n]*\w[^"“”\n]*["”]\Z'), check("sentences", 1)],
            f'"{said}"',
            said,
        )


def _postscript(rng: random.Random) -> Iterator[Item]:
    people = (
        "a friend", "a colleague", "a neighbour", "an aunt", "a landlord", "a former teacher", "a cousin", "a client",
    )  # fmt: skip
    for person, topic in zip(people, _topics(rng), strict=True):
        said = " ".join(_about(topic, 3))
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


def _condition(rng: random.Random) -> Iterator[Item]:
    words = rng.sample(THINGS, EACH)
    for at, word in enumerate(words):
        vowel = "aeiou"[at % 5]
        answer, other = ("YES", "NO") if vowel in word else ("NO", "YES")
        yield Item(
            "condition",
            user(
                f"Look at the word '{word}'. If the letter '{vowel}' occurs in it, answer only YES. If it does not, "
                "answer only NO."
            ),
            [check("regex", rf"\A\W*{answer}\W*\Z")],
            answer,
            other,
        )


def _two_answers(_: random.Random) -> Iterator[Item]:
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


def _languages(_: random.Random) -> Iterator[Item]:
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


def _characters(rng: random.Random) -> Iterator[Item]:
    for at, topic in enumerate(_topics(rng)):
        most = 50 + 10 * (at % 4)
        yield Item(
            "characters",
            user(
                f"Say something kind about {topic}, in one sentence of at most {most} characters, spaces not counted."
            ),
            [check("characters", {"min": 5, "max": most}), check("sentences", 1)],
            "It makes many people glad.",
            " ".join(_about(topic, 3)),
        )


def _acrostic(_: random.Random) -> Iterator[Item]:
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


_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _sentences, _paragraphs, _steps, _capitals, _highlights, _placeholders, _sections, _headings, _no_commas,
    _small_letters, _titles, _letters, _times, _question_first, _number_order, _reverse_alphabet, _counting, _hyphens,
    _quoted, _postscript, _condition, _two_answers, _languages, _characters, _acrostic,
)  # fmt: skip
