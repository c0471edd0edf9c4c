"""What people said of the answers they got: rows to learn from, votes for the verdict, and what fails often.

    python -m evalharness feedback --webui http://127.0.0.1:3000 --email admin@… --password-file FILE --consent

The command alone: in pool/people, Open WebUI is read by webui.py, votes are joined by joined.py, rows made by
from_votes.py.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evalharness.commands import options
from evalharness.commands.pool import tell
from evalharness.errors import UsageError
from evalharness.pool import folder
from evalharness.pool.filters.filtering import Limits, filtered
from evalharness.pool.folder import Pool
from evalharness.pool.frequent import FrequentRow, frequent
from evalharness.pool.people import votes, webui
from evalharness.pool.people.from_votes import renewed, rows_of, with_private
from evalharness.pool.people.joined import PRIVATE, Exported, Votes, joined
from evalharness.runs.evidence import Run, graded, prompts, read_run
from evalharness.runs.folder import finished_runs
from evalharness.runs.rows.judged import VOTES
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.suites.files import load_suites, shipped
from evalharness.suites.schema import Suite
from evalharness.wording import count

NAME = "feedback"
HELP = "people's chats and votes in Open WebUI: rows for the pool, votes for the verdict, what fails often"
FAILURES, SHOWN = "failures.jsonl", 8
DRAWN_BY = "BLIND_SECRET"  # what a deployment calls it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    live = parser.add_argument_group("from a running Open WebUI")
    live.add_argument("--webui", metavar="URL", help="its address")
    live.add_argument("--email", help="of an administrator")
    live.add_argument("--password-file", type=Path, metavar="FILE", help="the password, alone in a file")
    live.add_argument("--password-name", metavar="NAME", help="of its line, in a file of NAME=value lines")
    files = parser.add_argument_group("from files that Open WebUI exported")
    files.add_argument("--chats", type=Path, metavar="FILE", help="all chats")
    files.add_argument("--votes", type=Path, metavar="FILE", help="all feedback")
    parser.add_argument(
        "--blind-secret",
        type=Path,
        metavar="FILE",
        help=f"a file with the line {DRAWN_BY}=…, by which the comparison draws and seals: blind votes that it did not "
        "write are left out (default: each is taken as it is)",
    )
    parser.add_argument(
        "--consent",
        action="store_true",
        help="those who chat there have agreed that models learn from the answers they vote on (default: no text is "
        f"kept, votes are counted alone); a chat tagged {PRIVATE} is kept out in any case",
    )
    parser.add_argument(
        "--run", type=Path, metavar="RUN", help="the eval run whose prompts were voted on (default: the newest)"
    )
    parser.add_argument("--runs", type=Path, default=options.RUNS, metavar="FOLDER", help="default: %(default)s")
    options.add_pool_argument(parser)
    options.add_kept_out_argument(parser)


def main(args: argparse.Namespace) -> int:
    suites = load_suites(args.suites) if args.suites else None  # their mistakes are told before anything is fetched
    secret = webui.read_secret(args.blind_secret, DRAWN_BY, "secret of the draw") if args.blind_secret else None
    found = joined(_exported(args), secret)
    run = _run(args)
    _tell(found, checked=secret is not None)
    _write_votes(args.runs, found, run)
    if run:
        _write_failures(args.pool, run)
    with folder.alone(args.pool):
        _renew(args.pool, found, args.consent, suites)
    return 0


def _exported(args: argparse.Namespace) -> Exported:
    live, files = (args.webui, args.email, args.password_file), (args.chats, args.votes)
    if all(files) and not any(live):
        return webui.read(*files)
    if not all(live) or any(files):
        raise UsageError("name --webui, --email and --password-file, or else two exported files, --chats and --votes")
    options.check_url("--webui", args.webui)
    password = webui.read_secret(args.password_file, args.password_name, "password")
    return webui.fetched(args.webui, args.email, password)


def _run(args: argparse.Namespace) -> Run[EvalSummary] | None:
    newest = args.run or next(iter(finished_runs(args.runs, "eval")), None)
    return read_run(newest, "eval") if newest else None


def _tell(found: Votes, checked: bool) -> None:
    compared = Counter((vote.blind, vote.choice) for vote in found.compared)
    print(f"{count(len(found.compared), 'comparison')}, {count(len(found.thumbs), 'thumb')} on one answer alone")
    for (blind, choice), many in sorted(compared.items()):
        print(f"  {'blind' if blind else 'by thumbs, names in sight'}: {many} {choice}")
    for reason, many in found.left_out.items():
        print(f"  left out: {many}, {reason}")
    if not checked and any(vote.blind for vote in found.compared):
        print("  blind votes are taken as they are: without --blind-secret a forged one cannot be told")


def _write_votes(runs: Path, found: Votes, run: Run[EvalSummary] | None) -> None:
    asked = votes.asked(prompts(run)) if run else {}
    versions = {side["name"]: side["version"] for side in run.about["endpoints"]} if run else {}
    rows = votes.vote_rows(found.compared, asked, versions)
    folder.write_anew(runs / VOTES, rows)
    on = f", {sum(row.id is not None for row in rows)} on prompts of {run.folder.name}" if run else ""
    print(f"{runs / VOTES}: {count(len(rows), 'vote')}{on}")


def _write_failures(pool: Path, run: Run[EvalSummary]) -> None:
    """Of the tuned model: what it gets wrong often, and the kinds of variants that teach it."""
    tags = {prompt.place: prompt.tags for prompt in prompts(run)}
    rows = frequent((row for row in graded(run).values() if row.endpoint == run.summary.endpoints[1]), tags)
    folder.write_anew(pool / FAILURES, rows)
    print(f"{pool / FAILURES}: what {run.summary.endpoints[1]} gets wrong often in {run.folder.name}")
    for row in rows[:SHOWN]:
        print(f"  {_in_words(row)}")


def _in_words(row: FrequentRow) -> str:
    what = f"asked otherwise ({row.variant})" if row.variant else row.tag
    how = f": augment --kinds {','.join(row.kinds)}" if row.kinds else ""
    return f"{row.suite}, {what}: {row.wrong} of {row.answered} wrong, most by {row.failure or 'what it says'}{how}"


def _renew(path: Path, found: Votes, consent: bool, suites: Sequence[Suite] | None) -> None:
    """Withdrawn are the rows of votes that are gone, and without consent those of all votes."""
    rows = rows_of(found) if consent else []
    personal = with_private(rows)
    pool = list(Pool(path))
    changed = list(renewed(pool, [row for row in rows if row.id not in personal]))
    if changed:
        folder.add(path, changed)
        folder.add(path, list(filtered(Pool(path), Limits(suites or load_suites(shipped())))))
    withdrawn = sum(row.state == "withdrawn" for row in changed)
    print(f"{path}: {count(len(changed) - withdrawn, 'new row')}, {withdrawn} withdrawn")
    for kind, many in Counter(kind for kinds in personal.values() for kind in kinds).most_common():
        print(f"  left out: {many} with {kind}")
    if not consent:
        print("  no row is made of chats without --consent (FEEDBACK_CONSENT): those who chat have to agree first")
    elif changed:
        tell(path, Pool(path))
