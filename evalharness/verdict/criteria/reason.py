"""A criterion's outcome and the sentence why: all that a criterion gives, and all that a verdict takes."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["met", "failed", "unsettled"]


@dataclass(frozen=True)
class Reason:
    """One criterion's outcome for one subject (a suite, a load metric, an endpoint), and the sentence why.

    `plain` says the same to whoever knows no statistics, with the number that would change it (plain.py).
    """

    criterion: str
    subject: str
    outcome: Outcome
    text: str
    plain: str = ""
