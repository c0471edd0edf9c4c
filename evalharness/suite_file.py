"""Writing a suite's file, for the commands that make suites: never half of one, never over what is not theirs.

It knows nothing of what a suite is made of; reading one is suite.py's.
"""

from collections.abc import Sequence
from pathlib import Path

import yaml

from evalharness.errors import UsageError
from evalharness.suite import NAME_PATTERN, Suite, load_suite

TEXT_TAG = yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG


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
    return str(
        yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    )


class _Dumper(yaml.SafeDumper):
    """Its other styles lose a line break that is no newline (U+0085)."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_str(text) if text.isprintable() else dumper.represent_scalar(TEXT_TAG, text, style='"')


_Dumper.add_representer(str, _text)
