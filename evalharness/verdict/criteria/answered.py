"""Answered: did both endpoints answer, or did too many requests end in an error.

It knows counts of requests and of errors, nothing of what was asked.
"""

from collections.abc import Iterable, Iterator, Mapping

from evalharness import wording
from evalharness.runs.summaries.eval import SuiteSummary
from evalharness.runs.summaries.parts import Outcome
from evalharness.runs.summaries.verdict import Reason

ErrorKinds = Mapping[str, Mapping[str, int]]
"""How many requests an endpoint left unanswered: endpoint -> kind of error -> count."""


def answered(
    run: str, asked: Mapping[str, int], unanswered: ErrorKinds, limit: float, *, valid: bool = True
) -> Iterator[Reason]:
    """A reason for each endpoint of a run: did it answer?

    Where only the second leaves too much unanswered, that is its failure. Where the first does, or the run calls
    itself not `valid`, the measurement is not sound and says nothing of either. Who was asked nothing has not failed:
    under load its answers may only take longer than the whole load.
    """
    errors = {name: sum(unanswered.get(name, {}).values()) for name in asked}
    silent = [name for name, total in asked.items() if not total or errors[name] / total > limit]
    _, second = asked
    for name, total in asked.items():
        outcome: Outcome = "met" if name not in silent else "failed" if valid and silent == [second] else "unsettled"
        text = _answered_in_words(f"of the {run} run", name, total, unanswered.get(name, {}), limit)
        if not total:
            outcome = "unsettled"
            text += " Its answers may take longer than the load."
            text += f" It takes {wording.LONGER_LOAD} or {wording.FEWER_USERS}."
        elif outcome == "unsettled":
            text += " The measurement is not sound: mend the cause and run it again."
        yield Reason("answered", f"{run}: {name}", outcome, text, _plain(name, total, errors[name], limit))


def answered_in_each(suites: Iterable[SuiteSummary], limit: float) -> Iterator[Reason]:
    """A reason for every suite of which an endpoint left too much unanswered, though all suites together may do, and
    for every one of which answers are missing altogether.

    It does not fail a model: a suite may be small, and one error in twenty prompts is then more than any limit.
    """
    for suite in suites:
        for name, errors in suite.errors.items():
            if errors > limit * suite.prompts:
                text = _answered_in_words("of this suite", name, suite.prompts, {"in all": errors}, limit)
                text = f"{suite.suite}: {text} Ask them again (eval with --resume) once the cause is mended."
                plain = f"{suite.suite}: {_plain(name, suite.prompts, errors, limit)}"
                yield Reason("answered", f"{suite.suite}: {name}", "unsettled", text, plain)
        if suite.unasked:
            text = (
                f"{suite.suite}: {wording.count(suite.unasked, 'answer')} of {2 * suite.prompts} are missing, and no "
                "error is in their place. Ask for them (eval with --resume)."
            )
            yield Reason("answered", f"{suite.suite}: missing", "unsettled", text, text)


def _answered_in_words(run: str, name: str, total: int, kinds: Mapping[str, int], limit: float) -> str:
    errors = sum(kinds.values())
    if not errors:
        return f"{name} answered all {total} requests {run}." if total else f"{name} got no measured request {run}."
    listed = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    return (
        f"{name} left {errors} of {total} requests {run} unanswered "
        f"({wording.percent(errors / total)}; at most {wording.percent(limit)} is allowed): {listed}."
    )


def _plain(name: str, total: int, errors: int, limit: float) -> str:
    allowed = int(limit * total)
    return f"{name} has to answer what it is asked: {errors} of {total} went without an answer, {allowed} may."
