"""Texts taken apart: normal form, tokens, whole words, lists. It judges nothing.

Chinese and Japanese are written without spaces: each of their characters is a token of its own.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003347f"
KANA = "\u3041-\u30ff\u31f0-\u31ff"
_UNSPACED = HAN + KANA
_LETTER = rf"[^\W_{_UNSPACED}]"  # a letter or digit of a script that puts spaces between words
_TOKEN = re.compile(rf"[{_UNSPACED}]|{_LETTER}+")

BULLET = re.compile(r"^[^\S\n]*[-*+•‣◦·–▪●][^\S\n]+(?=\S)", re.MULTILINE)  # noqa: RUF001 (the dash is meant)
# 1. x, 1) x, (1) x, a) x, **1.** x, **1. x**, 1\. x, 1、x, ① x; also full-width
NUMBERED = re.compile(
    r"^[^\S\n]*(?:#{1,6}[^\S\n]+)?(?:\*\*|__)?"
    r"(?:[(（]?(?:\d{1,3}|[a-zA-Z])(?:\\?[.)](?:\*\*|__)?[^\S\n]+|[、．）](?:\*\*|__)?[^\S\n]*)|[①-⑳][^\S\n]*)(?=\S)",  # noqa: RUF001
    re.MULTILINE,
)
_FENCE = re.compile(r"[^\S\n]*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})[^\S\n]*\{?\.?(?P<label>[\w+#-]*)")
_PROSE = ("markdown", "md", "text", "txt", "plaintext")
_ALIKE = str.maketrans("‐‑‒−’‘“”", "----''\"\"")  # noqa: RUF001


def plain(text: str) -> str:
    """Letter case and the kind of spaces, hyphens, quotation marks, digits and letters (full-width …) aside."""
    return unicodedata.normalize("NFKC", text).translate(_ALIKE).casefold()


def tokens(text: str) -> list[str]:
    """The words of a text in normal form, punctuation left out."""
    return _TOKEN.findall(plain(text))


def whole(phrase: str) -> re.Pattern[str]:
    """Finds the phrase in a text that is in normal form, as whole words: `no` is not found in `nothing`."""
    phrase = plain(phrase)
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, phrase[0]) else ""
    after = rf"(?!{_LETTER})" if re.match(_LETTER, phrase[-1]) else ""
    return re.compile(before + re.escape(phrase) + after)


class Block(NamedTuple):
    """A fenced block of code: what is written behind its first fence, and whether there is a second."""

    label: str
    code: str
    closed: bool


def fenced(text: str) -> tuple[list[Block], str]:
    """The fenced code blocks of a text, the last perhaps not closed, and the text without them.

    Fences are of three or more ` or ~, also indented ones, as within a list; the block's own lines lose that indent.
    """
    blocks: list[Block] = []
    outside: list[str] = []
    label, fence, indent, inside = "", "", 0, list[str]()
    for line in text.splitlines(keepends=True):
        opening = _FENCE.match(line)
        if not fence and opening:
            fence, label, inside = opening["fence"], opening["label"].lower(), []
            indent = opening.start("fence")
        elif fence and _closes(line, fence):
            blocks.append(Block(label, "".join(inside), True))
            fence = ""
        elif fence:
            inside.append(line[min(indent, len(line) - len(line.lstrip(" \t"))) :])
        else:
            outside.append(line)
    if fence:
        blocks.append(Block(label, "".join(inside), False))
    return blocks, "".join(outside)


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}


def without_code(text: str) -> str:
    return fenced(text)[1]


def unwrapped(text: str) -> str:
    """The text without the fences of what is no code: blocks that say markdown or text, or a whole answer in one."""
    blocks, outside = fenced(text)
    kinds = _PROSE if outside.strip() else ("", *_PROSE)
    if not blocks or not all(block.closed and block.label in kinds for block in blocks):
        return text
    return "\n".join(part.strip("\n") for part in (outside, *(block.code for block in blocks)) if part.strip())


def full_lines(text: str) -> list[str]:
    """The lines that are not empty, without the spaces around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def paragraphs(text: str) -> list[str]:
    """What stands between empty lines."""
    return [part for part in re.split(r"\n[^\S\n]*\n", text.strip()) if part.strip()]


def items(text: str) -> list[str]:
    """The items of a list, without their markers: bullets or numbers; or else lines; or else parts between commas."""
    found = full_lines(text)
    marked = [line for line in found if BULLET.match(line) or NUMBERED.match(line)]
    if marked:
        return [NUMBERED.sub("", BULLET.sub("", line)) for line in marked]
    if len(found) == 1:
        return [part.strip() for part in re.split("[,，、;；]", found[0]) if part.strip()]  # noqa: RUF001
    return found


_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        "mr mrs ms dr prof st sr jr mt mts ft gen col capt sgt rev hon vs etc e.g i.e cf ca c approx est no nos fig "
        "vol ed eds p pp inc ltd co dept u.s u.k a.m p.m b.c a.d jan feb aug sept oct nov dec",
    )
)
_END = re.compile(
    r"((?<![.!?…])[.!?…]++[\"'”’)\]*_`]*+(?=\s|$)|(?<![。！？])[。！？]++[”’」』）*_]*+)(\s*)(\S?)"  # noqa: RUF001
)
_LONGEST_ABBREVIATION = 12  # letters looked at before a full stop


