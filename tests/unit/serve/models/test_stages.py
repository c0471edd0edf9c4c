"""What a training does is data, and what is wrong with it is one line that names the stage and the word."""

from pathlib import Path

import pytest

from serve.errors import UsageError
from serve.models.stages import Gpu, Shape, Stage, Vocabulary, read_tuning, saved

SHIPPED = Path(__file__).parents[4] / "images" / "tune"


def tuning(tmp_path, text):
    file = tmp_path / "tune.yaml"
    file.write_text(text)
    return read_tuning(file)


def test_the_shipped_stages_are_general_domain_and_safety_with_the_published_values():
    read = read_tuning(SHIPPED / "staged.yaml")
    assert read.adapter == Shape(r=16, alpha=32, dropout=0.1)
    assert [(one.name, one.learning_rate, one.batch) for one in read.stages] == [
        ("general", 1e-5, 32),
        ("domain", 5e-6, 16),
        ("safety", 5e-6, 16),
    ]


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.name)
def test_every_shipped_file_can_be_read(file):
    assert read_tuning(file).stages


def test_what_is_left_out_has_a_default(tmp_path):
    read = tuning(tmp_path, "stages: [{name: one}]")
    assert read.stages == (Stage("one"),)
    assert read.adapter == Shape()
    assert (read.vocabulary, read.gpu) == (None, None)


def test_tokens_and_gpus_are_asked_for_by_name(tmp_path):
    read = tuning(
        tmp_path, "stages: [{name: a}]\nvocabulary: {tokens: 64, text: mine.txt}\ngpu: {qlora: true, count: 2}"
    )
    assert read.vocabulary == Vocabulary(tokens=64, text="mine.txt")
    assert read.gpu == Gpu(qlora=True, gradient_checkpointing=True, count=2)


def test_what_new_tokens_bring_is_said_in_a_persons_numbers():
    assert saved(12_500, 10_000) == "10,000 tokens for your text instead of 12,500: 20.0% fewer"


def test_a_stage_is_as_long_as_its_steps_or_its_passes_over_the_rows():
    assert Stage("one", batch=16, epochs=2).length(100) == 13
    assert Stage("one", batch=16, epochs=0.1).length(16) == 1
    assert Stage("one", batch=16, steps=7).length(100) == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stages: []", "no stages in it; set TUNE"),
        ("[1, 2]", "no stages in it; set TUNE"),
        ("{", "not YAML"),
        ("stages: [general]", "stage 1: not a mapping"),
        ("stages: [{batch: 16}]", "stage 1: it has no name"),
        ("stages: [{name: Général}]", "stage 1: name is 'Général'"),
        ("stages: [{name: a}, {name: a}]", "two stages of one name"),
        ("stages: [{name: a}, {name: b, method: ppo}]", "stage 2: method is 'ppo'; it is one of sft, dpo, kto"),
        ("stages: [{name: a, learning_rate: 0}]", "stage 1: learning_rate is 0"),
        (
            "stages: [{name: a, learning_rate: 1e-5}]",
            "learning_rate is '1e-5', .*; a number is written 1.0e-05, with a point",
        ),
        ("stages: [{name: a}]\nseed: 4294967296", "seed is 4294967296, which it cannot be$"),
        ("stages: [{name: a}]\nadapter: {target_modules: []}", "adapter: target_modules is"),
        ('stages: [{name: a}]\nadapter: {target_modules: ""}', "adapter: target_modules is"),
        ("stages: [{name: a, batch: 16, micro_batch: 5}]", "batch 16 is no multiple of micro_batch 5"),
        ("stages: [{name: a, lr: 1}]", "stage 1: lr is no setting of it; there are name, rows"),
        ("stages: [{name: a}]\nadapter: {r: -1}", "adapter: r is -1"),
        ("stages: [{name: a}]\nadapter: {rank: 8}", "adapter: rank is no setting of it"),
        ("stages: [{name: a}]\nheld_out: 1.5", "held_out is 1.5; it is a share"),
        ("stages: [{name: a, method: dpo, entity_weight: 0.7}]", "entity_weight is for sft alone"),
        ("stages: [{name: a, entity_weight: 1.0}]", "entity_weight is 1.0"),
        ("stages: [{name: a, epochs: .inf}]", "stage 1: epochs is inf"),
        ("stages: [{name: a, learning_rate: .nan}]", "stage 1: learning_rate is nan"),
        ("stages: [{name: a}]\nseed: 2026-02-30", "not YAML"),
        ("[" * 3000, "not YAML"),
        ("stages: [{name: a, method: kto, batch: 1}]", "kto compares rows in memory, and needs at least 2"),
        ("stages: [{name: a, method: kto, batch: 4}]\ngpu: {count: 4}", "kto compares rows in memory"),
        ("stages: [{name: a, batch: 16}]\ngpu: {count: 3}", "stage a: batch 16 is no multiple of 3 GPUs with 5 rows"),
        ("stages: [{name: a, batch: 2}]\ngpu: {count: 4}", "stage a: batch 2 is no multiple of 4 GPUs with 1 rows"),
        ("stages: [{name: a}]\ngpu: {count: 0}", "gpu: count is 0"),
        ("stages: [{name: a}]\ngpu: {qlora: 4}", "gpu: qlora is 4"),
        ("stages: [{name: a}]\ngpu: true", "gpu: not a mapping"),
        ("stages: [{name: a}]\nvocabulary: {tokens: 0}", "vocabulary: tokens is 0"),
        (
            "stages: [{name: a}]\nvocabulary: {words: 5}",
            "vocabulary: words is no setting of it; there are tokens, text",
        ),
    ],
)
def test_what_is_no_stage_is_refused_in_one_line(tmp_path, text, said):
    with pytest.raises(UsageError, match=f"tune.yaml: .*{said}" if "tune.yaml" not in said else said) as refused:
        tuning(tmp_path, text)
    assert "\n" not in str(refused.value)


def test_of_a_name_given_twice_neither_is_lost_in_silence(tmp_path):
    with pytest.raises(UsageError, match=r"tune\.yaml, line 4: batch is given twice; keep one$"):
        tuning(tmp_path, "stages:\n- name: a\n  batch: 16\n  batch: 32\n")
    assert len(tuning(tmp_path, "stages:\n- {name: a, batch: 16}\n- {name: b, batch: 16}\n").stages) == 2


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none.yaml: No such file or directory; set TUNE"):
        read_tuning(tmp_path / "none.yaml")
