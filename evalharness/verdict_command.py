"""The verdict on what an eval run and a load run measured, as an exit code, a page, and files for machines.

    python -m evalharness verdict

It finds the runs and writes the verdict's folder. What passes is for verdict.py to say, how it looks
for report/.
"""

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from evalharness import options, runs
from evalharness.errors import UsageError
from evalharness.evidence import Run, fitting_load_run, read_run, unanswered
from evalharness.policy import FOLDER, Policy, read_policy
from evalharness.verdict import Verdict, judge

NAME = "verdict"
HELP = "judge the newest finished runs: exits with 0 for PASS, 1 for FAIL, 3 for INCONCLUSIVE"
EXIT_CODES = {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 3}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--eval", type=Path, metavar="RUN", help="an eval run's folder (default: the newest)")
    parser.add_argument(
        "--load",
        type=Path,
        metavar="RUN",
        help="a load run's folder (default: the newest of the same models)",
    )
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="what has to be met (default: the shipped default.yaml, self.yaml for base against base)",
    )
    options.add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    from evalharness.report import terminal

    evaluation = _eval_run(args)
    load = _load_run(args, evaluation)
    path = args.policy or _shipped_policy(evaluation)
    policy = read_policy(path)
    verdict = judge(evaluation.summary, unanswered(evaluation), load.summary if load else None, policy)
    folder = _write(args.runs, verdict, path.stem, policy, evaluation, load)
    terminal.show(verdict, evaluation, load)
    print(f"Report: {folder / 'report.html'}")
    return EXIT_CODES[verdict.word]


def _eval_run(args: argparse.Namespace) -> Run:
    folder = args.eval or next(iter(runs.finished(args.runs, "eval")), None)
    if folder is None:
        raise UsageError(f"{args.runs}: no finished eval run; `python -m evalharness eval` makes one")
    return read_run(folder, "eval")


def _load_run(args: argparse.Namespace, evaluation: Run) -> Run | None:
    """The load run to judge with: never one of other models, of other versions of them, or of another machine."""
    if not args.load:
        return fitting_load_run(runs.finished(args.runs, "load"), evaluation)
    load = read_run(args.load, "load")
    if load.subject != evaluation.subject:
        raise UsageError(
            f"--load {args.load}: measured {load.subject}; {evaluation.folder.name} asked {evaluation.subject}"
        )
    return load


def _shipped_policy(evaluation: Run) -> Path:
    return FOLDER / ("self.yaml" if evaluation.about["settings"]["base_against_base"] else "default.yaml")


def _write(root: Path, verdict: Verdict, policy_name: str, policy: Policy, evaluation: Run, load: Run | None) -> Path:
    """The verdict's run folder. The summary, which marks a run as finished, is written last."""
    from evalharness.report import html, junit, markdown

    created = datetime.now(UTC).isoformat(timespec="seconds")
    pages = {
        "report.html": html.render(verdict, created, policy_name, policy, evaluation, load),
        "junit.xml": junit.render(verdict, created),
        "summary.md": markdown.render(verdict, evaluation, load),
    }
    names = {"eval": evaluation.folder.name, "load": load.folder.name if load else None}
    folder = runs.create(root, "verdict", {"created": created, **names, "policy": asdict(policy)})
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
    summary = {
        "schema": 1,
        "kind": "verdict",
        "verdict": verdict.word,
        "reasons": [asdict(reason) for reason in verdict.reasons],
        "eval": evaluation.summary,
        "load": load.summary if load else None,
    }
    runs.write_json(folder / "summary.json", summary)
    return folder
