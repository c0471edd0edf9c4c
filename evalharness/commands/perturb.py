"""Variants of suites, written as suites: a file holds the prompts as they are, and each one's variants after it.

    python -m evalharness perturb --suites general --kinds typos,form --rate 0.1 --out general-perturbed.yaml

The command alone: what kinds there are lies in suites/variants.py, how a suite gets them in perturb/variants.py.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evalharness.client.endpoints import Endpoint
from evalharness.commands import options
from evalharness.errors import UsageError
from evalharness.perturb.kinds import MAKERS
from evalharness.perturb.rewriting import Languages
from evalharness.perturb.variants import MADE, Place, Rewriting, Tally, Wanted, with_variants
from evalharness.suites import files
from evalharness.suites.files import load_suites
from evalharness.suites.schema import Suite
from evalharness.suites.variants import KINDS

NAME = "perturb"
HELP = "write a suite with variants of its prompts: typos, other forms, distractions, counter-orders, …"

OPENING = "# Written by `python -m evalharness perturb`"
NAME_PLACE = "{suite}"

_HERE = [name for name in KINDS if name in MAKERS]
_ASKED = [name for name in KINDS if name not in MAKERS]
_DEFAULT = [name for name in _HERE if KINDS[name].preserves]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--suites", type=_list, required=True, metavar="A,B", help="shipped suites or paths of suite files"
    )
    kinds = "; ".join(f"{name}: {kind.says}" for name, kind in KINDS.items())
    parser.add_argument(
        "--kinds", type=_list, default=_DEFAULT, metavar="A,B", help=f"{kinds} (default: {','.join(_DEFAULT)})"
    )
    parser.add_argument(
        "--rate",
        type=_share,
        default=0.1,
        help="share of a prompt's words, marks, sentences or JSON objects that is changed, at least one; "
        "at 0 none (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--variants", type=options.positive, default=1, metavar="N", help="of each kind a prompt (default: %(default)s)"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE.yaml",
        help=f"the suite is called like its file; for several suites, a name with {NAME_PLACE} in it",
    )
    options.add_rewriting_arguments(parser, _ASKED)


def main(args: argparse.Namespace) -> int:
    suites = load_suites(args.suites)
    wanted = Wanted(_kinds(args.kinds), args.variants, args.rate, args.seed)
    endpoints = options.rewriting_endpoints(args, [kind for kind in wanted.kinds if kind in _ASKED], _ASKED)
    places = [_place(args.out, suite, len(suites)) for suite in suites]
    for suite, path in zip(suites, places, strict=True):
        rewritten = _rewritten(args, suite, wanted, endpoints, path) if endpoints else {}
        perturbed, tally = with_variants(suite, path.stem, wanted, rewritten)
        _write(path, perturbed, suite, wanted, endpoints)
        _tell(path, perturbed, wanted.kinds, tally)
    return 0


def _rewritten(
    args: argparse.Namespace, suite: Suite, wanted: Wanted, endpoints: Sequence[Endpoint], path: Path
) -> dict[Place, Rewriting]:
    from evalharness.client.asking import probe
    from evalharness.perturb.rewriter import Rewriter, jobs
    from evalharness.report.terminal.progress import progress

    cache = path.with_suffix(".answers.jsonl")
    rewriter = Rewriter(endpoints, Languages(args.language, args.through), args.seed, cache)
    known = {job.place: made for job in jobs(suite, wanted) if (made := rewriter.known(job))}
    todo = [job for job in jobs(suite, wanted) if job.place not in known]
    if not todo:
        return known
    for endpoint in endpoints:
        probe(endpoint)
    try:
        with progress(len(todo), "rewritings") as done:
            return known | rewriter.rewrite(todo, args.concurrency, done)
    except KeyboardInterrupt:
        print(f"tandem: interrupted, every answer so far is kept in {cache}; the same command goes on", file=sys.stderr)
        raise


def _write(path: Path, perturbed: Suite, suite: Suite, wanted: Wanted, endpoints: Sequence[Endpoint]) -> None:
    """What it was made of stands at its head."""
    models = " and ".join(dict.fromkeys(repr(endpoint.model) for endpoint in endpoints))
    about = [
        f"{OPENING}: change its settings, not this.",
        f"# From {suite.suite}, version {suite.version}, at rate {wanted.rate:g} with seed {wanted.seed}, "
        f"{wanted.variants} of each kind" + (f", rewritten by {models}:" if models else ":"),
        f"# {', '.join(wanted.kinds)}",
    ]
    files.write(path, about, perturbed)


def _tell(path: Path, perturbed: Suite, kinds: Sequence[str], tally: Tally) -> None:
    variants = sum(1 for prompt in perturbed.prompts if prompt.of)
    print(f"{path}: {len(perturbed.prompts) - variants} prompts and {variants} variants")
    for kind in kinds:
        sort = "the same meaning" if KINDS[kind].preserves else "another meaning"
        dropped = [f"{number} {why}" for (name, why), number in sorted(tally.items()) if name == kind and why != MADE]
        print(f"  {kind} ({sort}): {tally[kind, MADE]} made" + (f"; dropped: {', '.join(dropped)}" if dropped else ""))
    if any(why.startswith("error ") for _, why in tally):
        print("  Ask again what ended in an error: the same command.")


def _kinds(names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in KINDS:
            raise UsageError(f"--kinds {name}: there is no such kind; there are {', '.join(KINDS)}")
    return list(dict.fromkeys(names))


def _place(out: str, suite: Suite, suites: int) -> Path:
    """Where a suite is written. Raises UsageError for a place that will not do, before anything is asked."""
    if any(prompt.of for prompt in suite.prompts):
        raise UsageError(f"--suites {suite.suite}: has variants already; name the suite they were made of")
    if suites > 1 and NAME_PLACE not in out:
        raise UsageError(f"--out {out}: one file for {suites} suites; write {NAME_PLACE} where its name belongs")
    path = Path(out.replace(NAME_PLACE, suite.suite))
    files.check_place(path, OPENING)
    return path


def _list(text: str) -> list[str]:
    return text.split(",")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share between 0 and 1")
    return share
