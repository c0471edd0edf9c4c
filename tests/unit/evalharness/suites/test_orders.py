"""No order without a check that looks at it: what a prompt demands of an answer's form, its checks must see."""

import re

import pytest

from evalharness.suites.files import SHIPPED, load_suite, shipped

_ALONE = {"says_only", "equals", "regex", "json_valid", "json_schema", "json_equals", "in_order", "code"}
_LAYOUT = {"lines", "max_words", "words", "numbered", "sections", "capital_words"}
ORDERS = {
    r"\b(?:digits only|only (?:the |its )?(?:number|digits)|(?:number|digits) (?:alone|only)|just the number)": _ALONE,
    r"\b(?:one word|one letter|nothing else|no other text|without any other text|and no more)\b": _ALONE | _LAYOUT,
    r"\b(?:one|two|three|four|five|\d+)(?: or (?:two|three))? sentences?\b": _ALONE
    | {"sentences", "sections", "paragraphs"},
    r"\b(?:at most|no more than|up to|exactly|at least) (?:\w+ )?\d*(?: to \d+)? ?words\b": _ALONE
    | {"words", "max_words", "min_words"},
    r"\bparagraphs?\b": {"paragraphs"},
    r"\bbullet(?:s| points)\b|begins with '- '": {"bullets", "regex", "lines"},
    r"\bin (?:German|French|Spanish|Chinese)\b|用(?:中文|英语)回答": {"language", "regex", "not_regex", "says_only"},
    r"只写|只回答|不要写别的|只输出": _ALONE,
    r"(?<!这)(?:一|两|一两|三)句话": {"sentences"},
    r"不超过.{1,3}个?字|到\d+个字": {"characters"},
    r"no title|without a title|no list|without a list|不要用列表": {"sections", "bullets", "regex"},
    r"no code fence|not fenced|without a code (?:fence|block)": _ALONE,
}  # fmt: skip
FREE = {
    "grounded",
    "live",
    "tool-calls",
}  # judged by what is said, cited or done: how briefly it is put, nothing counts


@pytest.mark.parametrize("name", [name for name in shipped() if not name.startswith("demo-") and name not in FREE])
def test_every_order_about_form_has_a_check_that_looks_at_it(name: str) -> None:
    suite = load_suite(SHIPPED / f"{name}.yaml")
    if suite.purpose == "descriptive":
        return
    missed = []
    for prompt in suite.prompts:
        kinds = {check.type for check in prompt.checks}
        asked = prompt.messages[-1].content.split("\n\n---")[0]
        missed += [
            (prompt.id, found[0])
            for order, looking in ORDERS.items()
            if (found := re.search(order, asked, re.IGNORECASE)) and not kinds & looking
        ]
    assert missed == []
