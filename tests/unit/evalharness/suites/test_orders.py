"""No order without a check that looks at it: what a prompt demands of an answer's form, its checks must see."""

import re
from collections.abc import Iterator

import pytest

from evalharness.suites.files import shipped
from evalharness.suites.schema import Prompt
from tests import shipped_suites

_ALONE = {"says_only", "equals", "regex", "json_valid", "json_schema", "json_equals", "in_order", "code", "calls"}
_LAYOUT = {"lines", "max_words", "words", "numbered", "sections", "capital_words"}
_TONGUE = {"language", "regex", "not_regex", "says_only", "calls"}
ORDERS = {
    r"\b(?:digits only|only (?:the |its )?(?:number|digits)|(?:number|digits) (?:alone|only)|just the number)": _ALONE,
    r"\bone number\b|一个数字": _ALONE | {"numeric"},
    r"\b(?:one word|one letter|nothing else|no other text|without any other text|and no more)\b": _ALONE | _LAYOUT,
    r"\b(?:one|two|three|four|five|\d+)(?: or (?:two|three))? sentences?\b": _ALONE
    | {"sentences", "sections", "paragraphs"},
    r"\b(?:at most|no more than|up to|exactly|at least) (?:\w+ )?\d*(?: to \d+)? ?words\b": _ALONE
    | {"words", "max_words", "min_words"},
    r"\bparagraphs?\b": {"paragraphs"},
    r"\bbullet(?:s| points)\b|begins with '- '": {"bullets", "regex", "lines"},
    r"\bin (?:German|French|Spanish|Chinese)\b|用(?:中文|英语)回答": _TONGUE,
    r"只写|只回答|不要写别的|不要别的|只输出": _ALONE,
    r"(?<!这)(?:一|两|一两|三)句话": {"sentences"},
    r"不超过.{1,3}个?字|到\d+个字": {"characters"},
    r"no title|without a title|no list|without a list|不要用列表": {"sections", "bullets", "regex"},
    r"no code fence|not fenced|without a code (?:fence|block)": _ALONE,
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in shipped() if not name.startswith("demo-")])
def test_every_order_about_form_has_a_check_that_looks_at_it(name: str) -> None:
    suite = shipped_suites.suite(name)
    if suite.purpose == "descriptive":
        return
    missed = [
        (prompt.id, found[0])
        for prompt in suite.prompts
        for asked, kinds in orders(prompt)
        for order, looking in ORDERS.items()
        if (found := re.search(order, asked, re.IGNORECASE)) and not kinds & looking
    ]
    assert missed == []


def orders(prompt: Prompt) -> Iterator[tuple[str, set[str]]]:
    """What the user says, with the kinds of the checks that look at answers to it: of a live conversation each turn,
    with the checks of its answer and of all later ones, else the user's last message."""
    said = [message.content for message in prompt.messages if message.role == "user"]
    if not prompt.live:
        yield said[-1].split("\n\n---")[0], {check.type for check in prompt.checks}
        return
    for number, text in enumerate(said, 1):
        yield text, {check.type for check in prompt.checks if (check.turn or len(said)) >= number}
