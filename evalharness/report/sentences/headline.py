"""The verdict in one sentence, for whoever reads only one, and its reasons with what decides first.

It knows the criteria's names and outcomes, nothing of the numbers behind them.
"""

from evalharness.verdict.criteria.gain import cannot_tell
from evalharness.verdict.criteria.quality import GUARD
from evalharness.verdict.verdict import Reason, Verdict
from evalharness.wording import METRICS, listing

SYMBOLS = {"met": "✓", "failed": "✕", "unsettled": "?", "PASS": "✓", "FAIL": "✕", "INCONCLUSIVE": "?"}

# criterion -> what the candidate does when it meets it (or may do, while that is open), and when it fails it
PHRASES = {
    "superiority": ("is better in {}", "is not better in {}"),
    "superiority by a margin": ("is better by what is asked in {}", "is not better by what is asked in {}"),
    "non-inferiority": ("is no worse in {}", "is worse in {}"),
    GUARD: ("shows no loss in {}", "is worse in {}"),
    "gain": ("shows a gain in any suite", ""),
    "no difference": ("shows no difference in {}", "differs in {}"),
    "robustness": ("loses no more to rewording in {}", "loses more to rewording in {}"),
    "preference": ("is preferred in {}", "is not preferred in {}"),
    "votes": ("is preferred by people in {}", "is not preferred by people in {}"),
    "capacity": ("keeps the limits on {}", "breaks the limits on {}"),
    "capacity at a service level": (
        "bears what is asked at the service level",
        "bears less than is asked at the service level",
    ),
    "answered": ("was measured soundly", "leaves too much unanswered"),
    "fair fight": ("was compared on equal terms", "was not compared on equal terms"),
    "quality": ("is better or worse in anything that is judged", ""),
}

SEVERITY = ("failed", "unsettled", "met")
TAKEN_FOR_GRANTED = (
    "answered",
    "fair fight",
    "gain",
    GUARD,
)  # nobody passes by them alone, so a PASS does not name them


def headline(verdict: Verdict, candidate: str) -> str:
    """One sentence: what is met (PASS), what failed (FAIL), or what is not settled (INCONCLUSIVE).

    Where no suite was asked to show a gain, a second one says so: no worse must not be read as better.
    """
    if verdict.word == "FAIL":
        return f"{candidate} {_phrases(verdict, 'failed')}."
    untold = cannot_tell(verdict.reasons, candidate)
    if verdict.word == "PASS":
        said = f"{candidate} {_phrases(verdict, 'met')}."
    else:
        said = f"Nothing failed, but it is not settled whether {candidate} {_phrases(verdict, 'unsettled')}."
    return f"{said} {untold}".strip()


def foremost_first(verdict: Verdict) -> list[Reason]:
    """What failed, then what is not settled, then what is met."""
    return sorted(verdict.reasons, key=lambda reason: SEVERITY.index(reason.outcome))


def _phrases(verdict: Verdict, outcome: str) -> str:
    subjects: dict[str, list[str]] = {}
    for reason in verdict.reasons:
        if reason.outcome == outcome and not (outcome == "met" and reason.criterion in TAKEN_FOR_GRANTED):
            subjects.setdefault(reason.criterion, []).append(METRICS.get(reason.subject, reason.subject))
    *others, last = (
        PHRASES[criterion][outcome == "failed"].format(_few(names)) for criterion, names in subjects.items()
    )
    return f"{', '.join(others)}, and {last}" if others else last


def _few(names: list[str]) -> str:
    return listing(names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"])