def sentences(text: str) -> list[str]:
    """A sentence ends with . ! ? … before a space, with 。！？, or with its line.

    Not with an initial (J. Smith), a common abbreviation (e.g.), or a full stop before a small letter.
    """  # noqa: RUF002
    found = []
    small = not any(sign.isupper() for sign in text)  # all in small letters: then they begin sentences, too
    for line in _without_markers(full_lines(text)):
        start = 0
        for match in _END.finditer(line):
            if match[3] and not _ends(line, match, small):
                continue
            found.append(line[start : match.end(1)])
            start = match.end(1)
        found.append(line[start:])
    return [sentence.strip() for sentence in found if re.search(r"\w", sentence)]


# [1], 【文档2】, (Document 1), [^3]
_SOURCE = re.compile(r"[\[【(（]\^?\s*(?:[^\W\d_]{2,}\.?\s*)?\d{1,2}\s*[\])）】,;、]")  # noqa: RUF001


def _without_markers(lines: Sequence[str]) -> Iterator[str]:
    """Lines without bullets and numbers before them. Where one alone has a number, and a source is named right behind
    it, that is no item of a list but what is said: `56. [1]`."""
    plain_lines = [BULLET.sub("", line) for line in lines]
    alone = sum(bool(NUMBERED.match(line)) for line in plain_lines) == 1
    for line in plain_lines:
        bare = NUMBERED.sub("", line)
        yield line if alone and bare != line and _SOURCE.match(bare) else bare


_TURN = re.compile(
    r"(?:[,;:.]?[^\S\n]|[–—])(?=(?:but|however|yet|nevertheless|nonetheless|that said|still)\b)|;\s"  # noqa: RUF001
    r"|[，；。]?(?=但|不过|然而|可是)",  # noqa: RUF001
    re.IGNORECASE,
)


_CONCEDED = re.compile(r"\W*(?:while|whilst|although|though|even though|even if)\b[^,]*,\s", re.IGNORECASE)


def clauses(text: str) -> list[str]:
    """Sentences, parted again where they turn: at a semicolon, at `but`, `however` and their like, and where what was
    conceded ends (`While I can't …, the way is …`)."""
    parts = (part.strip() for sentence in sentences(text) for part in _TURN.split(" ".join(sentence.split())))
    return [piece.strip() for part in parts if part for piece in _after_what_is_conceded(part) if piece.strip()]


def _after_what_is_conceded(clause: str) -> tuple[str, ...]:
    conceded = _CONCEDED.match(clause)
    return (clause[: conceded.end()], clause[conceded.end() :]) if conceded else (clause,)


def _ends(line: str, match: re.Match[str], small: bool) -> bool:
    mark, following = match[1], match[3]
    if mark[0] in "!?。！？":  # noqa: RUF001
        return True
    if following.islower() and not small:
        return False
    before = line[max(0, match.start(1) - _LONGEST_ABBREVIATION) : match.start(1)]
    word = re.split(r"[\s(\[\"'“]", before)[-1]
    initial = len(word) == 1 and word.isalpha() and word.isupper() and word != "I"
    return len(mark) > 1 or not (initial or word.casefold() in _ABBREVIATIONS)
