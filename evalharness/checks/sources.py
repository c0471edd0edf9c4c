"""The checks of answers from given documents: which of them are cited, and that what they do not tell is not told.

Documents are known by their numbers, from 1 on. Whether a document bears out what is said is not seen here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from evalharness.checks import patterns, values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading.markup import unmarked
from evalharness.checks.reading.text import clauses, plain
from evalharness.runs.failures import Failure

_WORD = r"(?:(?:documents?|docs?\.?|sources?|文档|文件|资料|来源)\s*(?:no\.?|number|#|nr\.?)?\s*)"
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九])"
_JOINED = r"\s*(?:,|;|、|/|&|\+|-|\band\b|\bor\b|和|与|及|以及)\s*(?:and\s+)?"
_LIST = rf"{_NUMBER}(?:{_JOINED}{_WORD}?{_NUMBER})*"
_CITED = (
    re.compile(rf"[\[【]\^?\s*{_WORD}?({_LIST})[^\d\[\]【】]{{0,40}}[\]】]"),  # [2], [1, 3], 【文档2】, [2†source]
    re.compile(rf"{_WORD}\s*[\[(]?\s*({_LIST})"),  # Document 2, (Docs 1 and 3), 文档2
)
_ORDINAL = re.compile(
    r"\b(?P<en>first|second|third|fourth|fifth)\s+(?:document|source)|第(?P<zh>[一二三四五1-5])(?:个|份|篇|条)?(?:文档|文件)"
)
_ORDINALS = {word: at for at, word in enumerate(("first", "second", "third", "fourth", "fifth"), 1)}
_DIGITS = {sign: at for at, sign in enumerate("一二三四五六七八九", 1)}
_TELL = (
    r"(?:sa(?:y|id)|tell|told|mention|state|specif|indicate|contain|include|give|provide|list|name|answer|reveal|show"
    r"|explain|cover|address|disclose|record|identif|note|report|detail|describe|discuss|touch|offer|clarif|refer|speak"
    r"|comment|elaborat|go into|appear|mark|learn|regulat|settl|defin|fixed|determin|spell|suppl|convey"
    r"|treat|announc|publish|suggest|impl(?:y|ie)|explore|quote|come up)"
)
_NOT_TOLD = re.compile(
    rf"(?:n't|\bnot|\bnever|\bnowhere) (?:\w+ ){{0,3}}(?:{_TELL}|known?\b|clear|found|find"
    r"|see\b|available|possible to|enough)"
    r"|(?:n't|\bnot) (?:(?:included|contained|found) )?(?:in|among|part of) "
    r"(?:the|any|either|these|this|those|here|what)\b"
    r"|\b(?:isn't|is not|aren't|are not|wasn't|was not|weren't|were not)\W*$"
    r"|\b(?:gives?|given|lists?|listed|states?|stated|mention(?:s|ed)?|says?|covers?|names?|tells?|shows?|only|just)\b"
    r".{0,60},? (?:but )?not (?:the|its|his|her|their|what|how|when|which|who|whether|where|if)\b"
    r"|(?:n't|\bnot) (?:\w+ )?have (?:\w+ ){0,3}(?:information|details?|data|answer)"
    r"|\b(?:no|any|insufficient|lack(?:s|ing)?) (?:\w+ ){0,2}(?:information|mention|details?|indication|data|word"
    r"|statement|numbers?|figures?|reference|answer|record|evidence|hint|context)\b"
    rf"|\bno \w+ (?:\w+ ){{0,4}}?(?:is|are|was|were) {_TELL}|\bno \w+ (?:is|are|was|were) given"
    rf"|\b(?:none|neither|nothing|no document|no source)\b.{{0,80}}(?:{_TELL}|document|source|here|about)"
    r"|\b(?:cannot|can't|can not|could not|couldn't|unable to|impossible to|not able to|not possible to) (?:\w+ ){0,4}"
    r"(?:tell|say|determined?|answer(?:ed)?|find|know|infer(?:red)?|see|conclude|establish|confirm|work out|be told"
    r"|learn(?:ed|t)?|understand|gather(?:ed)?|read\b|deduced?|gleaned?|derived?|ascertain(?:ed)?|verif(?:y|ied)|judged?)"
    r"|\b(?:unknown|unclear|uncertain|un(?:specified|stated|said|told|mentioned|answered|disclosed|determined|addressed|resolved)"
    r"|silent (?:on|about)|left (?:open|out)|absent|omit(?:s|ted)?|(?:is|are) missing"
    r"|leaves? (?:\w+ ){0,5}open|open question)\b"
    rf"|\b{_TELL}\w* nothing\b|\bnothing (?:of|on|about|regarding|as to)\b"
    r"|(?:没有|并未|未能|未曾|未|没|无)[^。,;]{0,10}?(?:提(?![前高升醒])|说|写|给出|指出|涉及|记载|注明|列出|交代|透露|显示|描述|解释|体现|反映|出现"
    r"|标明|包[含括]|信息|相关|内容|任何|这方面|介绍|告诉|谈到|讲|规定|记录|明确|依据|答案)"
    r"|没有[^。,;]{0,8}(?:时间|日期|原因|数据|资料|名字|姓名|数字|记载)\W*$"
    r"|无法|无从|不得而知|不(?:清楚|知道|明确|确定|详|包[含括]|涉及|提(?![前高升醒供]))|不能(?:确定|回答|判断|得知)|[找查看]不[到出]|并无|信息不足|未知"
)
# Of a question that has no answer in the documents, any denial says so, but a bare "no" to what was asked.
_DENIAL = re.compile(
    r"n't\b|\bno\b(?![,.;:]| one\b)|\b(?:not|none|neither|nor|nothing|nowhere|cannot|without|lack\w*)\b"
    r"|[没未无]|不(?![久过仅但同])"
)
_LINK = re.compile(r",\s*(?=(?:but|so|and|though|although|however)\b)|,(?=但|不过|所以|可能)")


def cites(answer: str, value: Mapping[str, Any]) -> Failure | None:
    """Every document of `right` is cited, and no other but those of `also`, or those that it calls silent."""
    said = [plain(clause) for clause in clauses(answer)]
    everywhere = {number for clause in said for number in _cited(clause)}
    telling = {number for clause in said if not _NOT_TOLD.search(clause) for number in _cited(clause)}
    right = set(value["right"])
    if not right <= everywhere:
        return "missing"
    return unless(telling <= right | set(value.get("also", ())), "fact")


def not_told(answer: str, value: Mapping[str, Any] | None) -> Failure | None:
    """It denies something, as who says that the documents do not tell, and makes none of the `guesses`."""
    said = [plain(clause) for clause in clauses(unmarked(answer))]
    if not any(_NOT_TOLD.search(clause) or _DENIAL.search(clause) for clause in said):
        return "missing"
    made_up = [part for clause in said for part in _LINK.split(clause) if not _NOT_TOLD.search(part)]
    guesses = (value or {}).get("guesses", ())
    return unless(not any(patterns.found(f"(?i){guess}", part) for guess in guesses for part in made_up), "fact")


def _cited(clause: str) -> Iterator[int]:
    """The documents that a clause names."""
    for pattern in _CITED:
        for found in pattern.finditer(clause):
            yield from _all_of(found[1])
    for ordinal in _ORDINAL.finditer(clause):
        yield _ORDINALS.get(ordinal["en"]) or _number(ordinal["zh"])


def _all_of(numbers: str) -> Iterator[int]:
    """`1, 3` and `1-3`."""
    found = [(_number(match[0]), match.start()) for match in re.finditer(r"\d+|[一二三四五六七八九]", numbers)]
    for at, (number, _) in enumerate(found):
        yield number
        if at and re.search(r"\d\s*-\s*\d", numbers):
            yield from range(found[at - 1][0], number)


def _number(sign: str) -> int:
    return _DIGITS.get(sign) or int(sign)


def _documents(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(values.count, value))


CHECKS = {
    "cites": Check(
        cites,
        values.mapping({"right": _documents}, {"also": _documents}),
        "a mapping with right (a list of numbers of documents) and perhaps also (those that may be named besides)",
    ),
    "not_told": Check(
        not_told,
        lambda value: value is None or values.mapping({}, {"guesses": values.patterns})(value),
        "nothing, or a mapping with guesses (patterns of claims that are made up)",
    ),
}
