"""What a quantized model must show before it is published, on a toy of one layer whose loss is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from images.quantize import loss
from images.quantize.calibration import Example, split, stated
from images.quantize.unpacking import unpack
from serve.errors import UsageError

WORDS, INPUTS, GROUP = 32, 64, 32
RANDOM = np.random.default_rng(0)
LAYER = RANDOM.normal(size=(WORDS, INPUTS)).astype(np.float32)
EXAMPLES = [Example(RANDOM.integers(0, WORDS, 20).tolist(), 4) for _ in range(8)]
STATES = [RANDOM.normal(size=(16, INPUTS)).astype(np.float32) / 4 for _ in EXAMPLES]


def packed(values):
    """Eight 4-bit values of neighbouring rows in an int32."""
    words = np.zeros((len(values) // 8, values.shape[1]), np.uint32)
    for place in range(8):
        words |= values[place::8].astype(np.uint32) << (4 * place)
    return words.view(np.int32)


def quantized(weights=LAYER):
    """Rounded to the nearest, symmetric: qweight, qzeros, scales, g_idx."""
    groups = weights.T.reshape(-1, GROUP, len(weights))
    scales = np.abs(groups).max(1) / 7
    values = np.clip(np.round(groups / scales[:, None]) + 8, 0, 15).astype(np.uint8).reshape(-1, len(weights))
    zeros = np.full((len(scales), len(weights) // 8), 0x77777777, np.int32)
    return packed(values), zeros, scales.astype(np.float32), (np.arange(weights.shape[1]) // GROUP).astype(np.int32)


def lost(weights):
    before = [state @ LAYER.T for state in STATES]
    error = float(np.linalg.norm(weights - LAYER) / np.linalg.norm(LAYER))
    proof = loss.compare(EXAMPLES, before, [state @ weights.T for state in STATES])
    return {**proof, "weight_error": loss.of_weights({"up_proj": error})}


def test_unpacking_gives_the_weights_back_within_half_a_step():
    qweight, qzeros, scales, g_idx = quantized()
    steps = scales[g_idx].T
    assert (np.abs(unpack(qweight, qzeros, scales, g_idx) - LAYER) <= steps * 0.501).all()


@given(st.lists(st.integers(0, 15), min_size=16, max_size=16), st.floats(0.001, 10))
def test_each_of_the_sixteen_values_stands_for_its_distance_from_eight(values, scale):
    column = np.array(values, np.uint8).reshape(16, 1)
    parts = packed(np.repeat(column, 8, axis=1)), np.full((1, 1), 0x77777777, np.int32)
    weights = unpack(*parts, np.full((1, 8), scale, np.float32), np.zeros(16, np.int32))
    assert np.allclose(weights, [[(value - 8) * np.float32(scale) for value in values]] * 8)


def test_a_good_quantization_loses_little_and_is_taken():
    proof = lost(unpack(*quantized()))
    assert proof["tokens"] == 8 * 16
    assert proof["kl_per_token"] < 0.02
    assert proof["same_top_token"] > 0.8
    loss.refuse(proof, loss.KL_LIMIT)


def test_a_model_against_itself_loses_nothing():
    proof = lost(LAYER)
    assert proof["kl_per_token"] == 0
    assert proof["same_top_token"] == 1
    assert proof["perplexity_before"] == proof["perplexity_after"]


def test_the_divergence_is_the_textbooks():
    before, after = np.log([[0.5, 0.25, 0.25]]), np.log([[0.25, 0.25, 0.5]])
    proof = loss.compare([Example([0, 0], 1)], [before], [after])
    assert proof["kl_per_token"] == pytest.approx(0.5 * math.log(2) - 0.25 * math.log(2))
    assert proof["perplexity_before"] == pytest.approx(2)
    assert proof["perplexity_after"] == pytest.approx(4)
    assert proof["same_top_token"] == 0


@pytest.mark.parametrize("factor", [1.5, 2.0, 0.5, -1.0, math.nan, math.inf])
def test_scales_that_are_off_are_refused_though_the_text_is_easy(factor):
    qweight, qzeros, scales, g_idx = quantized()
    with np.errstate(all="ignore"):
        proof = lost(unpack(qweight, qzeros, scales * np.float32(factor), g_idx)) | {"kl_per_token": 0.0}
    with pytest.raises(UsageError, match=r"INT4 spoils this model: its weights moved by .* in up_proj \(limit 0\.5\)"):
        loss.refuse(proof, loss.KL_LIMIT)


def test_values_that_are_off_by_one_are_refused_though_the_file_says_nothing_of_it():
    qweight, qzeros, scales, g_idx = quantized()
    proof = lost(unpack(qweight, qzeros, scales, g_idx) + scales[g_idx].T) | {"kl_per_token": 0.0}
    with pytest.raises(UsageError, match=r"in the median layer \(limit 0\.25\)"):
        loss.refuse(proof, loss.KL_LIMIT)


def test_a_loss_above_the_limit_is_refused_with_the_setting():
    proof = lost(unpack(*quantized())) | {"kl_per_token": 0.21}
    with pytest.raises(UsageError, match=r"it lost 0\.21 nats a token \(GPTQ_KL_LIMIT=0\.2\)"):
        loss.refuse(proof, 0.2)


def test_a_wrong_zero_offset_is_refused_whatever_it_would_lose():
    qweight, qzeros, scales, g_idx = quantized()
    with pytest.raises(UsageError, match="zero points of up_proj other than 8"):
        unpack(qweight, qzeros + 0x11111111, scales, g_idx, "up_proj")


def test_groups_out_of_order_are_refused_for_servers_do_not_read_them():
    qweight, qzeros, scales, g_idx = quantized()
    with pytest.raises(UsageError, match="groups of up_proj that do not follow one another"):
        unpack(qweight, qzeros, scales, RANDOM.permutation(g_idx).astype(np.int32), "up_proj")


def test_a_proof_that_says_nothing_is_refused():
    with pytest.raises(UsageError, match="moved by inf"):
        loss.refuse({}, 0.2)
    with pytest.raises(UsageError, match="it lost inf nats a token"):
        loss.refuse({"weight_error": loss.of_weights({"up_proj": 0.1})}, 0.2)


@given(st.lists(st.integers(2, 40), min_size=1, max_size=20), st.integers(1, 2**26))
def test_what_is_kept_to_compare_has_a_bound_whatever_the_vocabulary(lengths, vocabulary):
    examples = [Example([0] * length, 1) for length in lengths]
    kept = sum(map(len, loss.positions(examples, vocabulary)))
    assert 1 <= kept <= sum(lengths)
    assert kept * vocabulary * 2 <= loss.BUDGET + len(lengths) * vocabulary * 2  # one of each example at least


@given(st.lists(st.tuples(st.lists(st.integers(0, 3), min_size=2, max_size=4), st.just(1)), min_size=8, max_size=40))
def test_no_row_that_measures_has_guided_the_quantizer(rows):
    examples = [Example(ids, given) for ids, given in rows]
    used, held_out = split(examples)
    assert held_out == examples[::8]
    assert not {tuple(row.ids) for row in used} & {tuple(row.ids) for row in held_out}


def test_rows_are_stated_by_number_length_and_digest():
    told = stated([Example([1, 2, 3], 1), Example([4, 5], 1)])
    assert (told["rows"], told["tokens"], told["longest"]) == (2, 5, 3)
    assert told["digest"] != stated([Example([1, 2, 3], 1), Example([4, 6], 1)])["digest"]
