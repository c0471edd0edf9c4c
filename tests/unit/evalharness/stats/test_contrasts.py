"""Tuning, quantization, and what they do together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from evalharness.stats.clustered import Effect
from evalharness.stats.contrasts import contrasts

scores = arrays.arrays(float, (4, 12), elements=st.sampled_from([0.0, 0.5, 1.0]))


def numbers(effect: Effect) -> tuple[float, float, float]:
    return effect.difference, effect.low, effect.high


@given(scores)
def test_the_three_effects_are_the_contrasts_of_the_four_rates(four: np.ndarray) -> None:
    base, base_int4, tuned, tuned_int4 = four.mean(axis=1)
    found = contrasts(*four)
    assert found.tuning.difference == pytest.approx((tuned - base + tuned_int4 - base_int4) / 2)
    assert found.quantization.difference == pytest.approx((base_int4 - base + tuned_int4 - tuned) / 2)
    assert found.interaction.difference == pytest.approx((tuned_int4 - base_int4) - (tuned - base))
    for effect in (found.tuning, found.quantization, found.interaction):
        assert effect.low <= effect.difference + 1e-12 and effect.difference - 1e-12 <= effect.high


@given(scores)
def test_tuning_and_quantization_are_treated_alike(four: np.ndarray) -> None:
    base, base_int4, tuned, tuned_int4 = four
    one, other = contrasts(base, base_int4, tuned, tuned_int4), contrasts(base, tuned, base_int4, tuned_int4)
    assert numbers(one.tuning) == pytest.approx(numbers(other.quantization))
    assert numbers(one.interaction) == pytest.approx(numbers(other.interaction))


def test_quantization_that_hurts_only_the_tuned_model_is_an_interaction() -> None:
    base, tuned, hurt = np.zeros(200), np.ones(200), np.r_[np.ones(150), np.zeros(50)]
    found = contrasts(base, base, tuned, hurt)
    assert found.interaction.difference == -0.25 and found.interaction.high < 0
    assert found.tuning.difference == 0.875 and found.quantization.difference == -0.125


def test_the_four_must_have_answered_the_same_prompts() -> None:
    with pytest.raises(ValueError, match="the same prompts"):
        contrasts([1, 0], [1, 0], [1, 0], [1])
