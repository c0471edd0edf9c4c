"""Questions of the suites, hidden among rows to learn from in a dozen disguises: each is found, with the prompt's id.

Beside them stand rows that resemble the suites as rows of the same field do; of those none is taken for a copy.
"""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from evalharness.perturb import letters, prose
from evalharness.pool import rows
from evalharness.pool.filters.filtering import COPY, LEAK, Filter, Limits, kind_of
from evalharness.pool.filters.likeness import TO_SUITE, Near
from evalharness.pool.rows import PoolRow
from evalharness.suites.schema import Prompt
from tests import shipped_suites

SUITES = [*shipped_suites.suites().values()]
LONG = 60  # characters; of a shorter text a changed word leaves too little to tell it by


def asked(prompt: Prompt) -> str:
    return [message.content or "" for message in prompt.messages if message.role == "user"][-1]


ORIGINALS = [(suite, prompt) for suite in SUITES for prompt in suite.prompts if prompt.of is None]
TIMES = Counter(asked(prompt) for _, prompt in ORIGINALS)
PROMPTS = [
    (suite, prompt)
    for suite, prompt in ORIGINALS
    if LONG <= len(asked(prompt)) <= Limits.characters / 2 and asked(prompt).isascii() and TIMES[asked(prompt)] == 1
]
CHOSEN = PROMPTS[:: len(PROMPTS) // 20][:20]


def row(question: str) -> PoolRow:
    return rows.given([{"role": "user", "content": question}, {"role": "assistant", "content": "It is so."}], [], None)


def words_free_to_change(text: str) -> list[tuple[int, int]]:
    """Small letters that stand outside of quotations, code, lists and numbers."""
    units = prose.read(text, []).units(letters._LATIN_WORD)
    return [found.span() for found in units if found[0].islower()]


def with_another_word(text: str) -> str:
    spans = words_free_to_change(text)
    start, end = min(spans, key=lambda span: span[1] - span[0], default=(0, 0))
    return text[:start] + "some" + text[end:] if spans else text


def without_a_word(text: str) -> str:
    spans = words_free_to_change(text)
    start, end = min(spans, key=lambda span: span[1] - span[0], default=(0, 0))
    return text[:start] + text[end:].lstrip()


def sentences_reordered(text: str) -> str:
    read = prose.read(text, [])
    pieces = [text[start:end] for start, end in read.sentences()]
    return " ".join([*pieces[1:], pieces[0]])


def misspelt(text: str) -> str:
    return letters.typos(prose.read(text, []), random.Random(1), 0.1)


def without_marks(text: str) -> str:
    return "".join(" " if sign in ".,;:!?\"'()" else sign for sign in text) if "{" not in text else text


DISGUISES: dict[str, Callable[[str], str]] = {
    "the same": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "other spaces": lambda text: text.replace(" ", "  "),
    "full width": lambda text: text.translate({code: code + 0xFEE0 for code in range(ord("a"), ord("z") + 1)}),
    "with signs that are not seen": lambda text: "\u200b".join(text).replace("\u200b \u200b", " "),
    "other quotation marks": lambda text: text.replace('"', "\u201d").replace("'", "\u2019"),
    "another word": with_another_word,
    "a word less": without_a_word,
    "sentences reordered": sentences_reordered,
    "misspelt": misspelt,
    "without marks": without_marks,
    "a sentence before": lambda text: f"I am writing this on the train. {text}",
    "a sentence behind": lambda text: f"{text} Thank you very much in advance!",
}


@pytest.fixture(scope="module")
def held() -> Filter:
    return Filter(Limits(SUITES))


@pytest.mark.parametrize("disguise", DISGUISES)
def test_twenty_copies_of_suite_prompts_are_all_found_by_the_prompts_id(held: Filter, disguise: str) -> None:
    assert len(CHOSEN) == 20
    planted = {row(DISGUISES[disguise](asked(prompt))).id: prompt for _, prompt in CHOSEN}
    pool = [row(DISGUISES[disguise](asked(prompt))) for _, prompt in CHOSEN]
    found = {one.id: one.reason or "" for one in held.changed(pool)}
    missed = [prompt.id for name, prompt in planted.items() if kind_of(found.get(name, "")) not in (LEAK, COPY)]
    assert missed == []
    by_id = sum(found[name].endswith(f", {prompt.id}") for name, prompt in planted.items())
    assert by_id >= 16  # the others for a sibling, which differs from it in a word or a typo


def test_a_copy_in_an_earlier_turn_is_found() -> None:
    suite, prompt = CHOSEN[3]
    texts = (asked(prompt), "Here.", "And now once more, please?", "There.")
    talk = [{"role": role, "content": text} for role, text in zip(("user", "assistant") * 2, texts, strict=True)]
    (found,) = Filter(Limits([suite])).changed([rows.given(talk, [], None)])
    assert found.reason == f"{LEAK}: {suite.suite}, {prompt.id}"


@pytest.mark.parametrize(
    ("prompt", "copy"),
    [
        ("What was the population of Lisbon in the year 1950?", "What was the population of Lisboa in the year 1950?"),
        (
            "Which harbour is nearest to Marseille by train?",
            "Which harbour is nearest to Marsella by train?",
        ),
    ],
)
def test_a_copy_with_a_name_as_another_language_spells_it_is_found(prompt: str, copy: str) -> None:
    near = Near(TO_SUITE)
    near.add("the prompt", prompt)
    assert near.copied(copy) == "the prompt"


def test_other_questions_of_the_same_form_are_no_copies(held: Filter) -> None:
    forms = (
        "Which country has {} as its capital, and since when?",
        "Please write a short letter to the mayor of {} about the noise at night.",
        "Translate the following sentence into German: The train to {} is late again.",
        "Give me three reasons to move to {}, each in one sentence.",
        "Sort these words by the alphabet: {}, pear, lemon, plum.",
    )
    names = (
        "Ulaanbaatar",
        "Tegucigalpa",
        "Nouakchott",
        "Antananarivo",
        "Podgorica",
        "Ljubljana",
        "Bishkek",
        "Gaborone",
    )
    pool = [row(form.format(name)) for form in forms for name in names]
    assert [(one.question, one.reason) for one in held.changed(pool)] == []
