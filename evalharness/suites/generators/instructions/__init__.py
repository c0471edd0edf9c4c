"""The suite `instructions`: orders about form that a program can check, of 63 kinds.

How a text is laid out (layout.py) and worded (wording.py), texts under an unusual order (texts.py), and what is done to
given lines (lines.py) and rows (rows.py).
"""

import random
from collections.abc import Callable, Iterator, Sequence

from evalharness.suites.generators.drafts import Draft, Item, first_of_each, templates
from evalharness.suites.generators.instructions import layout, lines, rows, texts, wording

SEED = 11
KEPT = 5  # prompts that are asked of a kind
HEAD = (
    "Whether orders about the form of an answer are kept: how many sentences, steps, headings or letters, which "
    "words, which language, which order. A program checks every one, so nothing is a matter of taste; whether the "
    "text is any good is not looked at. It guards what a model could do before it was tuned for something else."
)
_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (  # they draw in turn: a new one goes last
    wording.sentences, layout.paragraphs, layout.steps, wording.capitals, wording.highlights, layout.placeholders,
    layout.sections, layout.headings, wording.no_commas, wording.small_letters, layout.titles, wording.letters,
    wording.times, wording.question_first, rows.number_order, rows.reverse_alphabet, rows.counting, rows.hyphens,
    wording.quoted, layout.postscript, lines.condition, layout.two_answers, wording.languages, wording.characters,
    wording.acrostic, lines.backwards, lines.no_vowels, lines.letter_counts, lines.word_counts, lines.nth_words,
    rows.last_letters, rows.fizz, rows.countdown, lines.replaced, lines.every_second, lines.initials, rows.doubles,
    rows.zipped, rows.with_letter, rows.longest, rows.bracketed, rows.romans, rows.roman_list, rows.family_names,
    rows.by_length, texts.exact_words, texts.three_words, texts.same_letter, texts.lipogram, texts.word_lines,
    texts.alphabetical, texts.growing, texts.semicolons, texts.same_start, texts.questions, texts.framed, texts.loud,
    texts.brackets, texts.no_digits, texts.headline, texts.dialogue, texts.last_words, texts.taboo,
)  # fmt: skip


def suite() -> Draft:
    rng = random.Random(SEED)
    items = first_of_each((item for kind in _KINDS for item in kind(rng)), KEPT)
    title = "Orders about form, kept or not"
    return Draft("instructions", title, "non-inferiority", 0.10, 320, HEAD, templates(items), version=5)
