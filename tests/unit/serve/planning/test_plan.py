"""The plan: what fits on which GPU, with figures of public models, and what must hold for any card and any length."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from serve import hardware
from serve.commands import plan as plan_command
from serve.errors import UsageError
from serve.hardware import GIB, Gpu
from serve.paths import Paths
from serve.planning import cards, plan
from serve.planning.architecture import architecture
from serve.planning.memory import USABLE
from serve.settings import Settings
from tests.models_made import LLAMA_3_8B

ROOT = Path(__file__).parents[4]
DEMO = json.loads((ROOT / "images" / "demo" / "base" / "config.json").read_text())
ADAPTER = {"peft_type": "LORA", "r": 16}
LLAMA = architecture(LLAMA_3_8B, "Llama-3-8B")


def sized(*gib):
    """GPUs of these sizes, counted from 0."""
    return {number: Gpu(size, size) for number, size in enumerate(gib)}


def planned(gpu, **settings):
    """Llama-3-8B on GPUs like this one, or of so many GiB."""
    given = Settings(**settings)
    alike = gpu if isinstance(gpu, Gpu) else Gpu(gpu, gpu)
    return plan.plan(given, LLAMA, 16, dict.fromkeys(cards.named(given), alike))


def refusal(gib, config=LLAMA_3_8B, adapter=ADAPTER, **settings):
    with pytest.raises(UsageError) as refused:
        plan.limits(Settings(**settings), config, adapter, sized(gib))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_llama_3_8b_fits_twice_on_24_gb_and_once_on_12():
    assert planned(24).int4.requests >= 8
    assert planned(24).int4.room_gib > 4
    assert planned(12, BASE_GPUS="0", TUNED_GPUS="1").int4.requests >= 8
    assert planned(12, MODE="lora").int4.requests >= 8
    assert planned(12, MODE="swap").int4.requests >= 8


def test_llama_3_8b_at_16_bits_fits_twice_on_80_gb_and_not_on_24():
    assert planned(80).wide.requests >= 64
    assert planned(24).wide.requests == 0


def test_two_servers_on_12_gb_are_refused_in_one_line_that_names_what_fits():
    assert refusal(12) == (
        "MODE=pair takes 14.4 GiB of GPU 0 for one request of MAX_MODEL_LEN=2048 at a time, and of its 12 GiB "
        "only 11.6 can be used; what fits: MODE=lora, or MODE=swap, or a GPU of 15 GiB"
    )


def test_full_precision_that_does_not_fit_is_refused_in_one_line_that_names_what_does():
    line = refusal(24, PRECISION="fp")
    assert line.startswith("MODE=pair with PRECISION=fp takes 3")
    assert line.endswith("can be used; what fits: MODE=swap, or a GPU of 35 GiB")  # and not MODE=lora
    assert planned(35, PRECISION="fp").served.requests >= 1


def test_full_precision_is_given_what_its_own_weights_leave():
    wide = planned(80, PRECISION="fp")
    assert wide.served == wide.wide == planned(80).wide
    assert wide.limits.kv_cache_bytes <= planned(80).limits.kv_cache_bytes
    stated = Settings(PRECISION="fp", KV_CACHE_GIB=3)
    assert plan.limits(stated, LLAMA_3_8B, ADAPTER, sized(80)).kv_cache_bytes == 3 * GIB


def test_a_shorter_length_is_named_where_it_would_fit():
    line = refusal(16, MAX_MODEL_LEN=8192)
    (length,) = re.findall(r"MAX_MODEL_LEN=(\d+), or a GPU", line)
    assert planned(16, MAX_MODEL_LEN=int(length)).int4.requests >= 1
    assert planned(16, MAX_MODEL_LEN=int(length) + 64).int4.requests == 0


def test_a_cache_of_12_11_gib_holds_what_vllm_says_it_holds():
    # "GPU KV cache size: 99,200 tokens" for a cache of 12.11 GiB: a published log of Llama-3-8B, GPTQ, on one L4.
    assert planned(24).int4.tokens(12.11) == 99_200


def test_several_gpus_divide_weights_and_cache_and_are_given_the_same():
    one, two = planned(24, BASE_GPUS="0", TUNED_GPUS="1"), planned(24, BASE_GPUS="0,1", TUNED_GPUS="2,3")
    assert two.int4.demand.weights == pytest.approx(one.int4.demand.weights / 2, rel=0.01)
    assert two.int4.demand.block == one.int4.demand.block // 2
    assert planned(24, BASE_GPUS="0,1", TUNED_GPUS="0,1").cards[1].awake == 2


def test_the_tightest_card_decides():
    both = plan.plan(Settings(BASE_GPUS="0", TUNED_GPUS="1"), LLAMA, 16, sized(80, 12))
    assert both.int4.room_gib == planned(12, BASE_GPUS="0", TUNED_GPUS="1").int4.room_gib


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"BASE_GPUS": "0,1"}, "BASE_GPUS=0,1 and TUNED_GPUS=0 are not the same number of GPUs"),
        ({"TUNED_GPUS": "2"}, "TUNED_GPUS names GPU 2, but the driver has only 0; set it to one of those"),
        ({"BASE_GPUS": "0,0"}, "BASE_GPUS=0,0 names a GPU twice"),
        ({"BASE_GPUS": "0,1,2", "TUNED_GPUS": "0,1,2"}, "cannot be divided among 3 GPUs"),
        ({"MAX_MODEL_LEN": "9000"}, "MAX_MODEL_LEN=9000 is more than the model's 8192 positions"),
        ({"KV_CACHE_GIB": "0.2"}, "2048 tokens takes 0.25 GiB, more than KV_CACHE_GIB=0.2; raise the one"),
        ({"KV_CACHE_GIB": "9"}, r"KV_CACHE_GIB=9 is more than the 4\.\d+ GiB left for each server's with MODE=pair"),
    ],
)
def test_settings_that_cannot_be_planned_are_refused(settings, words):
    assert re.search(words, refusal(24, **settings))


def test_on_cpu_the_cache_is_1_gib_unless_it_is_set():
    assert plan.limits(Settings(), LLAMA_3_8B, ADAPTER, None) == plan.Limits(GIB, lora_rank=16)
    assert plan.limits(Settings(KV_CACHE_GIB=2.5), DEMO, ADAPTER, None).kv_cache_bytes == 2.5 * GIB
    with pytest.raises(UsageError, match=r"8192 tokens takes 1 GiB, more than KV_CACHE_GIB=0\.5"):
        plan.limits(Settings(KV_CACHE_GIB=0.5, MAX_MODEL_LEN=8192), LLAMA_3_8B, ADAPTER, None)


def test_a_cache_that_is_set_is_the_one_that_is_given():
    assert plan.limits(Settings(KV_CACHE_GIB=3), LLAMA_3_8B, ADAPTER, sized(24)).kv_cache_bytes == 3 * GIB


def test_no_more_is_taken_than_the_most_requests_could_fill():
    limits = plan.limits(Settings(), DEMO, ADAPTER, sized(24))
    assert limits.kv_cache_bytes == limits.max_num_seqs * 2048 * architecture(DEMO, "").kv_bytes_per_token == GIB
    assert limits.memory_share < 0.1


def test_of_what_is_left_of_a_card_no_more_is_asked_than_is_there():
    left = planned(Gpu(40, 80))
    asked = left.memory_share * 80  # as vLLM multiplies
    assert asked == pytest.approx(left.served.total / GIB - 0.6, abs=0.1)
    assert asked + left.served.total / GIB <= 40 * USABLE + 0.1  # of the second, beside the first
    assert planned(80).memory_share * 80 == pytest.approx(planned(80).served.total / GIB - 0.6, abs=0.1)


@pytest.mark.parametrize(
    ("card", "requests", "tokens"),
    [
        (Gpu(24, 24), 256, 2048),
        (Gpu(69.9, 69.9), 256, 2048),
        (Gpu(79.6, 79.6, "NVIDIA H100 80GB HBM3"), 1024, 8192),
        (Gpu(80, 80, "NVIDIA A100-SXM4-80GB"), 256, 2048),
        (Gpu(80, 80), 1024, 8192),  # a card that is not here
        (Gpu(60, 79.6, "NVIDIA H100 80GB HBM3"), 1024, 8192),  # what is left of one is no smaller card
        (Gpu(179, 179, "NVIDIA B200"), 1024, 16384),
    ],
)
def test_a_step_takes_at_most_what_vllm_takes_on_such_a_card(card, requests, tokens):
    demo = plan.limits(Settings(), DEMO, ADAPTER, {0: card})
    assert (demo.max_num_seqs, demo.max_num_batched_tokens) == (requests, tokens)


def test_both_servers_take_what_the_smaller_card_is_good_for():
    given = Settings(BASE_GPUS="0", TUNED_GPUS="1")
    assert plan.limits(given, DEMO, ADAPTER, sized(80, 24)).max_num_seqs == 256


def test_larger_steps_are_never_why_a_large_card_is_refused():
    endless = architecture(LLAMA_3_8B | {"max_position_embeddings": None}, "Llama-3-8B")
    settings = Settings(MODE="swap", MAX_MODEL_LEN=450_000)  # 54.9 GiB of cache
    fitting = {gib: plan.plan(settings, endless, 16, sized(gib)).int4 for gib in (60, 69, 70, 75)}
    assert {gib: fit.requests for gib, fit in fitting.items()} == {60: 0, 69: 1, 70: 1, 75: 1}
    assert [fitting[gib].demand.steps.requests for gib in (69, 70, 75)] == [256, 256, 1024]


gib = st.floats(1, 200)
lengths = st.integers(64, 8192)
modes = st.sampled_from(["pair", "lora", "swap"])
placements = st.sampled_from([("0", "0"), ("0", "1"), ("0,1", "0,1"), ("0,1", "2,3"), ("0,1", "1,2")])


def drawn(size, length, mode, placed):
    return planned(size, MAX_MODEL_LEN=length, MODE=mode, BASE_GPUS=placed[0], TUNED_GPUS=placed[1])


@given(gib, gib, lengths, modes, placements)
def test_more_memory_never_fits_fewer_requests(size, more, length, mode, placed):
    small, large = (drawn(size, length, mode, placed) for size in sorted((size, more)))
    for fewer, as_many in ((small.int4, large.int4), (small.wide, large.wide)):
        if fewer.demand.steps == as_many.demand.steps:
            assert fewer.requests <= as_many.requests
        else:  # larger steps take room of the cache
            assert fewer.stands <= as_many.stands


@given(gib, lengths, lengths, modes, placements)
def test_longer_requests_never_fit_more_often(size, length, other, mode, placed):
    short, long = (drawn(size, length, mode, placed) for length in sorted((length, other)))
    assert short.int4.requests >= long.int4.requests


@given(gib, st.floats(0, 120), lengths, modes, placements)
def test_what_fits_leaves_no_card_overfull(size, taken, length, mode, placed):
    fitting = drawn(Gpu(size, size + taken), length, mode, placed)
    assume(fitting.int4.requests)
    for card in fitting.cards:
        used = card.awake * fitting.int4.total + card.asleep * fitting.int4.demand.residue
        assert used <= card.size * USABLE
        # The last to start on a card still finds the part free that it asks for.
        others = used - fitting.int4.total + 0.6 * GIB
        assert fitting.memory_share * card.total <= card.size * USABLE - others
    assert 16 <= fitting.int4.max_num_seqs <= fitting.int4.demand.steps.requests
    assert 512 <= fitting.int4.max_num_batched_tokens <= fitting.int4.demand.steps.tokens


@given(gib, lengths, modes)
def test_it_is_refused_exactly_when_nothing_fits_and_what_is_named_instead_does(size, length, mode):
    settings, present = Settings(MODE=mode, MAX_MODEL_LEN=length), sized(size)
    fitting = plan.plan(settings, LLAMA, 16, present)
    try:
        plan.check(fitting, settings, present)
    except UsageError as refused:
        assert not fitting.int4.requests
        for change, value in re.findall(r"(MODE|MAX_MODEL_LEN|a GPU of)[= ](\w+)", str(refused).split("what fits:")[1]):
            changed = settings.model_copy(update={change: int(value) if value.isdigit() else value})
            instead = sized(float(value)) if change == "a GPU of" else present
            assert plan.plan(changed, LLAMA, 16, instead).int4.requests
    else:
        assert fitting.int4.requests


@given(gib, lengths, placements)
def test_int4_never_fits_fewer_than_16_bits(size, length, placed):
    fitting = drawn(size, length, "pair", placed)
    assert fitting.int4.requests >= fitting.wide.requests


def test_what_the_driver_says_is_read():
    listing = "0, 24564, NVIDIA GeForce RTX 4090\n1, 81920, NVIDIA A100-SXM4-80GB\n"
    known = {0: Gpu(24564 / 1024, 24564 / 1024, "NVIDIA GeForce RTX 4090"), 1: Gpu(80, 80, "NVIDIA A100-SXM4-80GB")}
    assert hardware.parse_gpus(listing) == known
    assert hardware.parse_gpus("0, [N/A], NVIDIA GB10") == hardware.parse_gpus("") == {}


def test_what_is_stated_is_a_part_of_the_card_that_is_here_or_a_card_that_is_not(monkeypatch):
    card = Gpu(80, 80, "NVIDIA H100 80GB HBM3")
    monkeypatch.setattr(hardware, "gpus", lambda: {0: card, 1: card})
    assert cards.present(Settings()) == {0: card, 1: card}
    assert cards.present(Settings(GPU_MEMORY_GIB=40)) == {0: Gpu(40, 80, card.name)}
    assert cards.present(Settings(GPU_MEMORY_GIB=141)) == {0: Gpu(141, 141)}
    monkeypatch.setattr(hardware, "gpus", dict)
    assert cards.present(Settings(GPU_MEMORY_GIB=12)) == {0: Gpu(12, 12)}


def test_without_a_gpu_it_says_what_to_set(monkeypatch):
    monkeypatch.setattr(hardware, "gpus", dict)
    with pytest.raises(UsageError, match="no GPU here says how much memory it has; set GPU_MEMORY_GIB"):
        plan_command.main(Settings(), Paths(ROOT))


def test_the_demo_is_planned_and_shown(capsys):
    assert plan_command.main(Settings(GPU_MEMORY_GIB=24, MODE="swap"), Paths(ROOT)) == 0
    said = capsys.readouterr().out
    for stated in ("GPU 0: 24 GiB", "1 server awake, and 1 asleep", "host memory of the whole", "KV_CACHE_GIB=1,"):
        assert stated in said


def test_the_plan_says_of_which_card_it_plans_a_part(monkeypatch, capsys):
    monkeypatch.setattr(hardware, "gpus", lambda: {0: Gpu(80, 80, "NVIDIA H100 80GB HBM3")})
    assert plan_command.main(Settings(GPU_MEMORY_GIB=40), Paths(ROOT)) == 0
    assert "GPU 0: 40 of its 80 GiB, of which 38.8 can be used" in capsys.readouterr().out


def test_the_plan_says_which_precision_is_served(capsys):
    for precision, heading in (("int4", "INT4 (served)"), ("fp", "16 bits (served)")):
        assert plan_command.main(Settings(GPU_MEMORY_GIB=24, PRECISION=precision), Paths(ROOT)) == 0
        assert heading in capsys.readouterr().out


def test_a_model_of_the_hub_is_planned_from_its_configurations_alone(monkeypatch, tmp_path, capsys):
    asked = []

    def hf_hub_download(name, file, token):
        asked.append((name, file, token))
        folder = tmp_path / name.replace("/", "-")
        folder.mkdir(exist_ok=True)
        (folder / file).write_text(json.dumps(LLAMA_3_8B if file == "config.json" else ADAPTER))
        return folder / file

    monkeypatch.setattr("huggingface_hub.hf_hub_download", hf_hub_download)
    given = Settings(BASE_MODEL="meta/llama", ADAPTER="me/mine", HF_TOKEN="t", GPU_MEMORY_GIB=24)  # noqa: S106
    assert plan_command.main(given, Paths(ROOT)) == 0
    assert asked == [("meta/llama", "config.json", "t"), ("me/mine", "adapter_config.json", "t")]
    assert "5.34 GiB" in capsys.readouterr().out


def test_a_base_that_lacks_a_size_is_named():
    with pytest.raises(UsageError, match=r"a/b: its config.json has no hidden_size; set BASE_MODEL"):
        architecture(LLAMA_3_8B | {"hidden_size": None}, "a/b")
