"""The table of modes: its rows hang together, and each says where it cannot be served."""

import pytest

from serve.errors import UsageError
from serve.modes import MODES, VARIANTS


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_in_every_mode_somebody_answers_for_both_and_base_has_a_server(mode):
    assert tuple(mode.answering) == VARIANTS
    assert mode.servers[0] == "base"
    assert set(mode.servers) <= set(VARIANTS)
    assert mode.lora == ("tuned" not in mode.servers)


def test_swapping_without_a_gpu_is_refused():
    MODES["swap"].check(gpu=True, precision="fp")
    for name in ("pair", "lora"):
        MODES[name].check(gpu=False, precision="int4")
    with pytest.raises(UsageError, match=r"^MODE=swap needs an NVIDIA GPU, .*; set MODE to pair or lora$"):
        MODES["swap"].check(gpu=False, precision="int4")


def test_full_precision_is_refused_where_only_the_int4_base_is_served():
    MODES["pair"].check(gpu=False, precision="fp")
    line = "MODE=lora serves the INT4 base alone, so nothing in full precision; "
    with pytest.raises(UsageError, match=rf"^{line}set MODE to pair or swap \(NVIDIA GPU only\)$"):
        MODES["lora"].check(gpu=True, precision="fp")
