"""`make augment`: rows to train the next adapter on, of which none may be a copy of what the verdict asks."""

import os
import sys

from serve.attended import run_attended
from serve.harness.arguments import augment_arguments, words_of
from serve.paths import Paths
from serve.settings import Settings

NAME = "augment"
HELP = "rows to train the next adapter on: variants made, copies and leaks into the suites dropped"


def main(settings: Settings, paths: Paths) -> int:
    """ROWS may name several files here; the words of AUGMENT are the harness's own flags."""
    one = (paths.root / settings.ROWS).is_file()  # whatever is in its name
    files = [settings.ROWS] if one else words_of("ROWS", settings.ROWS)
    words = augment_arguments(settings, files, words_of("AUGMENT", os.environ.get("AUGMENT", "")))
    return run_attended([sys.executable, "-m", "evalharness", *words], paths.root)
