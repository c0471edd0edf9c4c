"""The check of the number that an answer comes to, after whatever steps: not any of those on the way.

What decides is what is boxed; or else what follows "the answer is", 答案 or ####; or else the last sentence that is no
remark, what is bold there before the rest. It knows nothing of how the number was reached.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from evalharness.checks import numbers, values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading.chinese_numerals import NUMERAL, worth
from evalharness.checks.reading.markup import unmarked
from evalharness.checks.reading.text import plain, sentences
from evalharness.runs.failures import Failure

_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
_HASHED = re.compile(r"^[^\S\n]*#{4}[^\S\n]*([^#\n]*\d[^\n]*)$", re.MULTILINE)
_ANNOUNCED = re.compile(
    r"(?:\b(?:answer|(?:final|end) result)\b[^\n.:=]{0,40}?\s*(?:\bis\b|\bwas\b|\bcomes to\b|\bwould be\b|[:=])"
    r"|答案[^\n。:：=]{0,12}?(?:是|为|[:：=])|(?:^|[\s。*])答\s*[:：])(?P<said>[^\n]*)",  # noqa: RUF001
    re.MULTILINE,
)
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?P<bold>[^\n]+?)(?<=\S)\1|\\(?:mathbf|textbf)\s*\{(?P<latex>[^{}]*)\}")
_CONCLUDES = re.compile(r"^\W*(?:so|therefore|thus|hence|in total|altogether|in all|finally|所以|因此|故|综上)\b|=")
_REMARK = re.compile(
    r"\b(?:check(?:ing)?|verif\w+|irrelevant|unnecessary|not (?:needed|relevant|used|necessary)|red herring|distract\w*"
    r"|extra information|let me know|hope (?:this|that)|feel free|no (?:role|effect|bearing)|for comparison)\b"
    r"|(?:does|do|did)(?: not|n't) (?:\w+ )?(?:matter|affect|change|count|influence|enter)|n't (?:needed|relevant|used)"
    r"|^\W*(?:note|ps|p\.s\.)\b|^\W*(?:that|this) is (?:\w+ )?(?:more|less|fewer|because|since)\b"
    r"|无关|不影响|没有影响|用不到|用不上|多余|干扰|验算|检验|^\W*(?:检查|注意|备注|注[:：]|如果你|希望)"  # noqa: RUF001
)
_LEAVES = re.compile(r"^\W*(?:that|this) leaves\b")  # a remark behind "So she pays 22", or else the answer
_LINKS = re.compile(r"\b(?:so|therefore|thus|hence|round(?:s|ed|ing)?)\b(?: (?:up|down))?(?: to)?|所以|因此|进一|取整")
_EQUALS = re.compile(r"[=≈→⇒]|\\approx|\\rightarrow")
_ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]")
_PREPOSITION = r"(?:from|out of|of|after|for|over|in|at|by|per|with|if|when|on|to)\b"
_OTHERWISE = re.compile(
    r"[,;]?\s*\b(?:or|which(?! (?:brings|doubles|results|adds|comes|amounts|yields|totals)\b)|leaving"
    r"|i\.e\.|compared|instead of|rather than|than|not|versus|vs)\b[^,;]*"
    r"|:\s*(?:after|as|because|since)\b.*|[,;]\s*that is\b[^,;]*|[,;]?\s*\b(?:because|since)\b.*"
    r"|[,;]?\s*(?:也就是|即|相当于|其中|而不?是)[^,;]*|[,;]\s*比[^,;]*|[,;]?\s*因为.*"
)
_LEADING = re.compile(rf"^\W*(?:{_PREPOSITION}|(?:including|given|since|because)\b)[^,;=]*,(?!\d)\s*")
_UP_TO = r"(?:(?:comes?|amounts?|adds? up|doubles|grows|rises|falls|brings? \w+ (?:up|down)) to)"
_FURTHER = re.compile(
    r"\b(?:minus|plus|less|times|divided by)\b[^;]*?\b(?:makes?|gives?|leaves?|is|are)\b"
    rf"|\b{_UP_TO}\b"
)
_VERB = (
    r"(?:is|are|was|were|has|have|had|gets?|pays?|needs?|makes?|costs?|remains?|owes?|takes?|keeps?|holds?"
    r"|amounts?|equals?|totals?)\b"
)
_PHRASE = re.compile(
    rf"\b{_PREPOSITION}(?:(?!\b(?:{_VERB}|(?:leaves?|must|can|will|would|there|be|remaining)\b))[^,;:])*$"
)
_TOLD = re.compile(
    rf"\b(?:{_VERB}|must|should|will|{_UP_TO}|takes? in)(?:\s+(?!{_PREPOSITION})[a-z]+){{0,3}}"
    r"[\s*~€$]*(?:eur |usd )?[-\d][\d.,]*$"
)
_PLURAL = re.compile(r"[\s-]+(?:[a-z]{2,}s|people|children|women|men)\b")
_BREAKDOWN = re.compile(
    r"^[^\w\n]*(?:here(?:'s| is| are)|explanation|breakdown|calculation|working|steps?|reasoning"
    r"|计算过程|解析|解释|过程如下|步骤)[^\n\d]*$",
    re.MULTILINE,
)
_CLAUSE = re.compile(r"[,;](?!\d)\s*")
_CHINESE_COMMA = re.compile(r"[,;](?=\s*[\u4e00-\u9fff])")
_SCALE = re.compile(r"\s*(万|亿|thousand\b|million\b)")
_SCALES = {"万": 10**4, "亿": 10**8, "thousand": 10**3, "million": 10**6}
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:[ \u00a0\u2009\u202f]\d{3})+)(?![\d])")
_ADJECTIVE = re.compile(r"[\s-]*[a-z]+(?=[\s-])")
_BEGINS = re.compile(r"[\W_]{0,8}(?:(?:about|approximately|day|eur|usd)[\W_]{1,4})?\d")
_PARTIAL = re.compile(r"\b(?:step|below|part|first|second)\b")
_LONGEST = 1_000  # characters of a statement that are looked at, from its end: none is that long
_LATEST = 4  # of the last so many sentences with a number, what is bold is looked at


class _Number(NamedTuple):
    """`at` is where it ends."""

    worth: Decimal
    has_unit: bool
    at: int


def final_number(answer: str, value: Any) -> Failure | None:
    """The number that the answer comes to is `value`, to within `abs`; `unit` is what may stand behind it."""
    if not isinstance(value, dict):
        value = {"value": value}
    units = value.get("unit", ())
    found = concluded(answer, [units] if isinstance(units, str) else units)
    if found is None:
        return "missing"
    return unless(abs(found - Decimal(str(value["value"]))) <= Decimal(str(value.get("abs", 0))), "fact")


def concluded(answer: str, units: Sequence[str] = ()) -> Decimal | None:
    """The number that an answer comes to, or None where it has none."""
    units = [plain(unit).strip() for unit in units]
    joined = _THOUSANDS.sub(lambda found: found[1] + re.sub(r"\s", ",", found[2]), answer)
    text = _in_digits(plain(joined), units)
    found = (_of(said, units) for said in _places(_without_breakdown(text), units))
    return next((number for number in found if number is not None), None)


def _places(text: str, units: Sequence[str]) -> Iterator[str]:
    """Where the number may stand, the likeliest first."""
    for pattern in (_BOXED, _HASHED):
        yield from (found[1] for found in list(pattern.finditer(text))[-1:])
    announced = [found for found in _ANNOUNCED.finditer(text) if not _PARTIAL.search(found[0])]
    for found in announced[-1:]:
        rest = text[found.end() :].strip().split("\n")[0]
        yield next(iter(sentences(found["said"] if numbers.NUMBER.search(found["said"]) else rest)), "")
    said = [one for line in text.splitlines() for one in sentences(line) if numbers.NUMBER.search(one)]
    said = [one for at, one in enumerate(said) if not (_LEAVES.search(one) and at and _CONCLUDES.search(said[at - 1]))]
    kept = [rest for one in said if numbers.NUMBER.search(rest := _without_remarks(one))] or said
    kept = [one for one in kept if not _of_other_things(one, units)] or kept
    for one in kept[: -_LATEST - 1 : -1]:
        if one.lstrip().startswith("|") and one != kept[-1]:  # a table's sum, and more is said below it
            continue
        bold = [found["bold"] or found["latex"] for found in _BOLD.finditer(one)]
        yield from (span for span in reversed(bold) if numbers.NUMBER.search(span))
        if _CONCLUDES.search(one):
            break
    yield from reversed(kept)


def _of(said: str, units: Sequence[str]) -> Decimal | None:
    """The number that a statement comes to: behind the last "so" and "=", with a unit rather than without.

    Of several it is the first where the statement begins with it, as it does behind "=", and else the last.
    """
    text = unmarked(said[-_LONGEST:])
    text = _unless_empty(_ASIDE.sub(" ", text), text)
    text = _unless_empty(_LINKS.split(text)[-1], text)
    text = _unless_poorer(_OTHERWISE.sub("", text), text, units)
    text = _unless_empty(_LEADING.sub("", text), text)
    text = _last_clause(text, units)
    behind = _unless_empty(_EQUALS.split(text)[-1], text)
    behind = _unless_empty(_FURTHER.split(behind)[-1], behind)
    steps = [step for step in behind.split(";") if numbers.NUMBER.search(step)]
    if len(steps) > 1 and _of_other_things(steps[0], units):  # `134 + 6 = 140 people; 148 seats; 8 stay empty`
        behind = steps[-1]
    if behind != text or _BEGINS.match(text):
        return _with_unit_or_any(_numbers(behind, units), at=0)
    told = [each for each in _numbers(text, units) if _TOLD.search(text, 0, each.at)]
    spans = (told, _numbers(_PHRASE.sub("", text), units), _numbers(text, units))
    with_unit = ([each for each in span if each.has_unit] for span in spans[1:])
    return next((span[-1].worth for span in (told, *with_unit, *spans) if span), None)


def _with_unit_or_any(found: Sequence[_Number], at: int) -> Decimal | None:
    chosen = [number for number in found if number.has_unit] or found
    return chosen[at].worth if chosen else None


def _without_breakdown(text: str) -> str:
    """What stands before the working, where the answer is set off there and no longer behind."""
    before, *behind = _BREAKDOWN.split(text, maxsplit=1)
    return before if behind and _sets_off(before) and not _sets_off(behind[0]) else text


def _sets_off(text: str) -> bool:
    bold = any(numbers.NUMBER.search(found[0]) for found in _BOLD.finditer(text))
    return bold or any(pattern.search(text) for pattern in (_BOXED, _HASHED, _ANNOUNCED))


def _without_remarks(sentence: str) -> str:
    """What it says before a remark, or after one that names no number: `the floor is irrelevant, so she pays 22`."""
    kept: list[str] = []
    clauses = _CLAUSE.split(sentence)
    for at, clause in enumerate(clauses):
        if not _REMARK.search(unmarked(clause)):
            kept.append(clause)
        elif at or numbers.NUMBER.search(clause):
            break
    return sentence if kept == clauses else ", ".join(kept)


def _unless_empty(part: str, text: str) -> str:
    return part if numbers.NUMBER.search(part) else text


def _unless_poorer(part: str, text: str, units: Sequence[str]) -> str:
    """The part, unless only the whole has a number with a unit: `70 %, that is 378 votes`."""
    had, has = (any(each.has_unit for each in _numbers(side, units)) for side in (text, part))
    return text if had and not has else _unless_empty(part, text)


def _last_clause(text: str, units: Sequence[str]) -> str:
    """Of Chinese the last clause with a number, rather one with a unit: each of them may be a step."""
    clauses = [clause for clause in _CHINESE_COMMA.split(text) if numbers.NUMBER.search(clause)]
    with_unit = [clause for clause in clauses if any(each.has_unit for each in _numbers(clause, units))]
    return (with_unit or clauses or [text])[-1]


def _numbers(text: str, units: Sequence[str]) -> list[_Number]:
    return [_number(text, match, units) for match in numbers.NUMBER.finditer(text)]


def _number(text: str, match: re.Match[str], units: Sequence[str]) -> _Number:
    """With a unit behind it or before: 5 km, €5, 5 full bags, 5 thousand euros."""
    scale = _SCALE.match(text, match.end())
    end = scale.end() if scale else match.end()
    adjective = _ADJECTIVE.match(text, end)
    behind = [text[end:], *([text[adjective.end() :]] if adjective else [])]
    has_unit = any(numbers.has_unit(text, match, unit) for unit in units) or any(
        re.match(rf"[\s-]*{re.escape(unit)}" + r"(?![a-z])" * unit.isascii(), rest) for unit in units for rest in behind
    )
    return _Number(numbers.worth_of(match) * (_SCALES[scale[1]] if scale else 1), has_unit, match.end())


def _of_other_things(sentence: str, units: Sequence[str]) -> bool:
    """It tells of so many weeks or tins where something else is asked for."""
    text = unmarked(sentence)
    found = _numbers(text, units)
    return bool(units) and bool(found) and all(not each.has_unit and _PLURAL.match(text, each.at) for each in found)


def _in_digits(text: str, units: Sequence[str]) -> str:
    """Numbers in words as digits: those that have a unit, and all of them in a text without any digit."""
    unit = "|".join(map(re.escape, units)) or r"(?!)"
    words = re.compile(rf"(?<!\d ){numbers.WORDED.pattern}(?=[\s*]*(?:{unit}))", re.IGNORECASE)
    article = rf"(?!一[\s*]*(?:{unit}))" if any(sign.isdigit() for sign in text) else ""  # 8, and 一颗 is "a sweet"
    signs = re.compile(rf"(?<![第每]){article}(?:{NUMERAL.pattern})(?=[\s*]*(?:{unit}))")
    text = signs.sub(_of_signs, words.sub(_of_words, text))
    return text if any(sign.isdigit() for sign in text) else NUMERAL.sub(_of_signs, numbers.WORDED.sub(_of_words, text))


def _of_words(found: re.Match[str]) -> str:
    return f"{numbers.in_words(re.findall('[a-z]+', found[0]))} "


def _of_signs(found: re.Match[str]) -> str:
    return str(worth(found[0]))


_DETAILED = values.mapping({"value": values.number}, {"abs": values.not_negative, "unit": values.text_or_texts})

CHECKS = {
    "final_number": Check(
        final_number,
        lambda value: values.number(value) or _DETAILED(value),
        "a number, or a mapping with value and perhaps abs, unit (a text or a list of texts)",
    ),
}
