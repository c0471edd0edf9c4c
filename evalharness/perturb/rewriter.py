"""The variants of a suite that a model makes, of answers that are kept in a file beside the suite that is written.

It knows which rewritings a suite needs; how one is made lies in rewriting.py, how questions are asked in
client/asked_once.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalharness.client.asked_once import AskedOnce, Making
from evalharness.client.endpoints import Endpoint
from evalharness.perturb import rewriting
from evalharness.perturb.kinds import MAKERS
from evalharness.perturb.rewriting import Languages
from evalharness.perturb.variants import UNCHANGED, Place, Rewriting, Wanted, question
from evalharness.suites.schema import Prompt, Suite


@dataclass(frozen=True)
class Job:
    """One rewriting to make: of which prompt, of which kind, the how-manieth."""

    prompt: Prompt
    kind: str
    number: int

    @property
    def place(self) -> Place:
        return self.prompt.id, self.kind, self.number


class Rewriter:
    """Who is asked, what in, and the answers so far."""

    def __init__(self, endpoints: Sequence[Endpoint], languages: Languages, seed: int, kept: Path) -> None:
        """`kept`: the file of answers; it need not be there yet."""
        self.endpoints, self.languages, self.seed = endpoints, languages, seed
        self._asked = AskedOnce(kept)

    def known(self, job: Job) -> Rewriting | None:
        """The rewriting as far as the file goes: None where something is still to be asked."""
        return self._asked.known(self._making(job))

    def rewrite(self, jobs: Sequence[Job], concurrency: int, done: Callable[[], None]) -> dict[Place, Rewriting]:
        """Asks for all of them."""
        made = {}
        for job, rewritten in self._asked.make(jobs, self._making, concurrency):
            made[job.place] = rewritten
            done()
        return made

    def _making(self, job: Job) -> Making[Rewriting]:
        original = question(job.prompt)
        if original is None:
            return Rewriting(None, UNCHANGED)
        checks = [check.model_dump() for check in job.prompt.checks]
        steps = rewriting.steps(job.kind, self.languages)
        return (yield from rewriting.rewritten(original, checks, steps, self.endpoints, self.seed + job.number - 1))


def jobs(suite: Suite, wanted: Wanted) -> Iterator[Job]:
    """What of a suite's variants an endpoint has to make."""
    for prompt in suite.prompts:
        for kind in wanted.kinds:
            if kind not in MAKERS:
                yield from (Job(prompt, kind, number) for number in range(1, wanted.variants + 1))
