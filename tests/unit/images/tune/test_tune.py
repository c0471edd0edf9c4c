"""What is kept of a training: every loss once, and what became of the loss on rows held out."""

import json

from images.tune import tune
from images.tune.training import Task, losses_of
from serve.models.stages import Stage, Tuning


def test_a_step_seen_twice_counts_once_as_it_was_last():
    history = [
        {"step": 0, "eval_loss": 2.0},
        {"step": 10, "loss": 1.0, "grad_norm": 3.0},
        {"step": 10, "eval_loss": 1.5},
        {"step": 10, "eval_loss": 1.4},
        {"step": 20, "loss": 0.5},
        {"step": 20, "train_loss": 0.7},
    ]
    assert losses_of(history) == [
        {"step": 0, "held_out": 2.0},
        {"step": 10, "loss": 1.0},
        {"step": 10, "held_out": 1.4},
        {"step": 20, "loss": 0.5},
    ]


def test_the_manifest_says_what_a_stage_has_learnt(tmp_path):
    stage = Stage("general", batch=4, epochs=2)
    task = Task(tmp_path, None, Tuning((stage,)), stage, [{}] * 10, [{}], tmp_path)
    losses = [
        {"step": 0, "held_out": 2.0},
        {"step": 4, "loss": 1.0},
        {"step": 5, "loss": 0.5},
        {"step": 5, "held_out": 0.7},
    ]
    assert tune.learnt(task, losses) == {
        "rows": 10,
        "held_out_rows": 1,
        "steps": 5,
        "loss": 0.5,
        "held_out_before": 2.0,
        "held_out_after": 0.7,
    }
    assert "held_out_before" not in tune.learnt(task, [{"step": 1, "loss": 1.0}])


def test_an_adapter_is_not_named_for_a_path_of_this_machine(tmp_path):
    file = tmp_path / "adapter_config.json"
    file.write_text(json.dumps({"r": 16, "base_model_name_or_path": "/home/me/base"}))
    tune.name_base(file, "tandem-demo-base")
    assert json.loads(file.read_text()) == {"r": 16, "base_model_name_or_path": "tandem-demo-base"}
    assert tune.named(tmp_path) == "tandem-demo-base"
    assert tune.named(None) is None
