"""What the engines say of how they quantized, without the libraries themselves."""

from images.quantize.engine_gptqmodel import damps


def test_the_damp_is_that_of_all_layers_or_of_those_that_took_more():
    usual = [{"layer": "0", "module": "self_attn.q_proj", "damp": "0.05000"}]
    more = [{"layer": "1", "module": "mlp.down_proj", "damp": "0.07000"}]
    assert damps({"gptq": usual}, 0.05) == 0.05
    assert damps({"gptq": usual + more}, 0.05) == {"1.mlp.down_proj": 0.07}
    assert damps(None, 0.05) == 0.05
