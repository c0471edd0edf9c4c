"""Named spans have their share of a row's loss, whatever they and the rest are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images.tune.weighting import spans, weights


def test_of_four_tokens_one_is_named_and_has_seven_tenths_of_the_loss():
    text = "<q>Pay Ada now<end>"
    offsets = [(0, 3), (3, 6), (6, 10), (10, 14), (14, 19)]  # <q>, Pay, Ada, now, <end>
    named = spans(text, 3, ["Ada"])
    assert named == [(7, 10)]
    assert weights(offsets, 3, named, 0.7) == pytest.approx([0, 0.4, 2.8, 0.4, 0.4])


def test_a_name_in_the_question_is_not_looked_for_and_in_the_answer_each_time():
    assert spans("Ada? Ada or Ada", 5, ["Ada", ""]) == [(5, 8), (12, 15)]


def test_where_nothing_is_named_all_tokens_of_the_answer_count_alike():
    assert weights([(0, 2), (2, 4), (4, 6)], 2, [], 0.7) == [0, 1, 1]
    assert weights([(0, 2), (2, 4), (4, 6)], 2, [(2, 6)], 0.7) == [0, 1, 1]


@given(
    lengths=st.lists(st.integers(1, 4), min_size=1, max_size=40),
    begin=st.integers(0, 30),
    named=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=4),
    share=st.floats(0.01, 0.99),
)
def test_the_weights_add_up_to_the_number_of_tokens_that_are_learnt(lengths, begin, named, share):
    ends = [sum(lengths[: at + 1]) for at in range(len(lengths))]
    offsets = list(zip([0, *ends], ends, strict=False))
    found = weights(offsets, begin, [(at, at + length) for at, length in named], share)
    assert sum(found) == pytest.approx(sum(end > begin for end in ends))
    assert all((weight > 0) == (end > begin) for weight, end in zip(found, ends, strict=True))
