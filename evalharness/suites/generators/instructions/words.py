"""More orders for the suite `instructions`: what is done to given words, so that there is one right answer.

Every truth is computed from the words. Some a small model hardly ever gets right (letters told
backwards, counted), some nearly any does (a word put into brackets): the suite is to tell models apart.
"""

# ruff: noqa: RUF001 (the quotation marks are meant)

import random
import re
from collections.abc import Callable, Iterator, Sequence

from evalharness.suites.generators.drafts import Checks, Item, check, only, user
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS

EACH = 3
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_LINES = (
    "the old baker carries warm bread across the empty square",
    "seven grey geese flew over the quiet lake before sunrise",
    "my neighbour keeps a green bicycle under the wooden stairs",
    "nobody knew why the small clock stopped at noon",
    "a tired traveller asked for bread and a cup of tea",
    "the children painted every fence along the narrow road",
)
_ONE_LINE = check("lines", 1)
_NUMERALS = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def _to_the_letter(answer: str) -> Checks:
    """The answer alone, where small and capital letters are not the same."""
    return [check("regex", rf"\A(?:```\w*\n)?[*_`\"'“‘]*{re.escape(answer)}[.*_`\"'”’]*(?:\n```)?\Z")]


def _in_line(words: Sequence[str]) -> Checks:
    """The words with commas between them, with spaces behind these or without, and nothing else."""
    return only(", ".join(words), ",".join(words))


