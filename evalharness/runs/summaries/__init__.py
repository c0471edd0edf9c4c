"""What a run concludes from its rows: summary.json of every kind of run, and judge.json.

The fields are those of the files, and summary.schema.json is made of them (schemas.py). `first` and `second` are the
two endpoints, the base first; a difference is the second less the first. It knows nothing of how anything is computed
or shown.
"""

from typing import Annotated

from pydantic import Field

from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.summaries.compared import CompareSummary
from evalharness.runs.summaries.eval import EvalSummary, FactorialSummary
from evalharness.runs.summaries.judged import JudgeSummary
from evalharness.runs.summaries.load import LoadSummary
from evalharness.runs.summaries.task import TaskSummary
from evalharness.runs.summaries.verdict import VerdictSummary

Summary = Annotated[
    EvalSummary
    | LoadSummary
    | CapacitySummary
    | JudgeSummary
    | VerdictSummary
    | CompareSummary
    | FactorialSummary
    | TaskSummary,
    Field(discriminator="kind"),
]
