"""A suite out of conversations that other programs wrote, so that the questions are those that people really ask.

    python -m evalharness import chats.json --out chats.yaml

The command alone: how a file is read lies in imports/records.py, its formats in imports/formats.py, and what is checked
of an imported prompt in imports/suite.py.
"""

import argparse
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from evalharness.commands import options
from evalharness.errors import UsageError
from evalharness.imports.formats import FORMATS, Conversation, Turn, Unfit, conversation, format_of, tokens
from evalharness.imports.records import Record, read_records
from evalharness.suites import files
from evalharness.suites.schema import Suite

NAME = "import"
HELP = "make a suite of conversations: Alpaca, ShareGPT, OpenAI messages, chats exported from Open WebUI"

AUTO = "auto"
MAX_TOKENS = 512
CONTEXT = 131_072  # tokens; few open models are made for more
ID = "line-"  # of a prompt, before its place
MOST_PLACES = 10  # named for one reason
OPENING = "# Written by `python -m evalharness import`"

Places = dict[str, list[str]]  # reason -> places in the file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON (an array) or JSON lines")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="SUITE.yaml", help="where to; the suite is called like its file"
    )
    parser.add_argument("--format", choices=(AUTO, *FORMATS), default=AUTO, help="default: %(default)s")
    parser.add_argument("--limit", type=options.positive, metavar="N", help="draw so many of the prompts")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the drawing (default: %(default)s)")
    parser.add_argument(
        "--max-tokens",
        type=options.positive,
        default=MAX_TOKENS,
        metavar="N",
        help="of an answer (default: %(default)s)",
    )
    parser.add_argument(
        "--context",
        type=options.positive,
        default=CONTEXT,
        metavar="N",
        help="the served length in tokens: what takes more, its answer included, is left out (default: %(default)s)",
    )


def main(args: argparse.Namespace) -> int:
    from evalharness.imports.suite import suite_of

    files.check_place(args.out, OPENING)
    records = read_records(args.file)
    name = _format(args.file, records) if args.format == AUTO else args.format
    found, left_out = _conversations(records, name, args.context - args.max_tokens)
    if not found:
        raise UsageError(f"{args.file}: nothing in it can be asked: {'; '.join(_reasons(left_out))}")
    drawn = _drawn(found, args.limit, args.seed)
    suite = suite_of(args.out.stem, f"Imported from {args.file.name}", drawn, [name], args.max_tokens)
    about = [
        f"{OPENING} from {args.file.name!r} ({name}): {len(drawn)} of {len(records)} records.",
        *(f"Left out: {reason}" for reason in _reasons(left_out)),
        *(f"Noted: {note}" for note in _reasons(_notes(drawn))),
        *([f"Drawn with seed {args.seed} from {len(found)} that can be asked."] if len(drawn) < len(found) else []),
        "Nobody has checked the answers that came with them: each is a hint to a judge (rubric), not a check.",
    ]
    files.write(args.out, [about[0], *(f"# {line}" for line in about[1:])], suite)
    longest = max(drawn, key=lambda one: tokens(one[1]))[0]
    _tell(args.out, suite, longest, left_out, _notes(drawn))
    return 0


def _format(file: Path, records: Sequence[Record]) -> str:
    name = next((name for record in records if (name := format_of(record.value))), None)
    if name is None:
        raise UsageError(f"{file}: no record of a known format ({', '.join(FORMATS)})")
    return name


def _conversations(records: Sequence[Record], name: str, most: int) -> tuple[list[tuple[str, Conversation]], Places]:
    """What can be asked, each with an id that names its place, and what was left out, by reason.

    A question that came before is left out: asked twice, it would count as two, and say nothing new. So is one of more
    than `most` tokens.
    """
    found: list[tuple[str, Conversation]] = []
    left_out: Places = {}
    asked = set[tuple[Turn, ...]]()
    for place, value, wrong in records:
        try:
            if wrong:
                raise Unfit(wrong)
            made = conversation(value, name)
            if made.messages in asked:
                raise Unfit("the question of an earlier one")
            if tokens(made) > most:
                raise Unfit("more tokens than a server holds (--context)")
        except Unfit as reason:
            left_out.setdefault(str(reason), []).append(place)
        else:
            asked.add(made.messages)
            found.append((f"{ID}{place.replace(':', '-')}", made))
    return found, left_out


def _drawn(
    found: Sequence[tuple[str, Conversation]], limit: int | None, seed: int
) -> Sequence[tuple[str, Conversation]]:
    """So many of them, in the order of the file."""
    if limit is None or limit >= len(found):
        return found
    return [found[at] for at in sorted(random.Random(seed).sample(range(len(found)), limit))]


def _reasons(left_out: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"{len(places)} with {reason} ({_lines(places)})" for reason, places in left_out.items()]


def _lines(places: Sequence[str]) -> str:
    more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
    return f"{'line' if len(places) == 1 else 'lines'} {', '.join(places[:MOST_PLACES])}{more}"


def _notes(drawn: Sequence[tuple[str, Conversation]]) -> Places:
    """What of those that are asked was not taken over, with their places."""
    notes: Places = {}
    for identity, made in drawn:
        for note in made.notes:
            notes.setdefault(note, []).append(identity.removeprefix(ID).replace("-", ":"))
    return notes


def _tell(path: Path, suite: Suite, longest: str, left_out: Places, notes: Places) -> None:
    with_reference = sum(1 for prompt in suite.prompts if prompt.rubric)
    print(f"{path}: {len(suite.prompts)} prompts, {with_reference} with a reference for a judge")
    print(f"  the longest ({longest}) needs a served length of about {suite.context} tokens; see --context")
    for reason in _reasons(left_out):
        print(f"  left out: {reason}")
    for note in _reasons(notes):
        print(f"  noted: {note}")
