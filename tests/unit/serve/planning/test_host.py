"""The host's memory: what the servers take of it, and what is refused before anything starts."""

import re

import pytest

from serve import hardware
from serve.errors import UsageError
from serve.hardware import GIB, Gpu
from serve.models.vllm_0_32 import GRAPHS, PROCESS
from serve.planning import host
from serve.planning.architecture import architecture
from serve.settings import Settings, size_bytes
from tests.models_made import LLAMA_3_8B, QWEN_2_5_7B

ADAPTER = {"peft_type": "LORA", "r": 16}


def need(config=LLAMA_3_8B, gpu=True, **settings):
    """GiB of one server's."""
    present = {0: Gpu(24, 24), 1: Gpu(24, 24)} if gpu else None
    return host.need(Settings(**settings), config, ADAPTER, present) / GIB


def refused(each, limit=None, available_gib=None, **settings):
    with pytest.raises(UsageError) as error:
        host.check(Settings(**settings), int(each * GIB), limit, available_gib)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_server_that_sleeps_has_a_copy_of_its_weights_and_graphs_in_host_memory():
    for precision, config in (("int4", LLAMA_3_8B), ("fp", LLAMA_3_8B), ("fp", QWEN_2_5_7B)):
        model = architecture(config, "a model")
        weights = model.int4_bytes(128) if precision == "int4" else model.wide_bytes
        copy = need(config, PRECISION=precision, MODE="swap") - need(config, PRECISION=precision)
        assert weights + GRAPHS <= copy * GIB <= 2 * weights + GRAPHS


def test_each_piece_of_the_copy_is_rounded_up_to_a_power_of_two():
    # Qwen2.5-7B's gate and up are 259 MiB together in each of its 28 layers, and take 512.
    model = architecture(QWEN_2_5_7B, "Qwen2.5-7B")
    copy = sum(map(host.pinned, host.tensors(model, None)))
    assert copy / model.wide_bytes == pytest.approx(1.89, abs=0.02)
    assert host.pinned(259 * 1024**2) == 512 * 1024**2
    assert host.pinned(512 * 1024**2) == 512 * 1024**2


@pytest.mark.parametrize("group", [None, 32, 128])
@pytest.mark.parametrize("config", [LLAMA_3_8B, QWEN_2_5_7B])
def test_the_pieces_are_the_whole_model_but_its_norms(config, group):
    model = architecture(config, "a model")
    whole = model.wide_bytes if group is None else model.int4_bytes(group)
    assert sum(host.tensors(model, group)) == pytest.approx(whole, rel=1e-3)


def test_a_model_split_over_gpus_is_copied_once_and_takes_a_process_for_each():
    one, two = need(MODE="swap"), need(MODE="swap", BASE_GPUS="0,1", TUNED_GPUS="0,1")
    assert two - one == pytest.approx(2 * PROCESS / GIB + GRAPHS / GIB, abs=0.3)


def test_on_cpu_the_model_and_its_cache_lie_in_host_memory():
    weights = architecture(LLAMA_3_8B, "Llama-3-8B").wide_bytes / GIB
    assert need(gpu=False, PRECISION="fp", KV_CACHE_GIB=4) - weights - 4 == 2 * PROCESS / GIB
    assert need(gpu=False, PRECISION="fp") > 16  # the default of SERVER_MEMORY
    assert need(gpu=False, MODE="lora") > need(gpu=False)


def test_while_it_is_awake_a_gpus_server_takes_little_of_the_host_however_wide_its_weights():
    assert need(PRECISION="fp") == need() == 2 * PROCESS / GIB


def test_a_container_that_has_too_little_is_refused_in_one_line_that_says_what_to_set():
    each = need(MODE="swap", PRECISION="fp")
    line = refused(each, size_bytes("16g"), MODE="swap", PRECISION="fp")
    (enough,) = re.findall(r"SERVER_MEMORY=16g; set it to (\d+g)$", line)
    host.check(Settings(MODE="swap", PRECISION="fp"), int(each * GIB), size_bytes(enough), None)
    assert line.startswith(f"MODE=swap with PRECISION=fp takes {each:.1f} GiB of the host's memory for each server")
    assert 16 < each < 22
    host.check(Settings(MODE="swap"), int(need(MODE="swap") * GIB), size_bytes("16g"), None)


def test_a_machine_that_has_too_little_for_two_that_sleep_is_refused_in_one_line():
    line = refused(10, available_gib=19.9, MODE="swap")
    assert line == (
        "MODE=swap takes 20.0 GiB of the host's memory, where the weights of a server wait that sleeps, and 19.9 GiB "
        "of it can be had; set MODE to another, or end what else takes memory"
    )
    host.check(Settings(MODE="swap"), 10 * GIB, None, 20.1)
    host.check(Settings(MODE="swap"), 10 * GIB, None, None)
    host.check(Settings(), 10 * GIB, None, 1)  # nothing sleeps


def test_caches_that_a_machine_without_a_gpu_cannot_hold_are_refused_before_models_are_made():
    line = "KV_CACHE_GIB=12, for each of 2 servers on the CPU, is more than this machine's 23.0 GiB of memory; lower it"
    with pytest.raises(UsageError) as refusal:
        host.check_cpu_cache(Settings(KV_CACHE_GIB=12), 12 * GIB, 23)
    assert str(refusal.value) == line
    host.check_cpu_cache(Settings(KV_CACHE_GIB=11), 11 * GIB, 23)
    host.check_cpu_cache(Settings(MODE="lora", KV_CACHE_GIB=12), 12 * GIB, 23)  # has one server


@pytest.fixture
def machine(tmp_path):
    """A machine of 64 GiB with 48 free, and no limit."""
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(
        f"MemTotal: {64 * 1024**2} kB\nMemFree: 1024 kB\nMemAvailable: {48 * 1024**2} kB\nHugePages: 0\n"
    )
    return meminfo, tmp_path


def test_the_hosts_memory_is_what_it_says_is_available(machine):
    assert hardware.host_memory(*machine) == (64, 48)


@pytest.mark.parametrize(("limit", "expected"), [("max", (64, 48)), (32 * GIB, (32, 12)), (200 * GIB, (64, 48))])
def test_inside_a_container_it_is_what_the_container_may_have_where_that_is_less(machine, limit, expected):
    _, group = machine
    (group / "memory.max").write_text(f"{limit}\n")
    (group / "memory.current").write_text(f"{30 * GIB}\n")
    # Files read before are no loss; shared and pinned memory is, which counts as file too.
    stat = {"anon": 15 * GIB, "file": 15 * GIB, "shmem": 5 * GIB, "inactive_file": 7 * GIB, "active_file": 3 * GIB}
    (group / "memory.stat").write_text("".join(f"{name} {size}\n" for name, size in stat.items()))
    assert hardware.host_memory(*machine) == expected


def test_sizes_are_read_as_docker_reads_them():
    assert (size_bytes("16g"), size_bytes("512m")) == (16 * GIB, GIB // 2)
