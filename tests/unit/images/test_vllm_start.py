"""What a server's container becomes: the same server that `make up` has planned for, or one line."""

import os
from pathlib import Path

import pytest

from images.vllm import start
from serve import hardware
from serve.errors import UsageError
from serve.planning import inputs
from serve.runtimes.docker import starter
from serve.services import endpoints
from serve.settings import Settings

DEMO = Path(__file__).parents[3] / "images" / "demo"
LISTING = "0, 81559, NVIDIA H100 80GB HBM3;1, 24564, NVIDIA GeForce RTX 4090"


@pytest.fixture
def started(monkeypatch, tmp_path):
    """The words that a variant's container would run, which sees one GPU, as its number 0."""
    (tmp_path / "API_KEY").write_text("sk-1")
    became = []
    monkeypatch.setattr(starter, "SECRETS", tmp_path)
    monkeypatch.setattr(endpoints, "checkpoint", lambda *_: DEMO / "base")
    monkeypatch.setattr(hardware, "has_nvidia_gpu", lambda: True)
    monkeypatch.setattr(os, "execv", lambda _, words: became.append(words))

    def words(variant, seen, **environment):
        monkeypatch.setattr(hardware, "gpus", lambda: {0: hardware.parse_gpus(LISTING)[seen]})
        monkeypatch.setattr(os, "environ", {**os.environ, **environment})
        start.main(variant)
        return became.pop()

    return words


def after(words, option):
    return words[words.index(option) + 1]


def test_both_containers_are_limited_as_the_plan_of_the_whole_machine_says(started):
    given = {"BASE_GPUS": "0", "TUNED_GPUS": "1", "GPU_MEMORY_GIB": "20"}
    planned = inputs.limits(Settings(**given), DEMO / "base", None, True, hardware.parse_gpus(LISTING))
    for variant, seen in (("base", 0), ("tuned", 1)):
        words = started(variant, seen, GPUS=LISTING, **given)
        assert after(words, "--max-num-seqs") == str(planned.max_num_seqs) == "256"
        assert after(words, "--gpu-memory-utilization") == f"{planned.memory_share:g}"
        assert after(words, "--kv-cache-memory-bytes") == str(planned.kv_cache_bytes)


def test_without_make_the_card_that_is_seen_is_planned_for(started):
    assert after(started("base", 0), "--max-num-seqs") == "1024"
    assert after(started("base", 1), "--max-num-seqs") == "256"


def test_a_container_that_is_too_small_for_its_server_says_so(started):
    with pytest.raises(UsageError, match=r"more than its container may have by SERVER_MEMORY=1g; set it to \dg"):
        started("base", 0, MODE="swap", SERVER_MEMORY="1g")
