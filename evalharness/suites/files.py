"""Suite files: found, read and checked; and written, for the commands that make suites: never half of one, never over
what is not theirs. What a suite is made of is schema.py's.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from evalharness.errors import UsageError
from evalharness.suites import strict_yaml
from evalharness.suites.schema import NAME_PATTERN, Suite

SHIPPED = Path(__file__).parent
SAID = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "model_type": "a mapping with named fields is wanted",
    "string_type": "a text is wanted; in quotes where YAML reads something else, such as no, 7 or 2026-01-01",
}
"""In words of this project what pydantic says in its own."""


def shipped() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_suites(names: Sequence[str]) -> list[Suite]:
    """Suites by shipped name or path. Raises UsageError: nothing is asked before every suite is valid."""
    suites = [load_suite(_path(name)) for name in names]
    called = [suite.suite for suite in suites]
    for name in called:
        if called.count(name) > 1:
            raise UsageError(f"two suites are called {name}; rows are told apart by that name")
    return suites


def load_suite(path: Path) -> Suite:
    """One suite file. Raises UsageError naming the file, the place in it and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        return Suite.model_validate(strict_yaml.load(text))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path}{line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ("prompts", first["ctx"]["index"]) if first["type"] == "prompt" else first["loc"]
        said = SAID.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise UsageError(f"{path}{_place(text, place)}: {said}") from None


def _place(text: str, loc: tuple[int | str, ...]) -> str:
    """Where in the file a complaint belongs: `, line 7, prompts[0] (id x).checks[1]`."""
    node, path = yaml.compose(text, yaml.SafeLoader), ""
    for step in loc:
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode):
            node = node.value[step]
            path += f"[{step}]{_id_of(node)}"
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), node)
            path += f".{step}"
    line = f", line {node.start_mark.line + 1}" if node else ""
    return f"{line}, {path.lstrip('.')}" if path else line


def _id_of(node: yaml.Node) -> str:
    members = node.value if isinstance(node, yaml.MappingNode) else []
    return next((f" (id {value.value})" for key, value in members if key.value == "id"), "")


def _path(name: str) -> Path:
    if name in shipped():
        return SHIPPED / f"{name}.yaml"
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"--suites {name}: neither a file nor a shipped suite; there are {', '.join(shipped())}")
    return path


def check_place(path: Path, opening: str) -> None:
    """Raises UsageError for a place that will not do. A file is written over only if it begins with `opening`."""
    if path.suffix != ".yaml" or not NAME_PATTERN.fullmatch(path.stem):
        raise UsageError(f"--out {path}: the suite is called like its file, which must be a plain name.yaml")
    try:
        if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(opening):
            raise UsageError(f"--out {path}: is there already, and not by this command")
    except OSError as error:
        raise UsageError(f"--out {path}: {error.strerror}") from None
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")


def write(path: Path, head: Sequence[str], suite: Suite) -> None:
    """The lines of the head as they are, then the suite: written beside its place, read back, renamed into it."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text("\n".join([*head, as_yaml(suite)]), encoding="utf-8")
        load_suite(draft)
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"--out {path}: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def as_yaml(suite: Suite) -> str:
    """A suite as its file has it: what was left out there is left out here."""
    content = suite.model_dump(exclude_unset=True)
    prompts = content.pop("prompts")
    one_by_one = [_yaml([prompt]) for prompt in prompts]  # in one go it takes twice as long
    return "".join([_yaml(content), "prompts:\n", *one_by_one])


def _yaml(content: object) -> str:
    return str(
        yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    )


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the C one is ten times as fast
    """Its other styles lose a line break that is no newline (U+0085)."""


def _text(dumper: Any, text: str) -> Any:
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar(strict_yaml.TEXT, text, style=style)


_Dumper.add_representer(str, _text)
