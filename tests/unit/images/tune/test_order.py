"""The order in which rows are seen is known before the first step."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from images.tune.order import in_order


@given(
    lengths=st.lists(st.integers(0, 50), min_size=1, max_size=200),
    steps=st.integers(1, 40),
    batch=st.integers(1, 9),
    seed=st.integers(0, 3),
)
def test_every_row_is_seen_as_often_as_any_other_but_for_the_last_pass(lengths, steps, batch, seed):
    rows = [{"prompt": number, "completion": "x" * length} for number, length in enumerate(lengths)]
    seen = in_order(rows, steps, batch, seed)
    assert len(seen) == steps * batch
    often = Counter(one["prompt"] for one in seen)
    passes = steps * batch // len(rows)
    assert {often[number] for number in range(len(rows))} <= {passes, passes + 1}
    assert seen == in_order(rows, steps, batch, seed)


def test_rows_of_a_batch_are_of_like_length_and_the_batches_are_mixed():
    rows = [{"completion": "x" * number} for number in range(160)]
    lengths = [len(one["completion"]) for one in in_order(rows, 10, 16, 0)]
    batches = [lengths[at : at + 16] for at in range(0, 160, 16)]
    assert all(max(batch) - min(batch) == 15 for batch in batches)
    assert batches != sorted(batches)
