"""Orders for all answers to come, of the suite `live`: kept, ended, changed, counted."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from evalharness.suites.generators.drafts import Checks, check
from evalharness.suites.generators.live.turns import QUIZ, QUIZ_ZH, Turn, Wording, told

_TWICE = r"(?is)\A[\W\d]*(\w.*?)\W*\n[\W\d]*\1\W*\Z"  # a number or bullet before each aside


def _rule(
    order: str,
    checks: Checks,
    kept: Callable[[str], str],
    broken: Callable[[str], str] = lambda said: (
        f"{said} Let me know, if you want, whether I can help you with anything else!"
    ),
    column: int = 1,
    at_once: bool = False,
) -> Wording:
    """An order for all answers to come, and three questions: every answer keeps it and is right.

    `column` of the quiz has the answers that keep it; an order `at_once` holds for the answer to itself, too.
    """

    def turns(rng: random.Random) -> Sequence[Turn]:
        quiz = rng.sample(QUIZ, 3)
        promise = {1: "I will do so.", 2: "Das werde ich gern so machen.", 3: "Je vais le faire avec plaisir."}
        reply = kept(promise[column])
        return [
            Turn(order, checks if at_once else [], reply, reply),
            *(Turn(one[0], [*checks, _fact(one[3 + column])], kept(one[column]), broken(one[1])) for one in quiz),
        ]

    return turns


def _fact(pattern: str) -> dict[str, Any]:
    """The answer to a question of the quiz says what is right."""
    return check("regex", f"(?i){pattern}")


def _plain(said: str) -> str:
    return said


def _as_json(said: str) -> str:
    return json.dumps({"answer": said})


def _rule_zh(order: str, checks: Checks, kept: Callable[[str], str], broken: Callable[[str], str]) -> Wording:
    def turns(rng: random.Random) -> Sequence[Turn]:
        quiz = rng.sample(QUIZ_ZH, 3)
        return [
            told(order, kept("好的。")),
            *(Turn(one[0], [*checks, _fact(one[2])], kept(one[1]), broken(one[1])) for one in quiz),
        ]

    return turns


def _in_a_word(question: Sequence[str]) -> str:
    """Spiders have eight legs: eight."""
    return next(word for word in question[1].rstrip(".").split() if re.search(question[4], word, re.IGNORECASE))


def _rule_ends(rng: random.Random) -> Sequence[Turn]:
    one, two, three = rng.sample(QUIZ, 3)
    word = [check("words", 1)]
    return [
        Turn(
            f"Until I say 'enough', answer with one word only. {one[0]}",
            [*word, _fact(one[4])],
            _in_a_word(one),
            one[1],
        ),
        Turn(two[0], [*word, _fact(two[4])], _in_a_word(two), two[1]),
        Turn(
            f"Enough! Now in a whole sentence of five words or more: {three[0]}",
            [check("min_words", 5), _fact(three[4])],
            f"{three[1][:-1]} as far as I know.",
            _in_a_word(three),
        ),
    ]


def _rule_changes(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = rng.sample(QUIZ, 4)
    over, out = [check("ends_with", "Over.")], [check("ends_with", "Out.")]
    return [
        Turn(f"End every answer with 'Over.' from now on. {one[0]}", [*over, _fact(one[4])], f"{one[1]} Over.", one[1]),
        Turn(two[0], [*over, _fact(two[4])], f"{two[1]} Over.", two[1]),
        Turn(
            f"From here on end your answers with 'Out.' instead. {three[0]}",
            [*out, _fact(three[4])],
            f"{three[1]} Out.",
            f"{three[1]} Over.",
        ),
        Turn(four[0], [*out, _fact(four[4])], f"{four[1]} Out.", f"{four[1]} Over."),
    ]


def _rule_counts(rng: random.Random) -> Sequence[Turn]:
    quiz = rng.sample(QUIZ, 4)
    opening = "Number your answers to my questions: begin the first with 'No. 1', the next with 'No. 2', and so on. "
    return [
        Turn(
            f"{opening if number == 1 else ''}{one[0]}",
            [check("starts_with", f"No. {number}"), _fact(one[4])],
            f"No. {number}: {one[1]}",
            f"No. 1: {one[1]}" if number > 1 else one[1],
        )
        for number, one in enumerate(quiz, 1)
    ]


RULES: Sequence[Wording] = (
    _rule(
        "From now on, end each of your answers with the word Roger, followed by a full stop.",
        [check("ends_with", "Roger.")],
        lambda said: f"{said} Roger.",
    ),
    _rule(
        "Please never use more than eight words in an answer, from now to the end.",
        [check("max_words", 8)],
        _plain,
        lambda said: f"{said} That is what it is in almost all places that I know of.",
    ),
    _rule("From now on write in small letters alone, not one capital.", [check("letter_case", "lower")], str.lower),
    _rule("ANSWER EVERYTHING IN CAPITAL LETTERS FROM NOW ON, PLEASE.", [check("letter_case", "upper")], str.upper),
    _rule(
        "Begin each of your answers with the words Dear friend and a comma, this one and all later ones.",
        [check("starts_with", "Dear friend,")],
        lambda said: f"Dear friend, {said[0].lower()}{said[1:]}",
        at_once=True,
    ),
    _rule("My comma key sticks, let us both do without: use no commas in any answer.", [check("no_commas")], _plain),
    _rule(
        "From here on each answer has to be exactly two sentences long.",
        [check("sentences", 2)],
        lambda said: f"{said} That is well known.",
        _plain,
    ),
    _rule(
        "Give all of your answers from now on as exactly two bullet points that begin with a hyphen, no more.",
        [check("bullets", 2)],
        lambda said: f"- {said}\n- That is all.",
        _plain,
    ),
    _rule(
        'From now on reply with JSON alone: one object with the single key "answer".',
        [check("json_keys", ["answer"])],
        _as_json,
    ),
    _rule(
        "Put a title on top of every answer, in double angle brackets, such as <<Bees>>.",
        [check("regex", r"\A[*_#\s]*<<[^\n<>]*\w[^\n<>]*>>")],
        lambda said: f"<<A fact>>\n{said}",
    ),
    _rule(
        "There is one word that I cannot stand: 'the'. Do not use it in any of your answers.",
        [check("occurrences", {"the": 0})],
        _plain,
        lambda said: f"{said} That is the answer.",
    ),
    _rule(
        "I am learning German. Answer me in whole German sentences from now on, though I write English.",
        [check("language", "de")],
        _plain,
        column=2,
    ),
    _rule(
        "I am learning French. Answer me in whole French sentences from now on, though I write English.",
        [check("language", "fr")],
        _plain,
        column=3,
    ),
    _rule_zh(
        "从现在起，你的每个回答都要以“喵”字结尾，后面不加标点。",
        [check("ends_with", "喵")],
        lambda said: f"{said.rstrip('。')}喵",
        _plain,
    ),
    _rule_zh(
        "从现在起，每个回答都用“报告：”开头。", [check("starts_with", "报告：")], lambda said: f"报告：{said}", _plain
    ),
    _rule_ends,
    _rule_changes,
    _rule_counts,
)

MORE_RULES: Sequence[Wording] = (
    _rule(
        "A game: put all of your answers as questions from now on, each ending in a question mark.",
        [check("regex", r"[?？][\s*_\"'”’)]*\Z")],
        lambda said: f"Is it not so that {said[0].lower()}{said[1:-1]}?",
        _plain,
    ),
    _rule(
        "Give each answer twice from now on: the same words in two lines, one below the other.",
        [check("lines", 2), check("regex", _TWICE)],
        lambda said: f"{said}\n{said}",
        _plain,
    ),
    _rule(
        "Our printer cannot print digits. Write every number as a word, in this answer and all later ones.",
        [check("not_regex", r"\d")],
        _plain,
        lambda said: f"{said} That is fact number 1.",
        at_once=True,
    ),
)
