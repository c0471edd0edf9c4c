"""What a quantize job takes of the machine's memory is said before it begins."""

from serve.hardware import GIB
from serve.models import quantizing
from tests.models_made import make_model


def test_it_grows_with_the_rows_the_weights_and_the_widest_layer(tmp_path):
    small, wide = make_model(tmp_path / "small", hidden=64), make_model(tmp_path / "wide", hidden=512)
    assert quantizing.host_memory(small, 16) < quantizing.host_memory(small, 64) < quantizing.host_memory(wide, 64)
    least = quantizing.PROCESS + quantizing.PREDICTIONS
    assert least < quantizing.host_memory(small, 16) < least + 0.1 * GIB
