"""Python code in a row: its variables renamed, independent steps in another order, broken so that it can be repaired.

Only fenced blocks that say that they are Python, and that parse. Nothing is run: what a change may touch is read off
the syntax tree, and where that does not settle it, nothing is changed.
"""

import ast
import builtins
import io
import random
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise

from evalharness.perturb.prose import Edit, edited, some
from evalharness.pool.rows import Messages, PoolRow, ending

NAMES = ("value", "item", "current", "entry", "element", "amount", "record", "piece", "slot", "cursor", "part", "unit")
REPAIR = (
    "The Python code below does not run. Repair it, and change nothing else.",
    "Find the syntax error in this Python code and give the whole code without it.",
    "Python refuses this code. Mend the one slip in it and reply with the code.",
)

_BLOCK = re.compile(r"(?<=^```python\n).*?(?=^```[ \t]*$)|(?<=^```py\n).*?(?=^```[ \t]*$)", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`[^`\n]+`")
_WORD = re.compile(r"[^\W\d]\w*")
_BY_NAME = {"eval", "exec", "locals", "globals", "vars", "dir", "inspect", "getattr", "setattr", "sys"}
_OF_ORDER = re.compile(
    r"\b(?:lines?|order\w*|steps?|first|second|third|last|before|after|sequence|swap\w*|statements?|assign\w*|styles?|"
    r"formatt?\w*|comments?|diff)\b|行|顺序|步|第",
    re.IGNORECASE,
)
_PURE = (
    ast.Constant, ast.Name, ast.Load, ast.List, ast.Tuple, ast.Set, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.UnaryOp,
    ast.USub,
)  # fmt: skip
_SLIPS = {"def ": "dfe ", "return ": "retrun ", "while ": "whiel ", "import ": "improt ", "else:": "esle:"}


def renamed(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """Variables drawn get other names, in the question's code, in the answer's, and where backquotes name them."""
    codes = [*_BLOCK.findall(row.question), *_BLOCK.findall(row.answer)]
    trees = [tree for code in codes if (tree := _tree(code))]
    if not trees or len(trees) < len(codes) or not _BLOCK.search(row.question):
        return None
    said = set(_WORD.findall(" ".join(message["content"] for message in row.messages)))
    units = sorted(_variables(trees) - _spoken(row, codes))
    new = [name for name in NAMES if name not in said]
    drawn = some(draw, units, rate)[: len(new)]
    if not drawn or said & _BY_NAME:
        return None
    names = dict(zip(drawn, draw.sample(new, len(drawn)), strict=True))
    return ending(row, _with_names(row.question, names), _with_names(row.answer, names))


def reordered(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """Two assignments that follow one another, neither of which needs the other, change places; in an answer that has
    both together too. Not where the question is about the order of lines."""
    said = _WORD.findall(f"{row.question} {row.answer}")
    if not rate or _OF_ORDER.search(_BLOCK.sub("", row.question)) or _BY_NAME.intersection(said):
        return None
    units = [pair for found in _BLOCK.finditer(row.question) for pair in _independent(found[0])]
    answered = [line.strip() for line in row.answer.splitlines()]
    units = [(one, other) for one, other in units if row.question.count(f"{one}\n{other}\n") == 1]
    for one, other in draw.sample(units, len(units)):
        before, after = f"{one}\n{other}\n", f"{other}\n{one}\n"
        if row.answer.count(before) == 1 or not {one.strip(), other.strip()} & set(answered):
            return ending(row, row.question.replace(before, after), row.answer.replace(before, after))
    return None


def broken(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """Another task: the answer's code with one slip that Python refuses is the question, that code is the answer."""
    codes = _BLOCK.findall(row.answer)
    if not rate or len(codes) != 1 or _tree(codes[0]) is None:
        return None
    slips = [slip for edit in _slips(codes[0]) if _tree(slip := edited(codes[0], [edit])) is None]
    if not slips:
        return None
    system = [message for message in row.messages if message["role"] == "system"]
    question = f"{draw.choice(REPAIR)}\n\n```python\n{draw.choice(slips)}```"
    asked = [{"role": "user", "content": question}, {"role": "assistant", "content": f"```python\n{codes[0]}```"}]
    return [*system, *asked]


def _tree(code: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in somebody's strings
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _variables(trees: Sequence[ast.Module]) -> set[str]:
    """Names bound by assignments and parameters, without those that are also anything else."""
    bound, other = set[str](), set(dir(builtins))
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                bound.add(name)
            case ast.Attribute(attr=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                other.add(name)
            case ast.ClassDef(name=name, body=body):
                other |= {name, *(one.id for part in body for one in ast.walk(part) if isinstance(one, ast.Name))}
            case ast.keyword(arg=str(name)):
                other.add(name)
            case ast.alias(name=name, asname=called):
                other |= {*name.split("."), called or name}
            case ast.Constant(value=str(said)):
                other |= set(_WORD.findall(said))
            case ast.JoinedStr():
                other |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return {name for name in bound - other if not name.startswith("_")}


def _spoken(row: PoolRow, codes: Sequence[str]) -> set[str]:
    """Words outside code and backquotes, and in comments: a variable of that name may be meant, or not."""
    texts = [message["content"] for message in row.messages[:-2]]
    texts += [_SPAN.sub(" ", _BLOCK.sub(" ", text)) for text in (row.question, row.answer)]
    comments = [token.string for code in codes for token in _tokens(code) if token.type == tokenize.COMMENT]
    return set(_WORD.findall(" ".join([*texts, *comments])))


def _tokens(code: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(code).readline)


def _with_names(text: str, names: dict[str, str]) -> str:
    def in_code(found: re.Match[str]) -> str:
        begins, edits = [0], list[Edit]()
        for line in found[0].splitlines(keepends=True):
            begins.append(begins[-1] + len(line))
        for token in _tokens(found[0]):
            if token.type == tokenize.NAME and token.string in names:
                start = begins[token.start[0] - 1] + token.start[1]
                edits.append((start, start + len(token.string), names[token.string]))
        return edited(found[0], edits)

    def in_backquotes(found: re.Match[str]) -> str:
        return _WORD.sub(lambda word: names.get(word[0], word[0]), found[0])

    # backquotes outside blocks alone: the ends of the blocks part the text
    pieces, at = list[str](), 0
    for block in _BLOCK.finditer(text):
        pieces += [_SPAN.sub(in_backquotes, text[at : block.start()]), in_code(block)]
        at = block.end()
    return "".join([*pieces, _SPAN.sub(in_backquotes, text[at:])])


def _independent(code: str) -> Iterator[tuple[str, str]]:
    """Pairs of neighbouring lines, each an assignment, that may change places; a class keeps its own in order."""
    tree = _tree(code)
    lines = code.split("\n")
    for node in ast.walk(tree) if tree else ():
        body = None if isinstance(node, ast.ClassDef) else getattr(node, "body", None)  # of a lambda it is no list
        for one, other in pairwise(body if isinstance(body, list) else ()):
            if _is_plain(one) and _is_plain(other) and other.lineno == one.lineno + 1:
                target, next_target = _target(one), _target(other)
                if target != next_target and target not in _reads(other) and next_target not in _reads(one):
                    yield lines[one.lineno - 1], lines[other.lineno - 1]


def _is_plain(node: ast.stmt) -> bool:
    """A name that is given a value of constants, names, sums, products: no call that could do something else."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
        return False
    return node.lineno == node.end_lineno and all(isinstance(one, _PURE) for one in ast.walk(node.value))


def _target(node: ast.stmt) -> str:
    return next(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))


def _reads(node: ast.stmt) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _slips(code: str) -> Iterator[Edit]:
    """A colon or a closing bracket at the end of a line that is gone, a letter of a keyword that changed places."""
    for found in re.finditer(r"[:)\]}](?=[ \t]*$)", code, re.MULTILINE):
        yield (*found.span(), "")
    for right, wrong in _SLIPS.items():
        for found in re.finditer(rf"(?<!\w){re.escape(right)}", code):
            yield (*found.span(), wrong)
