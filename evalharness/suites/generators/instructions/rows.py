"""Orders of the suite `instructions` about given rows: words, names and numbers sorted, joined, counted, chosen."""

import random
import re
from collections.abc import Iterator

from evalharness.suites.generators.drafts import Item, check, only, user
from evalharness.suites.generators.instructions.given import EACH, ONE_LINE, in_line, things, to_the_letter
from evalharness.suites.generators.instructions.topics import DRAWN
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS

_NUMERALS = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def number_order(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
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


def reverse_alphabet(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
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


def counting(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
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


def hyphens(rng: random.Random) -> Iterator[Item]:
    for at in range(DRAWN):
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


def last_letters(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        words = things(rng, 3 + at)
        joined = "".join(word[-1] for word in words)
        yield Item(
            "last-letters",
            user(
                f"Take the last letter of each of these words and write the letters in the same order, joined to one "
                f"word, nothing else: {', '.join(words)}"
            ),
            only(joined),
            joined,
            "".join(word[0] for word in words),
        )


def fizz(rng: random.Random) -> Iterator[Item]:
    for said in ("fizz", "clap", "hop"):
        step, last = rng.choice((3, 4, 5)), rng.randrange(11, 16)
        counted = [said if at % step == 0 else str(at) for at in range(1, last + 1)]
        yield Item(
            "every-so-many",
            user(
                f"Count from 1 to {last} in one line, with commas between, but write '{said}' in place of every number "
                f"that {step} divides. Nothing else."
            ),
            [*in_line(counted), ONE_LINE],
            ", ".join(counted),
            ", ".join(map(str, range(1, last + 1))),
        )


def countdown(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        step, steps, last = rng.choice((2, 3, 4, 7)), rng.randrange(4, 7), rng.randrange(1, 9)
        down = [str(last + step * at) for at in range(steps, -1, -1)]
        yield Item(
            "countdown",
            user(
                f"Count down from {down[0]} to {down[-1]} in steps of {step}: the numbers in one line, with commas "
                "between them, and no other text."
            ),
            [*in_line(down), ONE_LINE],
            ", ".join(down),
            ", ".join(down[::-1]),
        )


def doubles(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        words = things(rng, 4)
        given = [*words, words[1], words[0]]
        rng.shuffle(given)
        left = list(dict.fromkeys(given))
        yield Item(
            "no-doubles",
            user(
                "Some words stand here twice. Give each once, where it comes first, in one line with commas between, "
                f"nothing else: {', '.join(given)}"
            ),
            [*in_line(left), ONE_LINE],
            ", ".join(left),
            ", ".join(given),
        )


def zipped(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        many = 3 + at % 2
        left, right = rng.sample(TOWNS, many), [str(number) for number in rng.sample(range(11, 99), many)]
        done = " ".join(f"{town} {number}" for town, number in zip(left, right, strict=True))
        yield Item(
            "zipped",
            user(
                f"List A: {', '.join(left)}. List B: {', '.join(right)}.\n\nWrite the first of A, the first of B, the "
                "second of A, the second of B and so on, in one line with a space between each, nothing else."
            ),
            [*only(done), ONE_LINE],
            done,
            " ".join([*left, *right]),
        )


def with_letter(rng: random.Random) -> Iterator[Item]:
    for letter in "akl":
        words = [word for word in things(rng, 30) if letter in word][:3] + [w for w in THINGS if letter not in w][:3]
        rng.shuffle(words)
        kept = [word for word in words if letter in word]
        yield Item(
            "with-letter",
            user(
                f"Which of these words contain the letter '{letter}'? Give them in the order in which they stand here, "
                f"with commas between, and nothing else: {', '.join(words)}"
            ),
            in_line(kept),
            ", ".join(kept),
            ", ".join(words),
        )


def longest(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        long = rng.choice(("photograph", "understanding", "marketplace", "thunderstorm", "grandmother"))
        words = [*things(rng, 4), long]
        rng.shuffle(words)
        yield Item(
            "longest-word",
            user(f"Which of these words has the most letters? Answer with the word alone: {', '.join(words)}"),
            only(long),
            long,
            next(word for word in words if word != long),
        )


def bracketed(rng: random.Random) -> Iterator[Item]:
    for at, (left, right) in enumerate((("[", "]"), ("<", ">"), ("{", "}"))):
        words = things(rng, 3 + at % 2)
        done = " ".join(f"{left}{word}{right}" for word in words)
        yield Item(
            "bracketed",
            user(
                f"Put each of these words between {left} and {right}, in one line with a space between them, and write "
                f"nothing else: {' '.join(words)}"
            ),
            [check("regex", rf"\A(?:```\w*\n)?[`*\"']*{re.escape(done)}[`*\"']*\.?(?:\n```)?\Z")],
            done,
            f"{left}{' '.join(words)}{right}",
        )


def _roman(number: int) -> str:
    said = ""
    for value, sign in _NUMERALS:
        said, number = said + sign * (number // value), number % value
    return said


def romans(rng: random.Random) -> Iterator[Item]:
    for number in rng.sample(range(14, 100), EACH):
        yield Item(
            "roman",
            user(f"Write {number} as a Roman numeral. Answer with the numeral alone."),
            to_the_letter(_roman(number)),
            _roman(number),
            _roman(number + 1),
        )


def roman_list(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        words = things(rng, 3 + at)
        lines = [f"{_roman(number)}. {word}" for number, word in enumerate(words, 1)]
        yield Item(
            "roman-list",
            user(
                "Number these words with Roman numerals (I., II., …), one a line, in the order given, and write "
                f"nothing else: {', '.join(words)}"
            ),
            [
                check(
                    "regex",
                    r"\A"
                    + r"\s*\n\s*".join(
                        rf"\**{re.escape(line[: line.index(' ')])}\**\s+\**(?i:{line.split()[1]})\**" for line in lines
                    )
                    + r"\Z",
                )
            ],
            "\n".join(lines),
            "\n".join(f"{number}. {word}" for number, word in enumerate(words, 1)),
        )


def family_names(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        people = rng.sample(PEOPLE, 3 + at % 2)
        lines = [f"{last}, {first}" for first, last in sorted((p.split() for p in people), key=lambda p: p[1])]
        yield Item(
            "family-names",
            user(
                "Write these names as 'Family name, first name', one a line, sorted by family name, nothing else: "
                f"{'; '.join(people)}"
            ),
            [check("says_only", "\n".join(lines)), check("lines", len(lines))],
            "\n".join(lines),
            "\n".join(lines[::-1]),
        )


def by_length(rng: random.Random) -> Iterator[Item]:
    short, middle, long = ("jam", "egg", "oak"), ("bread", "chair", "stone"), ("elephant", "mountain", "umbrella")
    for at in range(EACH):
        words = [short[at], middle[at], long[at], THINGS[0][:4]]
        ordered = sorted(words, key=len)
        shown = words[::-1] if words[::-1] != ordered else words
        rng.shuffle(shown)
        yield Item(
            "by-length",
            user(
                "Sort these words by their number of letters, the shortest first, with commas between, and write "
                f"nothing else: {', '.join(shown)}"
            ),
            in_line(ordered),
            ", ".join(ordered),
            ", ".join(ordered[::-1]),
        )
