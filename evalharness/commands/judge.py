"""The `judge` subcommand: a model compares the answers of a finished eval run, and grades them by rubric.

    python -m evalharness judge --run runs/…-eval --judge-url https://…/v1 --judge-model NAME --judge-key-file FILE

It asks what judge.jsonl in the run's folder has no reply to yet: the same command goes on where it was stopped.
"""

import argparse
import sys
from pathlib import Path

from evalharness.client.endpoints import Endpoint, read_key
from evalharness.commands import options
from evalharness.runs.folder import write_concluded
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.judged import JudgedRow
from evalharness.runs.summaries.judged import Judge

NAME = "judge"
HELP = "let a model judge the answers of a finished eval run, each pair in both orders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", type=Path, required=True, metavar="RUN", help="the folder of a finished eval run")
    judge = parser.add_argument_group("judge")
    judge.add_argument("--judge-url", required=True, metavar="URL", help="an OpenAI-compatible base URL, /v1 included")
    judge.add_argument("--judge-model", required=True, metavar="MODEL", help="what that API calls the model")
    judge.add_argument("--judge-key-file", type=Path, metavar="FILE", help="its API key, alone in a file")
    parser.add_argument(
        "--suites",
        type=lambda text: text.split(","),
        metavar="A,B",
        help="judge these suites of the run (default: all)",
    )
    parser.add_argument(
        "--votes", type=Path, metavar="FILE", help='people\'s votes to hold it against: lines of {"id": …, "choice": …}'
    )
    parser.add_argument(
        "--concurrency", type=options.positive, default=8, metavar="N", help="questions at a time (default: 8)"
    )


def main(args: argparse.Namespace) -> int:
    """Raises UsageError before anything is asked."""
    from evalharness.client import asking
    from evalharness.judge import run
    from evalharness.judge.summary import summarise
    from evalharness.judge.votes import read_votes
    from evalharness.report.terminal import judge as judge_terminal
    from evalharness.report.terminal.progress import progress
    from evalharness.runs import evidence

    options.check_url("--judge-url", args.judge_url)
    key = read_key(args.judge_key_file, None) if args.judge_key_file else ""
    judge = Endpoint("judge", args.judge_url.rstrip("/"), args.judge_model, key=key)
    evaluation = evidence.read_run(args.run, "eval")
    asked = run.questions(evaluation, args.suites)
    names = [endpoint["name"] for endpoint in evaluation.about["endpoints"]]
    prompts = {(suite, prompt) for _, suite, prompt, _ in (question.key for question in asked)}
    votes = read_votes(args.votes, prompts, names) if args.votes else {}
    left = run.rest(evaluation.folder, asked, judge)
    if left:
        asking.probe(judge)
    if any((side["url"], side["model"]) == (judge.url, judge.model) for side in evaluation.about["endpoints"]):
        print("tandem: the judge is one of the two it judges: models prefer their own answers", file=sys.stderr)
    result = evaluation.folder / "judge.json"
    result.unlink(missing_ok=True)  # it is not of the verdicts to come
    try:
        with progress(len(left), "questions") as done:
            run.write_verdicts(evaluation.folder, left, judge, args.concurrency, done)
    except KeyboardInterrupt:
        print("tandem: interrupted, every verdict so far is kept; the same command goes on", file=sys.stderr)
        raise
    rows = read_rows(evaluation.folder / run.FILE, JudgedRow)
    keys = [question.key for question in asked]
    companies = {prompt.place: prompt.company for prompt in evidence.prompts(evaluation)}
    summary = summarise(evaluation.about, Judge(**judge.public()), keys, rows, votes, companies)
    write_concluded(result, summary)
    judge_terminal.show(summary)
    print(f"Every question and reply: {evaluation.folder / run.FILE}")
    return 0
