"""The check of a number in an answer, to a tolerance: which number, in which unit, how near.

A number is read as English writes it: 1,234.5 or 1 234.5 with narrow or no-break spaces, 1_234, 6.02e23,
6.02 × 10^23, 6.02 × 10²³, .5, full-width digits; a hyphen or en dash right before it is its sign. Digits within a word
(H2O) are none, a fraction (3/4) is two numbers, and so is a decimal comma (2,5). Numbers are compared exactly, as
decimals. Where an answer has no digits at all, whole English numbers in words are read (forty-two).
"""  # noqa: RUF002

import re
from collections.abc import Mapping
from decimal import Decimal, DecimalException
from typing import Any

from evalharness.checks import values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading.text import plain
from evalharness.runs.failures import Failure

_USUAL = str.maketrans("０１２３４５６７８９．，＋－−‐‑–", "0123456789.,+-----")  # noqa: RUF001
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NUMBER = re.compile(
    r"""(?<![A-Za-z_\d])
    (?P<sign>(?<![\w)\]%])[-+])?
    (?P<currency>[$€£¥])?
    (?P<digits> \d{1,3}(?:[,_'\u00a0\u2009\u202f]\d{3})+(?!\d)(?:\.\d+)? | \d+(?:\.\d+)? | (?<![\d.])\.\d+ )
    (?: [eE](?P<e>[-+]?\d{1,12})(?!\d) | \s?[×x*·]\s?10\s?(?:
        (?:\^|\*\*)\s?[{(]?(?P<power>[-+]?\d{1,4})[)}]? | (?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}) ) )?
    """,  # noqa: RUF001
    re.VERBOSE,
)


def numeric(answer: str, value: Any) -> Failure | None:
    """The chosen number is `value`, to within the greater of `abs` and `rel` times it.

    `which` is last (the default), first, only (there is just one) or any; with `after`, of those behind the last
    place where that text stands; with `unit`, of those that have one of the units, behind them or before.
    """
    if not isinstance(value, dict):
        value = {"value": value}
    found = _candidates(answer, value)
    if not found:
        return "missing"
    which = value.get("which", "last")
    if which == "only" and len(set(found)) > 1:
        return "format"
    chosen = found if which == "any" else [found[0] if which == "first" else found[-1]]
    wanted = Decimal(str(value["value"]))
    reach = max(Decimal(str(value.get("abs", 0))), Decimal(str(value.get("rel", 0))) * abs(wanted))
    return unless(any(_near(number, wanted, reach) for number in chosen), "fact")


def all_numbers(text: str) -> list[Decimal]:
    """Every number in the order of the text."""
    return [worth_of(match) for match in NUMBER.finditer(text.translate(_USUAL))]


def _candidates(answer: str, value: Mapping[str, Any]) -> list[Decimal]:
    text = answer.translate(_USUAL)
    if "after" in value:
        _, marker, text = text.rpartition(value["after"].translate(_USUAL))
        if not marker:
            return []
    matches = list(NUMBER.finditer(text))
    if not matches and "unit" not in value:
        return worded(text)
    if "unit" in value:
        units = [value["unit"]] if isinstance(value["unit"], str) else value["unit"]
        matches = [match for match in matches if any(has_unit(text, match, plain(unit).strip()) for unit in units)]
    return [worth_of(match) for match in matches]


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {
    **{word: number for number, word in enumerate(_ONES.split())},
    **{word: 10 * number for number, word in enumerate(_TENS.split(), 2)},
}
_LARGE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
WORDED = re.compile(rf"\b(?:(?:{'|'.join([*_SMALL, *_LARGE])})(?:[\s-]+(?:and\s+)?)?)+\b", re.IGNORECASE)


def worded(text: str) -> list[Decimal]:
    """Every whole number that is written in English words: forty-two, one hundred and seven."""
    return [in_words(re.findall(r"[a-z]+", match[0].lower())) for match in WORDED.finditer(text)]


def in_words(words: list[str]) -> Decimal:
    total = part = 0
    for word in words:
        if word == "hundred":
            part = max(part, 1) * 100
        elif word in _LARGE:
            total, part = total + max(part, 1) * _LARGE[word], 0
        else:
            part += _SMALL.get(word, 0)
    return Decimal(total + part)


def has_unit(text: str, match: re.Match[str], unit: str) -> bool:
    """Whether the unit stands behind the number or before it: `5 km`, `5-km`, `12 %`, `$5`, `USD 5`."""
    before, after = plain(text[: match.start("digits")]).rstrip(), plain(text[match.end() :])
    letters = unit[-1].isascii() and unit[-1].isalpha()
    if re.match(rf"[\s\-{{}}\\]*{re.escape(unit)}" + (r"(?![a-z])" if letters else ""), after):
        return True
    return before.endswith(unit) and not (letters and re.search(rf"[a-z]{re.escape(unit)}$", before))


def worth_of(match: re.Match[str]) -> Decimal:
    digits = re.sub(r"[,_'\u00a0\u2009\u202f]", "", match["digits"])
    exponent = match["e"] or match["power"] or (match["raised"] or "0").translate(_LOWERED)
    return Decimal(f"{match['sign'] or ''}{digits}e{exponent}")


def _near(number: Decimal, wanted: Decimal, reach: Decimal) -> bool:
    try:
        return abs(number - wanted) <= reach
    except DecimalException:  # too large to compare: not near
        return False


_DETAILED = values.mapping(
    {"value": values.number},
    {
        "abs": values.not_negative,
        "rel": values.not_negative,
        "which": values.one_of("last", "first", "only", "any"),
        "after": values.text,
        "unit": values.text_or_texts,
    },
)

CHECKS = {
    "numeric": Check(
        numeric,
        lambda value: values.number(value) or _DETAILED(value),
        "a number, or a mapping with value and perhaps abs, rel, which (last, first, only, any), after, unit",
    ),
}
