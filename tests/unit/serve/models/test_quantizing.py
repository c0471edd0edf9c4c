"""What a quantize job takes of the machine's memory, and about how long, is said before it begins."""

import pytest

from serve.hardware import GIB
from serve.models import quantizing
from tests.models_made import make_model


def test_it_grows_with_the_rows_the_weights_and_the_widest_layer(tmp_path):
    small, wide = make_model(tmp_path / "small", hidden=64), make_model(tmp_path / "wide", hidden=512)
    assert quantizing.host_memory(small, 16) < quantizing.host_memory(small, 64) < quantizing.host_memory(wide, 64)
    least = quantizing.PROCESS + quantizing.PREDICTIONS
    assert least < quantizing.host_memory(small, 16) < least + 0.1 * GIB


@pytest.fixture
def llama_3_8b(monkeypatch, tmp_path):
    wide, narrow, inner = 4096, 1024, 14336
    attention = {"q": [wide, wide], "k": [narrow, wide], "v": [narrow, wide], "o": [wide, wide]}
    layer = attention | {"gate": [inner, wide], "up": [inner, wide], "down": [wide, inner], "norm": [wide]}
    shapes = {f"model.layers.{at}.{name}": shape for at in range(32) for name, shape in layer.items()}
    tables = {"model.embed_tokens.weight": [128256, wide], "lm_head.weight": [128256, wide]}
    monkeypatch.setattr(quantizing.preflight, "tensor_shapes", lambda *_: shapes | tables)
    return tmp_path


def test_on_a_gpu_an_8b_takes_what_others_have_published(llama_3_8b):
    least, most = quantizing.seconds(llama_3_8b, gpu=True, cores=2)
    assert (round(least / 60), round(most / 60)) == (12, 30)


def test_on_two_cores_it_takes_hours_and_half_of_that_on_four(llama_3_8b):
    least, most = quantizing.seconds(llama_3_8b, gpu=False, cores=2)
    assert (round(least / 3600), round(most / 3600)) == (3, 15)
    assert quantizing.seconds(llama_3_8b, gpu=False, cores=4) == (least / 2, most / 2)
