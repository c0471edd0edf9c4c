"""What models wrap their answers in, taken off: thoughts, Markdown's emphasis and quoting, LaTeX.

It judges nothing. Marks are taken off for checks of what is said; checks of form look at the answer as it stands.
"""

import re

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_LATE = re.compile(r"\A.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)

_LATEX_GROUP = re.compile(
    r"\\(?:boxed|fbox|text|textbf|textit|mathrm|mathbf|mathit|operatorname|underline|emph)\s{0,3}\{([^{}]{0,500})\}"
)
_LATEX_SIGNS = {r"\times": "\u00d7", r"\cdot": "\u00b7", r"\%": "%", r"\$": "$", r"\_": "_", r"\{": "{", r"\}": "}"}
_LATEX_SPACE = re.compile(r"\\[,;:! ]|\{,\}(?=\d{3})")  # a comma for thousands is written 1{,}000
_MATH = re.compile(r"\\[()\[\]]|\$\$|(?<![\w\\$])\$(?=[^\s$][^$\n]{0,200}\$(?!\w))|(?<=[^\s$])\$(?![\w$])")
_EMPHASIS = re.compile(r"\*\*\*|\*\*|__(?=\w)|(?<=[\w.!?])__|~~|(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])")
_UNDERLINED = re.compile(r"(?<![\w\\])_(?=[^\W_])([^_\n]{0,300}[^\s_])_(?!\w)")
_HEADING = re.compile(r"^ {0,3}#{1,6}[^\S\n]+|^ {0,3}>[^\S\n]?", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{1,300})\]\([^()\n]{0,500}\)")


def split_thought(text: str) -> tuple[str, str]:
    """What a reasoning model thought aloud before its answer, and the answer.

    A thought without an end is all there is: nothing was answered. An end without a beginning ends one (chat
    templates may open it in the prompt).
    """
    answer = _THOUGHT.sub("", text)
    answer = _LATE.sub("", answer)
    if answer == text:
        return "", text
    return text.removesuffix(answer).strip() if text.endswith(answer) else text, answer.lstrip("\n")


def unmarked(text: str) -> str:
    """The text as it reads, without the marks of Markdown and LaTeX."""
    for _ in range(3):  # \boxed{\text{7}}
        text = _LATEX_GROUP.sub(r"\1", text)
    for sign, plain in _LATEX_SIGNS.items():
        text = text.replace(sign, plain)
    text = _MATH.sub("", _LATEX_SPACE.sub(lambda found: "," if "," in found[0] and "{" in found[0] else " ", text))
    text = _LINK.sub(r"\1", _HEADING.sub("", text))
    return _UNDERLINED.sub(r"\1", _EMPHASIS.sub("", text)).replace("`", "")
