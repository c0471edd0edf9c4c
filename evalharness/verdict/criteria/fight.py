"""Fair fight: did the servers differ in anything but the weights, as far as that could be read.

It knows the records of fairness.py. What is not known does not keep a model from passing; it is in the record.
"""

from collections.abc import Iterable, Iterator

from evalharness.runs.about import Fairness
from evalharness.runs.fairness import matters
from evalharness.runs.summaries.verdict import Reason
from evalharness.wording import listing

CRITERION = "fair fight"
PLAIN = "The two servers may differ in nothing but the weights, or it is not the weights that were compared."


def fair_fight(records: Iterable[Fairness]) -> Iterator[Reason]:
    """A reason for everything in which the servers of any run differ, or one that they do not; none without a record.

    What a policy allows by name (`allowed`) is no reason.
    """
    records = list(records)
    allowed = {what for record in records for what in record.get("allowed", ())}
    different = {one["what"]: one for record in records for one in matters(record) if one["what"] not in allowed}
    for what, one in different.items():
        first, second = one["between"]
        text = (
            f"{what}: {first} has {one['base']}, {second} has {one['tuned']}. What was measured is then not the "
            f"weights alone. Serve both alike, or allow it by name (allow_differences in the policy)."
        )
        yield Reason(CRITERION, what, "unsettled", text, PLAIN)
    if records and not different:
        unknown = list(dict.fromkeys(entry["what"] for record in records for entry in record["unknown"]))
        said = f" Not known: {listing(unknown)}." if unknown else ""
        also = f" The policy allows another {listing(sorted(allowed))}." if allowed else ""
        text = f"Nothing that the servers say of themselves differs but the weights.{also}{said}"
        yield Reason(CRITERION, "servers", "met", text, PLAIN)
