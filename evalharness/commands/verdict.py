"""The verdict on what an eval run and a load run measured, as an exit code, a page, and files for machines.

    python -m evalharness verdict

It finds the runs and writes the verdict's folder. What passes is for verdict/verdict.py to say, how it looks
for report/.
"""

import argparse
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from evalharness.commands import options
from evalharness.errors import UsageError
from evalharness.runs.evidence import (
    Evidence,
    Run,
    fitting_capacity,
    fitting_factorial,
    fitting_load_run,
    judgement,
    read_run,
    unanswered,
)
from evalharness.runs.folder import create_run, finished_runs, write_json
from evalharness.runs.history import tried
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.judged import VOTES, VoteRow
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.summaries.judged import People
from evalharness.runs.summaries.load import LoadSummary
from evalharness.runs.summaries.verdict import VerdictSummary
from evalharness.runs.versions import SCHEMAS
from evalharness.verdict.policy import Policy, read_policy, shipped
from evalharness.verdict.verdict import Verdict, decide

NAME = "verdict"
HELP = "the verdict on the newest finished runs: exits with 0 for PASS, 1 for FAIL, 3 for INCONCLUSIVE"
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
    parser.add_argument(
        "--webui", metavar="URL", help="an Open WebUI with both models: every prompt of the report links to them there"
    )
    options.add_run_arguments(parser)


def main(args: argparse.Namespace) -> int:
    from evalharness.report.terminal import verdict as verdict_terminal

    if args.webui:
        options.check_url("--webui", args.webui)
    evaluation = _eval_run(args)
    load = _load_run(args, evaluation)
    path = args.policy or shipped(evaluation.about["settings"].get("base_against_base", False))
    policy = read_policy(path)
    if policy.quality == "no-difference" and not against_itself(evaluation):
        raise UsageError(
            f"{path}: this policy tests the harness, on a model against itself; {evaluation.folder.name} asked "
            f"{evaluation.subject}. A run made with --base-against-base is such a test"
        )
    borne = fitting_capacity(finished_runs(args.runs, "capacity"), evaluation) if policy.capacity else None
    evidence = Evidence(
        evaluation.allowing(policy.allow_differences),
        load and load.allowing(policy.allow_differences),
        judgement(evaluation),
        borne and borne.allowing(policy.allow_differences),
        _people(args, evaluation),
    )
    verdict = decide(
        evaluation.summary,
        unanswered(evaluation),
        load.summary if load else None,
        policy,
        evidence.judged,
        evidence.fairness,
        tried(finished_runs(args.runs, "eval"), evaluation.about),
        borne.summary if borne else None,
        evidence.people,
    )
    folder = _write(args.runs, verdict, path.stem, policy, evidence, args.webui)
    verdict_terminal.show(verdict, evidence)
    print(f"Report: {folder / 'report.html'}")
    options.hand_on(args, folder)
    return EXIT_CODES[verdict.word]


def _eval_run(args: argparse.Namespace) -> Run[EvalSummary]:
    folder = args.eval or next(iter(finished_runs(args.runs, "eval")), None)
    if folder is None:
        raise UsageError(f"{args.runs}: no finished eval run; `python -m evalharness eval` makes one")
    evaluation = read_run(folder, "eval")
    factorial = fitting_factorial(finished_runs(args.runs, "factorial"), evaluation)
    return replace(evaluation, summary=replace(evaluation.summary, factorial=factorial)) if factorial else evaluation


def _load_run(args: argparse.Namespace, evaluation: Run[EvalSummary]) -> Run[LoadSummary] | None:
    """The load run to go with it: never one of other models, of other versions of them, or of another machine."""
    if not args.load:
        return fitting_load_run(finished_runs(args.runs, "load"), evaluation)
    load = read_run(args.load, "load")
    if load.subject != evaluation.subject:
        raise UsageError(
            f"--load {args.load}: measured {load.subject}; {evaluation.folder.name} asked {evaluation.subject}"
        )
    return load


def _people(args: argparse.Namespace, evaluation: Run[EvalSummary]) -> People | None:
    """What people preferred of the two models of an eval run, by the votes that `feedback` left beside the runs."""
    from evalharness.judge.people import preferred  # here: numpy comes with it, and --help must answer at once

    versions = {side["name"]: side["version"] for side in evaluation.about["endpoints"]}
    return preferred(read_rows(args.runs / VOTES, VoteRow), evaluation.summary.endpoints, versions)


def against_itself(evaluation: Run[EvalSummary]) -> bool:
    """Was one model asked twice? That is said by the run, and must be true of its endpoints."""
    first, second = ((side["model"], side["version"]) for side in evaluation.about["endpoints"])
    return bool(evaluation.about["settings"].get("base_against_base", False)) and first == second


def _write(
    root: Path, verdict: Verdict, policy_name: str, policy: Policy, evidence: Evidence, webui: str | None
) -> Path:
    """The verdict's run folder. The summary, which marks a run as finished, is written last."""
    from evalharness.report import html, junit, markdown

    evaluation, load, borne = evidence.evaluation, evidence.load, evidence.borne
    created = datetime.now(UTC).isoformat(timespec="seconds")
    pages = {
        "report.html": html.render(verdict, created, policy_name, policy, evidence, webui),
        "junit.xml": junit.render(verdict, created, _properties(policy_name, evidence)),
        "summary.md": markdown.render(verdict, evidence),
    }
    names = {"eval": evaluation.folder.name, "load": load.folder.name if load else None}
    names |= {"capacity": borne.folder.name} if borne else {}
    folder = create_run(root, "verdict", {"created": created, **names, "policy": asdict(policy)})
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
    summary = VerdictSummary(
        schema=SCHEMAS["verdict"],
        kind="verdict",
        verdict=verdict.word,
        reasons=verdict.reasons,
        eval=evaluation.summary,
        load=load.summary if load else None,
        judge=evidence.judged,
        people=evidence.people,
        capacity=borne.summary if borne else None,
    )
    write_json(folder / "summary.json", summary)
    return folder


def _properties(policy_name: str, evidence: Evidence) -> dict[str, str]:
    """What junit.xml says of the run beside its cases."""
    first, second = (f"{side['model']} {side['version']}".strip() for side in evidence.evaluation.about["endpoints"])
    folders = {run.about["kind"]: run.folder.name for run in evidence.runs}
    return {"base": first, "tuned": second, "policy": policy_name, **folders}
