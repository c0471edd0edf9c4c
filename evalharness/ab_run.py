"""An eval run: what it has to ask whom, its folder, and the threads that ask.

It knows prompts, endpoints and rows. How one question is asked lies in asking.py, what makes an answer right
in checks.py.
"""

import argparse
import random
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from queue import SimpleQueue

from evalharness import checks, runs
from evalharness.asking import Asker
from evalharness.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs import Row
from evalharness.suite import Suite, digest

SEED = 0  # of the order in which a prompt's endpoints are asked

Key = tuple[str, str, str]  # suite, prompt id, endpoint name


@dataclass(frozen=True)
class Job:
    """A prompt and whom to ask it, one right after the other."""

    prompt: Row
    endpoints: Sequence[Endpoint]


def plan(suites: Iterable[Suite], endpoints: Sequence[Endpoint]) -> list[Job]:
    """Everything of a new run."""
    return _jobs((row for suite in suites for row in suite.rows()), endpoints, frozenset())


def begin(args: argparse.Namespace, suites: Sequence[Suite], endpoints: Sequence[Endpoint]) -> Path:
    """A new run folder that holds all it is going to ask."""
    settings = {"concurrency": args.concurrency, "seed": SEED, "base_against_base": args.base_against_base}
    about = {
        "settings": settings,
        "endpoints": [endpoint.public() for endpoint in endpoints],
        "suites": [suite.about() for suite in suites],
    }
    folder = runs.create(args.runs, "eval", about)
    with runs.open_rows(folder / "prompts.jsonl") as file:
        for suite in suites:
            for row in suite.rows():
                runs.append(file, row)
    return folder


def rest(folder: Path, endpoints: Sequence[Endpoint]) -> list[Job]:
    """What a run has no error-free answer to.

    Raises UsageError when the folder is torn, or was filled by other endpoints than these.
    """
    run, prompts = runs.read_json(folder / "run.json"), list(runs.read_rows(folder / "prompts.jsonl"))
    if run.get("kind") != "eval":
        raise UsageError(f"{folder}: a run of kind {run.get('kind')}; only an eval run can be resumed")
    if run["endpoints"] != [endpoint.public() for endpoint in endpoints]:
        raise UsageError(f"{folder} asked other endpoints than these (its run.json names them): start a new run")
    stored = {suite: digest(rows) for suite, rows in groupby(prompts, key=itemgetter("suite"))}
    if stored != {suite["suite"]: suite["digest"] for suite in run["suites"]}:
        raise UsageError(f"{folder}: prompts.jsonl is not what run.json says was asked: start a new run")
    asked = {_key(prompt, endpoint.name) for prompt in prompts for endpoint in endpoints}
    answered = set()
    for row in runs.read_rows(folder / "answers.jsonl"):
        key = _key(row, row["endpoint"])
        if key not in asked:
            raise UsageError(f"{folder}: answers.jsonl answers {key}, which was not asked: start a new run")
        if not row["error"]:
            answered.add(key)
    return _jobs(prompts, endpoints, answered)


def write_answers(folder: Path, jobs: Iterable[Job], concurrency: int, prompt_done: Callable[[], None]) -> None:
    """Asks, and appends every answer to the folder as it comes: all rows pass through this one writer."""
    with runs.open_rows(folder / "answers.jsonl") as file:
        for row, prompt_is_done in _answers(jobs, concurrency):
            runs.append(file, row)
            if prompt_is_done:
                prompt_done()


def _key(row: Row, endpoint: str) -> Key:
    return row["suite"], row["id"], endpoint


def _jobs(prompts: Iterable[Row], endpoints: Sequence[Endpoint], answered: Collection[Key]) -> list[Job]:
    """The order of a prompt's endpoints is drawn for it alone, so that it is the same after a resumption."""
    jobs = []
    for prompt in prompts:
        drawn = random.Random(f"{SEED} {prompt['suite']} {prompt['id']}").sample(endpoints, len(endpoints))
        left = [endpoint for endpoint in drawn if _key(prompt, endpoint.name) not in answered]
        if left:
            jobs.append(Job(prompt, left))
    return jobs


def _answers(jobs: Iterable[Job], concurrency: int) -> Iterator[tuple[Row, bool]]:
    """Rows as they come, each with whether it was its prompt's last.

    The threads are daemons, unlike an executor's: after Ctrl-C nobody waits for a server that takes minutes.
    """
    todo, outages = deque(jobs), dict[str, float]()
    done: SimpleQueue[tuple[Row, bool] | BaseException | None] = SimpleQueue()

    def work() -> None:
        try:
            asker = Asker(outages)
            while True:
                try:
                    job = todo.popleft()
                except IndexError:
                    break
                for endpoint in job.endpoints:
                    done.put((_answer(asker, job.prompt, endpoint), endpoint is job.endpoints[-1]))
            done.put(None)
        except BaseException as error:
            done.put(error)

    for _ in range(concurrency):
        threading.Thread(target=work, daemon=True).start()
    try:
        working = concurrency
        while working:
            item = done.get()
            if isinstance(item, BaseException):
                raise item
            if item is None:
                working -= 1
            else:
                yield item
    finally:
        todo.clear()  # the threads stop after what they are asking now


def _answer(asker: Asker, prompt: Row, endpoint: Endpoint) -> Row:
    reply = asker.ask(endpoint, {"messages": prompt["messages"], **prompt["sampling"]})
    judged = [] if reply["error"] else checks.judge(reply["answer"], reply["finish_reason"], prompt["checks"])
    right = None if reply["error"] else all(check["passed"] for check in judged)
    return {
        "suite": prompt["suite"],
        "id": prompt["id"],
        "endpoint": endpoint.name,
        **reply,
        "checks": judged,
        "right": right,
    }