def _roman(number: int) -> str:
    said = ""
    for value, sign in _NUMERALS:
        said, number = said + sign * (number // value), number % value
    return said


def _words(rng: random.Random, many: int) -> list[str]:
    return rng.sample(THINGS, many)


def _backwards(rng: random.Random) -> Iterator[Item]:
    for word in _words(rng, EACH):
        yield Item(
            "backwards",
            user(f"Spell the word '{word}' backwards, as one word in small letters. Answer with that alone."),
            _to_the_letter(word[::-1]),
            word[::-1],
            word[1:][::-1] + word[-1],
        )


def _no_vowels(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        said = " ".join(_words(rng, 2))
        bare = re.sub("[aeiou]", "", said)
        yield Item(
            "without-vowels",
            user(f"Write '{said}' without the letters a, e, i, o and u. Keep all the rest, and add nothing."),
            only(bare),
            bare,
            said,
        )


def _letter_counts(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        letter = rng.choice("eaot")
        many = sentence.count(letter)
        yield Item(
            "letter-count",
            user(f"How many times does the letter '{letter}' occur in this line? Digits only.\n\n{sentence}"),
            only(str(many)),
            str(many),
            str(many + 1),
        )


def _word_counts(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        many = len(sentence.split())
        yield Item(
            "word-count",
            user(f"How many words are in this line? Reply with the number in digits, and no more.\n\n{sentence}"),
            only(str(many)),
            str(many),
            str(many + 1),
        )


def _nth_words(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        at = rng.randrange(2, 7)
        words = sentence.split()
        yield Item(
            "nth-word",
            user(f"Give the {_PLACES[at]} word of this line, and nothing but that word.\n\n{sentence}"),
            only(words[at]),
            words[at],
            words[at - 1],
        )


def _last_letters(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        words = _words(rng, 3 + at)
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


def _fizz(rng: random.Random) -> Iterator[Item]:
    for said in ("fizz", "clap", "hop"):
        step, last = rng.choice((3, 4, 5)), rng.randrange(11, 16)
        counted = [said if at % step == 0 else str(at) for at in range(1, last + 1)]
        yield Item(
            "every-so-many",
            user(
                f"Count from 1 to {last} in one line, with commas between, but write '{said}' in place of every number "
                f"that {step} divides. Nothing else."
            ),
            [*_in_line(counted), _ONE_LINE],
            ", ".join(counted),
            ", ".join(map(str, range(1, last + 1))),
        )


def _countdown(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        step, steps, last = rng.choice((2, 3, 4, 7)), rng.randrange(4, 7), rng.randrange(1, 9)
        down = [str(last + step * at) for at in range(steps, -1, -1)]
        yield Item(
            "countdown",
            user(
                f"Count down from {down[0]} to {down[-1]} in steps of {step}: the numbers in one line, with commas "
                "between them, and no other text."
            ),
            [*_in_line(down), _ONE_LINE],
            ", ".join(down),
            ", ".join(down[::-1]),
        )


def _replaced(rng: random.Random) -> Iterator[Item]:
    for word in _words(rng, EACH):
        new, *others = (thing for thing in _words(rng, 4) if thing != word)
        before = f"the {word} is near the {others[0]}, and behind the {others[0]} is one more {word}"
        yield Item(
            "replaced",
            user(f"Copy this line, but write '{new}' wherever it says '{word}'. Only the line.\n\n{before}"),
            only(before.replace(word, new)),
            before.replace(word, new),
            before.replace(word, new, 1),
        )


def _every_second(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        words = sentence.split()[:7]
        done = " ".join(word.upper() if at % 2 else word for at, word in enumerate(words))
        yield Item(
            "every-second",
            user(
                "Write this line again with every second word (the second, the fourth, …) in capital letters and all "
                f"others as they are. Only the line.\n\n{' '.join(words)}"
            ),
            _to_the_letter(done),
            done,
            " ".join(words).upper(),
        )


def _initials(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        words = sentence.split()[:6]
        done = " ".join(word.capitalize() for word in words)
        yield Item(
            "big-initials",
            user(f"Begin every word of this line with a capital letter. Only the line.\n\n{' '.join(words)}"),
            _to_the_letter(done),
            done,
            " ".join(words),
        )


def _doubles(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        words = _words(rng, 4)
        given = [*words, words[1], words[0]]
        rng.shuffle(given)
        left = list(dict.fromkeys(given))
        yield Item(
            "no-doubles",
            user(
                "Some words stand here twice. Give each once, where it comes first, in one line with commas between, "
                f"nothing else: {', '.join(given)}"
            ),
            [*_in_line(left), _ONE_LINE],
            ", ".join(left),
            ", ".join(given),
        )


def _zipped(rng: random.Random) -> Iterator[Item]:
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
            [*only(done), _ONE_LINE],
            done,
            " ".join([*left, *right]),
        )


def _with_letter(rng: random.Random) -> Iterator[Item]:
    for letter in "akl":
        words = [word for word in _words(rng, 30) if letter in word][:3] + [w for w in THINGS if letter not in w][:3]
        rng.shuffle(words)
        kept = [word for word in words if letter in word]
        yield Item(
            "with-letter",
            user(
                f"Which of these words contain the letter '{letter}'? Give them in the order in which they stand here, "
                f"with commas between, and nothing else: {', '.join(words)}"
            ),
            _in_line(kept),
            ", ".join(kept),
            ", ".join(words),
        )


def _longest(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        long = rng.choice(("photograph", "understanding", "marketplace", "thunderstorm", "grandmother"))
        words = [*_words(rng, 4), long]
        rng.shuffle(words)
        yield Item(
            "longest-word",
            user(f"Which of these words has the most letters? Answer with the word alone: {', '.join(words)}"),
            only(long),
            long,
            next(word for word in words if word != long),
        )


def _bracketed(rng: random.Random) -> Iterator[Item]:
    for at, (left, right) in enumerate((("[", "]"), ("<", ">"), ("{", "}"))):
        words = _words(rng, 3 + at % 2)
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


def _romans(rng: random.Random) -> Iterator[Item]:
    for number in rng.sample(range(14, 100), EACH):
        yield Item(
            "roman",
            user(f"Write {number} as a Roman numeral. Answer with the numeral alone."),
            _to_the_letter(_roman(number)),
            _roman(number),
            _roman(number + 1),
        )


def _roman_list(rng: random.Random) -> Iterator[Item]:
    for at in range(EACH):
        words = _words(rng, 3 + at)
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


def _family_names(rng: random.Random) -> Iterator[Item]:
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


def _by_length(rng: random.Random) -> Iterator[Item]:
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
            _in_line(ordered),
            ", ".join(ordered),
            ", ".join(ordered[::-1]),
        )


KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _backwards, _no_vowels, _letter_counts, _word_counts, _nth_words, _last_letters, _fizz, _countdown, _replaced,
    _every_second, _initials, _doubles, _zipped, _with_letter, _longest, _bracketed, _romans, _roman_list,
    _family_names, _by_length,
)  # fmt: skip
