"""An eval run: what it has to ask whom, its folder, and the asking.

It knows prompts, endpoints and rows. What becomes of one prompt lies in answering.py.
"""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from evalharness.checks import code
from evalharness.client import threads
from evalharness.client.answering import answer
from evalharness.client.asking import Asker
from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs import fairness
from evalharness.runs.about import About, read_about
from evalharness.runs.folder import create_run
from evalharness.runs.jsonl import append_row, digest, open_rows, read_rows
from evalharness.runs.rows.eval import AnswerRow, Graded, PromptRow
from evalharness.runs.typed import Json
from evalharness.suites.schema import Suite
from evalharness.wording import listing

SEED = 0  # of the order in which a prompt's endpoints are asked

Key = tuple[str, str, str]  # suite, prompt id, endpoint name
Answer = tuple[AnswerRow, bool]  # a row of answers.jsonl, and whether it was its prompt's last


@dataclass(frozen=True)
class Job:
    """A prompt and whom to ask it, one right after the other."""

    prompt: PromptRow
    endpoints: Sequence[Endpoint]


def plan(suites: Iterable[Suite], endpoints: Sequence[Endpoint]) -> list[Job]:
    """Everything of a new run."""
    return _jobs((row for suite in suites for row in suite.rows()), endpoints, frozenset())


def begin(
    root: Path,
    kind: str,
    settings: Mapping[str, Any],
    suites: Sequence[Suite],
    endpoints: Sequence[Endpoint],
    servers: Mapping[str, Json],
) -> Path:
    """A new run folder that holds all it is going to ask, and what was read of the servers (fairness.py)."""
    about = {
        "settings": {**settings, "seed": SEED},
        "endpoints": [endpoint.public() for endpoint in endpoints],
        "suites": [suite.about() for suite in suites],
        "fairness": fairness.record(servers),
    }
    folder = create_run(root, kind, about)
    with open_rows(folder / "prompts.jsonl") as file:
        for suite in suites:
            for row in suite.rows():
                append_row(file, row)
    return folder


def rest(folder: Path, endpoints: Sequence[Endpoint]) -> list[Job]:
    """What an eval run has no error-free answer to.

    Raises UsageError when the folder is torn, or was filled by other endpoints than these.
    """
    run = read_about(folder, "eval")
    if run["endpoints"] != [endpoint.public() for endpoint in endpoints]:
        raise UsageError(f"{folder} asked other endpoints than these (its run.json names them): start a new run")
    return unanswered(folder, run, endpoints)


def unanswered(folder: Path, run: About, endpoints: Sequence[Endpoint]) -> list[Job]:
    """What these endpoints, all or some of the run's, have not answered without an error."""
    prompts = list(read_rows(folder / "prompts.jsonl", PromptRow))
    stored = {suite: digest(rows) for suite, rows in groupby(prompts, key=attrgetter("suite"))}
    if stored != {suite["suite"]: suite["digest"] for suite in run["suites"]}:
        raise UsageError(f"{folder}: prompts.jsonl is not what run.json says was asked: start a new run")
    asked = {(*prompt.place, endpoint["name"]) for prompt in prompts for endpoint in run["endpoints"]}
    answered = set()
    for row in read_rows(folder / "answers.jsonl", Graded):
        key = (*row.place, row.endpoint)
        if key not in asked:
            raise UsageError(f"{folder}: answers.jsonl answers {key}, which was not asked: start a new run")
        if not row.error:
            answered.add(key)
    return _jobs(prompts, endpoints, answered)


def check_servers(folder: Path, servers: Mapping[str, Json]) -> None:
    """Raises UsageError when a server is no longer what it was when this run began: its answers would be others."""
    began = read_about(folder, "eval").get("fairness", fairness.NOTHING)["read"]
    for name, facts in servers.items():
        different = fairness.changed(began.get(name, {}), facts)
        if different:
            raise UsageError(f"{folder}: {name} was asked with another {listing(different)}: start a new run")


def ask(jobs: Iterable[Job], concurrency: int) -> Iterator[Answer]:
    """Begins to ask, at once; gives the answers as they come."""
    outages = dict[str, float]()

    def begin() -> Callable[[Job], Iterator[Answer]]:
        asker = Asker(outages)

        def work(job: Job) -> Iterator[Answer]:
            for endpoint in job.endpoints:
                yield answer(asker, job.prompt, endpoint), endpoint is job.endpoints[-1]

        return work

    return threads.results(jobs, begin, concurrency)


def write_answers(folder: Path, answers: Iterable[Answer], prompt_done: Callable[[], None]) -> None:
    """Appends every answer to the folder as it comes: all rows pass through this one writer."""
    with open_rows(folder / "answers.jsonl") as file:
        for row, prompt_is_done in answers:
            append_row(file, row)
            if prompt_is_done:
                prompt_done()


def _jobs(prompts: Iterable[PromptRow], endpoints: Sequence[Endpoint], answered: Collection[Key]) -> list[Job]:
    """The order of a prompt's endpoints is drawn for it alone, so that it is the same after a resumption.

    Raises UsageError where code is to be run and nothing here would hold it back: before anything is asked.
    """
    jobs = []
    for prompt in prompts:
        if any(check.type == "code" for check in prompt.checks):
            code.check_machine()
        drawn = random.Random(f"{SEED} {prompt.suite} {prompt.id}").sample(endpoints, len(endpoints))
        left = [endpoint for endpoint in drawn if (*prompt.place, endpoint.name) not in answered]
        if left:
            jobs.append(Job(prompt, left))
    return jobs
