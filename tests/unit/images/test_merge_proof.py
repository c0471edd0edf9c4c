"""What a merge must show before it is published: its error is the rounding of its weights, and that is its type's."""

from dataclasses import replace

import pytest

from images.merge.proof import Difference, prove
from serve.errors import UsageError

BFLOAT16, FLOAT16, FLOAT32 = 2.0**-8, 2.0**-11, 2.0**-24
# A model whose logits go 100 when every weight is doubled, merged rightly into bfloat16.
MERGED = Difference(effect=50.0, error=0.3, rounding=0.3, unexplained=1e-5, sensitivity=100.0)


def refused(match):
    return pytest.raises(UsageError, match=match)


def test_what_is_rounding_alone_is_published_with_its_limits():
    assert prove(MERGED, "bfloat16", BFLOAT16) == {
        "weights": "bfloat16",
        "adapter_effect_l2": 50.0,
        "merge_error_l2": 0.3,
        "rounding_l2": 0.3,
        "rounding_limit_l2": 2 * 100 * 2**-8,
        "unexplained_l2": 1e-5,
        "unexplained_limit_l2": 64 * 100 * 2**-24,
    }


@pytest.mark.parametrize("missing", [0.001, 0.1, 50.0])
def test_what_rounding_does_not_explain_is_refused_however_small_beside_the_adapters_effect(missing):
    with refused(
        rf"its answers differ by 0.3, of which rounding to bfloat16 explains all but {missing:.3g} \(limit 0.000381; "
        r"the adapter's whole effect is 50\); set MODE=lora"
    ):
        prove(replace(MERGED, unexplained=missing), "bfloat16", BFLOAT16)


def test_a_narrower_type_may_round_more():
    prove(replace(MERGED, rounding=0.7), "bfloat16", BFLOAT16)
    with refused("float16, the type of BASE_MODEL, cannot hold the merged weights \\(.* changes the answers by 0.7,"):
        prove(replace(MERGED, rounding=0.7), "float16", FLOAT16)


def test_in_float32_nothing_is_rounded():
    with refused("the merged model is not ADAPTER on BASE_MODEL"):
        prove(MERGED, "float32", FLOAT32)


@pytest.mark.parametrize("field", ["rounding", "unexplained"])
def test_what_is_not_a_number_proves_nothing(field):
    with refused("BASE_MODEL"):
        prove(replace(MERGED, **{field: float("nan")}), "float16", FLOAT16)
