"""Plain YAML, but a key given twice is an error and not a silent loss of the first."""

from typing import Any

import yaml

DEEPEST = 50  # levels; the parsers of PyYAML recurse, and one of them crashes where Python would raise


def load(text: str) -> object:
    """The value of a YAML text. Raises yaml.YAMLError, a MarkedYAMLError where the line is known."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError(f"nested more than {DEEPEST} levels deep")
    try:
        return yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except (ValueError, LookupError, AttributeError) as error:  # of a value that is none of its type: 2026-02-30
        raise yaml.YAMLError(f"{type(error).__name__}: {error}") from None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A loader of its own, for the constructor that is put into it below."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
        if key.value in seen:
            raise yaml.MarkedYAMLError(problem=f"{key.value!r} is given twice", problem_mark=key.start_mark)
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
