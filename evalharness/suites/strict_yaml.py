"""Plain YAML, but a key given twice is an error and not a silent loss of the first.

Values are built as the parser comes by them. PyYAML's own way builds a tree of nodes first, which of a file of 16 MB
takes 400. ruamel.yaml refuses such keys too, in seven times the memory and ten times as long; it reads `yes` and `010`
otherwise than PyYAML, and ends in a RecursionError where a text is nested deeply.
"""

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

DEEPEST = 50  # levels: values are built by recursion
MERGE = "tag:yaml.org,2002:merge"  # of the key <<
TEXT = yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG
COLLECTIONS = (None, "!", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
Event = Any  # PyYAML's stubs do not know that both of its parsers have the same
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> object:
    """The value of a YAML text. Raises yaml.YAMLError, a MarkedYAMLError where the line is known."""
    reading = _Reading(yaml.parse(text, _Loader))
    values: list[object] = []
    for event in reading.events:
        if isinstance(event, yaml.DocumentStartEvent):
            if values:
                _refuse("a second document begins here", event)
            values.append(reading.value(next(reading.events), 0))
    return values[0] if values else None


class _Reading:
    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.scalars = _Loader("")  # knows what a plain word means
        self.anchors: dict[str, Any] = {}

    def value(self, event: Event, depth: int) -> Any:
        """What begins with this event, and ends with the last that is taken."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                _refuse(f"no anchor {event.anchor!r} before its alias", event)
            return self.anchors[event.anchor]
        found = self._scalar(event) if isinstance(event, yaml.ScalarEvent) else self._collection(event, depth + 1)
        if event.anchor:
            self.anchors[event.anchor] = found
        return found

    def _tag(self, event: Event) -> str:
        if event.tag in (None, "!"):
            return str(self.scalars.resolve(yaml.ScalarNode, event.value, event.implicit))
        return str(event.tag)

    def _scalar(self, event: Event) -> Any:
        tag = self._tag(event)
        if tag == TEXT:  # as most are: no need to ask what it means
            return event.value
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        try:
            return self.scalars.construct_document(node)
        except (ValueError, LookupError, AttributeError) as error:  # of a value that is none of its type: 2026-02-30
            _refuse(f"{type(error).__name__}: {error}", event)

    def _collection(self, event: Event, depth: int) -> Any:
        if depth > DEEPEST:
            raise yaml.YAMLError(f"nested more than {DEEPEST} levels deep")
        if event.tag not in COLLECTIONS:
            _refuse(f"the tag {event.tag} is not known here", event)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self.value(item, depth) for item in self._until(yaml.SequenceEndEvent)]
        return self._mapping(depth)

    def _mapping(self, depth: int) -> dict[Any, Any]:
        own: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for event in self._until(yaml.MappingEndEvent):
            if isinstance(event, yaml.ScalarEvent) and self._tag(event) == MERGE:
                for part in self._merged(next(self.events), depth):
                    merged = {**part, **merged}  # of several the first counts
                continue
            key = self.value(event, depth)
            if isinstance(key, list | dict):
                _refuse("a key must be a plain value", event)
            if key in own:
                _refuse(f"{key!r} is given twice", event)
            own[key] = self.value(next(self.events), depth)
        return {**merged, **own} if merged else own

    def _merged(self, event: Event, depth: int) -> list[dict[Any, Any]]:
        found = self.value(event, depth)
        parts = found if isinstance(found, list) else [found]
        if not all(isinstance(part, dict) for part in parts):
            _refuse("<< takes a mapping, or a list of them", event)
        return parts

    def _until(self, end: type[yaml.Event]) -> Iterator[Event]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield event


def _refuse(problem: str, event: Event) -> NoReturn:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
