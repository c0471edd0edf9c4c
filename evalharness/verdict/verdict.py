"""Evidence and policy in, verdict out: PASS, FAIL or INCONCLUSIVE, with a reason for every criterion (criteria/).

All of it is pure: summaries as they lie in the run folders go in, plain values come out. It knows nothing of
files, of how the evidence was measured, or of how a verdict is shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evalharness.runs.about import Fairness
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.summaries.judged import JudgeSummary, People
from evalharness.runs.summaries.load import LoadSummary
from evalharness.runs.summaries.parts import Outcome, Word
from evalharness.runs.summaries.verdict import Reason
from evalharness.verdict.criteria.answered import ErrorKinds, answered, answered_in_each
from evalharness.verdict.criteria.capacity import capacity
from evalharness.verdict.criteria.fight import fair_fight
from evalharness.verdict.criteria.gain import gain
from evalharness.verdict.criteria.no_difference import no_difference
from evalharness.verdict.criteria.preference import preference
from evalharness.verdict.criteria.quality import quality
from evalharness.verdict.criteria.robustness import robustness
from evalharness.verdict.criteria.service_level import service_level
from evalharness.verdict.criteria.votes import votes
from evalharness.verdict.policy import Policy

__all__ = ["Outcome", "Reason", "Verdict", "Word", "decide"]


@dataclass(frozen=True)
class Verdict:
    reasons: tuple[Reason, ...]

    @property
    def word(self) -> Word:
        """One failed criterion fails the whole; one that is not settled keeps it from passing."""
        outcomes = {reason.outcome for reason in self.reasons}
        if "failed" in outcomes:
            return "FAIL"
        return "PASS" if outcomes == {"met"} else "INCONCLUSIVE"


def decide(
    evaluation: EvalSummary,
    unanswered: ErrorKinds,
    load: LoadSummary | None,
    policy: Policy,
    judged: JudgeSummary | None = None,
    fairness: Iterable[Fairness] = (),
    tried: Mapping[str, int] = MappingProxyType({}),
    borne: CapacitySummary | None = None,
    people: People | None = None,
) -> Verdict:
    """The verdict on an eval run's summary, a load run's, a judging model's and people's votes (None: there is none).

    `unanswered` counts the eval run's errors; a load summary has its own count. `fairness`: what the runs recorded of
    the servers (runs/fairness.py). `tried`: how many tuned models were held against the base, by suite. `borne`: what
    both bear at a service level, of a capacity run.
    """
    prompts = sum(suite.prompts for suite in evaluation.suites)
    asked = dict.fromkeys(evaluation.endpoints, prompts)
    reasons = [
        *of_answers(evaluation, policy, tried),
        *preference(judged, evaluation, policy),
        *votes(people, evaluation, policy),
        *capacity(load, policy),
        *service_level(borne, policy),
    ]
    reasons += answered("eval", asked, unanswered, policy.max_error_rate)
    reasons += answered_in_each(evaluation.suites, policy.max_error_rate)
    if load is not None:
        asked = {side.name: side.requests for side in load.endpoints}
        unanswered = {side.name: side.errors for side in load.endpoints}
        reasons += answered("load", asked, unanswered, policy.max_error_rate, valid=not load.invalid)
    reasons += fair_fight(fairness)
    return Verdict(tuple(reasons))


def of_answers(
    evaluation: EvalSummary, policy: Policy, tried: Mapping[str, int] = MappingProxyType({})
) -> list[Reason]:
    """What the answers alone say: the reasons that more prompts may settle."""
    of_suites = no_difference(evaluation) if policy.quality == "no-difference" else quality(evaluation, policy, tried)
    wants_gain = gain(of_suites, evaluation.endpoints[1]) if policy.require_gain else ()
    return [*of_suites, *wants_gain, *robustness(evaluation, policy)]
