"""A record as JSON in a question: fields emptied or added, or the same record written flat, as text, as XML.

Fields change only where the answer is JSON that copies fields which the question names, and the question makes nothing
of what they hold: then it is known what becomes of it. How a record is written changes only where the question does not
speak of that. Of what else a row is about it knows nothing.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from evalharness.checks.as_json import same, strict_json
from evalharness.perturb import fields, prose
from evalharness.perturb.prose import Span, edited, json_values, words
from evalharness.pool.rows import Messages, PoolRow, ending

EMPTIED, EXTRA = 0.3, 0.5  # shares: of copied fields, of objects

_OF_FORM = re.compile(
    r"\b(?:json|xml|ya?ml|csv|html|markdown|format\w*|keys?|fields?|objects?|arrays?|lists?|elements?|nest\w*|brac\w*|"
    r"schema|valid\w*|pars\w*|syntax|convert\w*|indent\w*|lines?|rows?|columns?|tables?|characters?|letters?|levels?|"
    r"flat\w*|paths?|repeat|copy)\b|格式|字段|键|对象|数组|列表|嵌套|行|列|表|字符|转换|重复",
    re.IGNORECASE,
)
_OF_VALUES = re.compile(
    r"\b(?:if|unless|else|otherwise|whether|whose|sum|add|adding|added|count|counting|how many|how much|number of|"
    r"average|mean|median|calculat\w*|comput\w*|above|below|exceed\w*|more|less|fewer|greater|larger|largest|smaller|"
    r"smallest|higher|highest|lower|lowest|older|oldest|younger|youngest|longest|shortest|most|least|maximum|minimum)\b|"
    r"如果|若|否则|是否|多少|几个|总和|之和|平均|超过|低于|高于|最",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d.eE+-]*")
_LABEL = re.compile(r"(?<=```)json(?=[ \t]*\n\Z)")
_XML_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_TYPED = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?|true|false|null")  # what a text looks like without quotation marks
_PARTING = re.compile(r"[;\n]|: ")


class Record(NamedTuple):
    """The only JSON in a question: where it stands, what it says, and all words around it (system messages too)."""

    span: Span
    value: Any
    around: str


def nulls(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """Of the fields that the answer copies, some are null, at least one: in the question and in the answer."""
    copied = _chosen(row)
    filled = sorted(key for key, value in (copied or {}).items() if value is not None)
    if not filled or not rate:
        return None
    chosen = {key for key in filled if draw.random() < EMPTIED} or {draw.choice(filled)}
    return ending(row, _emptied(row.question, chosen), _emptied(row.answer, chosen))


def extra(row: PoolRow, draw: random.Random, rate: float) -> Messages | None:
    """Fields that nobody asked for: the answer stays as it is, for it has what the question names."""
    if not rate or _chosen(row) is None:
        return None
    asked = prose.read(row.question, [{"type": "json_equals", "value": strict_json(row.answer)}])
    return ending(row, fields.extra(asked, draw, EXTRA), row.answer)  # noqa: S610 - no database


def flat(row: PoolRow, _: random.Random, rate: float) -> Messages | None:
    """The record without objects within objects: {"a": {"b": 1}} as {"a.b": 1}."""
    return _written(row, rate, _flat)


def text(row: PoolRow, _: random.Random, rate: float) -> Messages | None:
    """The record, or the table of records, as lines of text: name: Ana; age: 34."""
    return _written(row, rate, _lines)


def xml(row: PoolRow, _: random.Random, rate: float) -> Messages | None:
    """The record as XML."""
    return _written(row, rate, _xml)


def _record(row: PoolRow) -> Record | None:
    """None where there is no JSON in the question, or more than one, or some of which JSON parsers differ."""
    spans = list(json_values(row.question))
    if len(spans) != 1:
        return None
    start, end = spans[0]
    try:
        value = strict_json(row.question[start:end])
    except ValueError:
        return None
    before = [message["content"] for message in row.messages[:-2]]
    return Record((start, end), value, " ".join([*before, _LABEL.sub("", row.question[:start]), row.question[end:]]))


def _copied(row: PoolRow) -> dict[str, Any] | None:
    """What of the record the answer copies, by field; None where the answer is anything else than such copies, or a
    field of it is not named in the question, or a name could mean two fields."""
    record = _record(row)
    try:
        answer = strict_json(row.answer)
    except ValueError:
        return None
    if record is None or not isinstance(record.value, dict) or not isinstance(answer, dict):
        return None
    has, says = list(_leaves(record.value)), list(_leaves(answer))
    held, copied = dict(has), dict(says)
    if not copied or len(held) < len(has) or len(copied) < len(says):
        return None
    named = words(record.around)
    copies = all(key in held and same(held[key], value) for key, value in says)
    return copied if copies and all(words(key.replace("_", " ")) <= named or key in named for key in copied) else None


def _chosen(row: PoolRow) -> dict[str, Any] | None:
    """The same, and None where the question makes a condition or a figure of what fields hold."""
    record, copied = _record(row), _copied(row)
    if record is None or copied is None:
        return None
    named = words(" ".join(copied).replace("_", " "))
    return None if any(words(found[0]) - named for found in _OF_VALUES.finditer(record.around)) else copied


def _leaves(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, member in value.items():
        objects = [one for one in (member if isinstance(member, list) else [member]) if isinstance(one, dict)]
        for one in objects:
            yield from _leaves(one)
        if not objects:
            yield key, member


def _emptied(content: str, keys: set[str]) -> str:
    """The text with these fields null; the rest stays as it was written."""
    members = [member for found in fields.objects(content) for member in found.members if member.key in keys]
    return edited(content, [(*one.value, "null") for one in members if content[one.value[0]] != "{"])


def _written(row: PoolRow, rate: float, form: Callable[[Any], str | None]) -> Messages | None:
    record = _record(row)
    if record is None or not rate or not _may_be_rewritten(row, record):
        return None
    (start, end), value = record.span, record.value
    before, after = row.question[:start], row.question[end:]
    new = form(value)
    if new is None:
        return None
    label = "json" if new[0] in "{[" else ""
    return ending(row, f"{_LABEL.sub(label, before)}{new}{after}", row.answer)


def _may_be_rewritten(row: PoolRow, record: Record) -> bool:
    """Where the answer is flat JSON of copied fields, words as "JSON" and "field" are about the answer."""
    start, end = record.span
    if _NUMBER.findall(row.question[start:end]) != _NUMBER.findall(json.dumps(record.value, ensure_ascii=False)):
        return False  # 1.50 would become 1.5
    copied = _copied(row)
    if copied is None:
        return not _OF_FORM.search(record.around) and not fields.objects(row.answer)
    flat_answer = all(not isinstance(value, dict | list) for value in strict_json(row.answer).values())
    return flat_answer and not any(isinstance(one, str) and _TYPED.fullmatch(one) for one in copied.values())


def _flat(value: Any) -> str | None:
    if not isinstance(value, dict) or not any(isinstance(member, dict) and member for member in value.values()):
        return None
    pairs = list(_paths(value, ""))
    made = dict(pairs)
    return json.dumps(made, ensure_ascii=False) if len(made) == len(pairs) else None


def _paths(value: dict[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for key, member in value.items():
        if isinstance(member, dict) and member:
            yield from _paths(member, f"{before}{key}.")
        else:
            yield before + key, member


def _lines(value: Any) -> str | None:
    records = value if isinstance(value, list) else [value]
    if not records or not all(isinstance(one, dict) and one for one in records):
        return None
    pairs = [[(key, _plain(member)) for key, member in one.items()] for one in records]
    if any(said is None or _PARTING.search(key + said) for one in pairs for key, said in one):
        return None
    return "\n".join("; ".join(f"{key}: {said}" for key, said in one) for one in pairs)


def _plain(value: Any) -> str | None:
    """None of what takes more than a line."""
    if isinstance(value, dict | list) or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _xml(value: Any) -> str | None:
    names = {key for one in _objects(value) for key in one}
    if not isinstance(value, dict | list) or not value or not all(map(_XML_NAME.fullmatch, names)):
        return None
    return _element("record" if isinstance(value, dict) else "records", value, "")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _objects(member)


def _element(name: str, value: Any, indent: str) -> str:
    if value is None:
        return f"{indent}<{name}/>"
    if isinstance(value, dict):
        inner = [_element(key, member, f"{indent}  ") for key, member in value.items()]
    elif isinstance(value, list):
        inner = [_element("record" if name == "records" else "item", member, f"{indent}  ") for member in value]
    else:
        return f"{indent}<{name}>{escape(value if isinstance(value, str) else json.dumps(value))}</{name}>"
    return "\n".join([f"{indent}<{name}>", *inner, f"{indent}</{name}>"])
