"""What GPUs are told, and what a machine without them refuses."""

import os
from pathlib import Path

import pytest

from images.tune import gpus
from images.tune.training import Task, arguments
from images.tune.tune import check_gpus
from serve.errors import UsageError
from serve.models.stages import Gpu, Stage, Tuning
from serve.paths import Paths
from serve.runtimes.local.jobs import environment_of
from serve.settings import Settings

FOLDER = Path(__file__).parents[4] / "images" / "tune"


def test_on_a_cpu_what_only_a_gpu_does_is_refused_in_one_line():
    assert gpus.found(None, 0) is None
    for told in (Gpu(), Gpu(qlora=True), Gpu(count=2)):
        with pytest.raises(UsageError, match="gpu: there is none here, and no CPU does it; leave it out"):
            gpus.found(told, 0)


def test_more_gpus_than_there_are_is_refused():
    assert gpus.found(Gpu(count=2), 2) == Gpu(count=2)
    with pytest.raises(UsageError, match="count is 4, and 2 can be seen here"):
        gpus.found(Gpu(count=4), 2)


def test_where_nothing_is_said_a_gpu_trains_with_checkpointing_in_the_models_own_type():
    told = gpus.found(None, 8)
    assert told == Gpu(qlora=False, gradient_checkpointing=True, count=1)
    assert gpus.loading(told, 0) == {"dtype": "auto"}
    assert gpus.arguments(told)["gradient_checkpointing"] is True
    assert gpus.arguments(Gpu(gradient_checkpointing=False)) == {"gradient_checkpointing": False}


@pytest.mark.parametrize(
    ("named", "count", "seen"),
    [("0", 1, "0"), ("2,3", 1, "2"), ("2,3,4", 2, "2,3"), ("GPU-5e,GPU-7f", 1, "GPU-5e"), ("", 1, ""), ("0", 2, "0")],
)
def test_it_sees_as_many_gpus_as_it_is_to_use_so_that_a_step_is_of_as_many_rows_as_it_was_told(named, count, seen):
    assert gpus.visible(named, count) == seen


@pytest.mark.parametrize(("named", "seen"), [(None, "0"), ("1,2", "1"), ("", "")])
def test_without_a_word_it_uses_the_first_that_it_is_given(monkeypatch, named, seen):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named or "")
    if named is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    check_gpus(Tuning((Stage("one"),)))
    assert os.environ["CUDA_VISIBLE_DEVICES"] == seen


@pytest.mark.parametrize(("count", "micro"), [(1, 0), (1, 4), (2, 0), (2, 4), (4, 2)])
def test_however_many_share_a_step_it_is_of_as_many_rows_as_it_was_told(tmp_path, count, micro):
    stage = Stage("one", batch=16, micro_batch=micro)
    tuning = Tuning((stage,), gpu=Gpu(count=count))
    told = arguments(Task(tmp_path, None, tuning, stage, [{}] * 16, [], tmp_path))
    assert told["per_device_train_batch_size"] * told["gradient_accumulation_steps"] * count == 16
    assert told["per_device_train_batch_size"] == (micro or 16 // count)


def test_several_that_fail_are_a_failure_and_none_is_left():
    with pytest.raises(gpus.Failure, match="training on 2 GPUs failed"):
        gpus.side_by_side(2, "no.such.module", [])  # nor is there accelerate here


def test_what_trains_in_four_bits_is_installed_with_a_gpu_alone(tmp_path):
    plain, with_gpu = ((FOLDER / f"requirements{kind}.txt").read_text().splitlines() for kind in ("", "-gpu"))
    assert [line for line in with_gpu if line not in plain] == ["bitsandbytes==0.50.2"]
    assert set(plain) <= set(with_gpu)
    names = [environment_of("tune", Settings(), Paths(tmp_path), gpu).requirements.name for gpu in (False, True)]
    assert names == ["requirements.txt", "requirements-gpu.txt"]
