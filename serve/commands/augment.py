"""`make augment`: rows to train the next adapter on, of which none may be a copy of what the verdict asks."""

import os
import sys
from glob import glob, has_magic
from os.path import isfile
from pathlib import Path

from serve.attended import run_attended
from serve.errors import UsageError
from serve.harness.arguments import augment_arguments, words_of
from serve.paths import Paths
from serve.settings import Settings

NAME = "augment"
HELP = "rows to train the next adapter on: variants made, copies and leaks into the suites dropped"


def main(settings: Settings, paths: Paths) -> int:
    """ROWS may name several files here; the words of AUGMENT are the harness's own flags."""
    files = files_of(settings.ROWS, paths.root)
    words = augment_arguments(settings, files, words_of("AUGMENT", os.environ.get("AUGMENT", "")))
    return run_attended([sys.executable, "-m", "evalharness", *words], paths.root)


def files_of(rows: str, root: Path) -> list[str]:
    """The files that ROWS names: one, whatever is in its name, or several as on a command line, patterns among them.

    Raises UsageError for a pattern that nothing is named by.
    """
    if isfile(root / rows):  # noqa: PTH113 - Path.is_file() raises where several names are longer than one may be
        return [rows]
    files: list[str] = []
    for word in words_of("ROWS", rows):
        is_pattern = has_magic(word) and not (root / word).exists()
        found = sorted(glob(word, root_dir=root)) if is_pattern else [word]  # noqa: PTH207 - of anywhere
        if not found:
            raise UsageError(f"ROWS: there is no file that {word} names; set it to some that are there")
        files += found
    return files
