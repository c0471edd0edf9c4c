"""Two finished eval runs side by side: did the new adapter beat the last one?

    python -m evalharness compare runs/…-eval runs/…-eval

It reads the runs and writes the comparison's folder. What is compared is for analysis/two_runs.py to say.
"""

import argparse
import sys
from pathlib import Path

from evalharness.commands import options
from evalharness.runs.evidence import graded, originals, read_run
from evalharness.runs.folder import create_run, finished_runs, write_json
from evalharness.runs.history import tried

NAME = "compare"
HELP = "compare two eval runs of the same prompts: tuned with tuned, and base with base as the control"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="RUN_A", help="the folder of a finished eval run: the last adapter's")
    parser.add_argument("new", type=Path, metavar="RUN_B", help="another one of the same prompts: the new adapter's")
    parser.add_argument(
        "--common", action="store_true", help="where they did not ask the same, compare on what both asked"
    )
    parser.add_argument(
        "--no-worse", action="store_true", help="exit code 1 where the new adapter is shown to be worse in a suite"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=options.RUNS,
        metavar="FOLDER",
        help="where its folder is made (default: %(default)s)",
    )


def main(args: argparse.Namespace) -> int:
    from evalharness.analysis.two_runs import Asked, comparable, compare
    from evalharness.report import comparison

    runs = read_run(args.old, "eval"), read_run(args.new, "eval")
    old, new = (Asked(run.folder.name, run.about, originals(run), graded(run)) for run in runs)
    beside = {folder for run in runs for folder in finished_runs(run.folder.parent, "eval")}
    found = compare(old, new, comparable(old, new, args.common), tried(sorted(beside), new.about))
    about = {"runs": [str(args.old), str(args.new)], "only_common": args.common}
    folder = create_run(args.out, "compare", about)
    page = folder / "compare.html"
    page.write_text(comparison.page(found), encoding="utf-8", errors="replace")
    write_json(folder / "summary.json", found)
    comparison.show(found)
    for line in comparison.left_out(found):
        print(f"tandem: {line}", file=sys.stderr)
    print(f"Comparison: {page}")
    tuned, _ = found.endpoints
    return int(args.no_worse and any(suite.outcome == "worse" for suite in tuned.suites))
