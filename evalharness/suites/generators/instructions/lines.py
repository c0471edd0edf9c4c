"""Orders of the suite `instructions` about a given word or line: its letters and words counted, changed, told apart."""

import random
import re
from collections.abc import Iterator

from evalharness.suites.generators.drafts import Item, check, only, user
from evalharness.suites.generators.instructions.given import EACH, things, to_the_letter
from evalharness.suites.generators.instructions.topics import DRAWN
from evalharness.suites.generators.words import THINGS

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_LINES = (
    "the old baker carries warm bread across the empty square",
    "seven grey geese flew over the quiet lake before sunrise",
    "my neighbour keeps a green bicycle under the wooden stairs",
    "nobody knew why the small clock stopped at noon",
    "a tired traveller asked for bread and a cup of tea",
    "the children painted every fence along the narrow road",
)


def condition(rng: random.Random) -> Iterator[Item]:
    words = rng.sample(THINGS, DRAWN)
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


def backwards(rng: random.Random) -> Iterator[Item]:
    for word in things(rng, EACH):
        yield Item(
            "backwards",
            user(f"Spell the word '{word}' backwards, as one word in small letters. Answer with that alone."),
            to_the_letter(word[::-1]),
            word[::-1],
            word[1:][::-1] + word[-1],
        )


def no_vowels(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        said = " ".join(things(rng, 2))
        bare = re.sub("[aeiou]", "", said)
        yield Item(
            "without-vowels",
            user(f"Write '{said}' without the letters a, e, i, o and u. Keep all the rest, and add nothing."),
            only(bare),
            bare,
            said,
        )


def letter_counts(rng: random.Random) -> Iterator[Item]:
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


def word_counts(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        many = len(sentence.split())
        yield Item(
            "word-count",
            user(f"How many words are in this line? Reply with the number in digits, and no more.\n\n{sentence}"),
            only(str(many)),
            str(many),
            str(many + 1),
        )


def nth_words(rng: random.Random) -> Iterator[Item]:
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


def replaced(rng: random.Random) -> Iterator[Item]:
    for word in things(rng, EACH):
        new, *others = (thing for thing in things(rng, 4) if thing != word)
        before = f"the {word} is near the {others[0]}, and behind the {others[0]} is one more {word}"
        yield Item(
            "replaced",
            user(f"Copy this line, but write '{new}' wherever it says '{word}'. Only the line.\n\n{before}"),
            only(before.replace(word, new)),
            before.replace(word, new),
            before.replace(word, new, 1),
        )


def every_second(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        words = sentence.split()[:7]
        done = " ".join(word.upper() if at % 2 else word for at, word in enumerate(words))
        yield Item(
            "every-second",
            user(
                "Write this line again with every second word (the second, the fourth, …) in capital letters and all "
                f"others as they are. Only the line.\n\n{' '.join(words)}"
            ),
            to_the_letter(done),
            done,
            " ".join(words).upper(),
        )


def initials(rng: random.Random) -> Iterator[Item]:
    for sentence in rng.sample(_LINES, EACH):
        words = sentence.split()[:6]
        done = " ".join(word.capitalize() for word in words)
        yield Item(
            "big-initials",
            user(f"Begin every word of this line with a capital letter. Only the line.\n\n{' '.join(words)}"),
            to_the_letter(done),
            done,
            " ".join(words),
        )
