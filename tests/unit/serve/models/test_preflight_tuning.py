"""An adapter that a training cannot go on with is refused before anything is installed."""

import shutil
from pathlib import Path

import pytest

from serve.errors import UsageError
from serve.models.preflight_tuning import check_start, check_tokenizer
from tests.models_made import add_tensors, make_adapter, make_model


@pytest.fixture
def base(tmp_path):
    return make_model(tmp_path / "base")


def test_an_adapter_of_this_base_passes(tmp_path, base):
    check_start(make_adapter(tmp_path / "adapter"), base)


def test_an_adapter_of_another_base_is_refused(tmp_path, base):
    with pytest.raises(UsageError, match="made for another base"):
        check_start(make_adapter(tmp_path / "adapter", hidden=32), base)


def test_several_adapters_are_refused(tmp_path, base):
    for name in ("1-general", "2-domain"):
        make_adapter(tmp_path / "adapters" / name)
    with pytest.raises(UsageError, match="2 adapters, and a training goes on with one"):
        check_start(tmp_path / "adapters", base)


def test_an_adapter_that_began_by_changing_its_base_is_refused(tmp_path, base):
    with pytest.raises(UsageError, match=r"began by changing its base \(init_lora_weights: pissa\)"):
        check_start(make_adapter(tmp_path / "adapter", init_lora_weights="pissa"), base)


def test_an_adapter_with_added_tokens_is_gone_on_with_but_for_a_training_that_adds_some(tmp_path, base):
    adapter = add_tensors(make_adapter(tmp_path / "adapter"), **{"model.embed_tokens.weight": (40, 64)})
    shutil.copyfile(base / "chat_template.jinja", adapter / "tokenizer_config.json")
    check_start(adapter, base)
    with pytest.raises(UsageError, match="added tokens already, and keeps those; leave `vocabulary` out"):
        check_start(adapter, base, adds=True)


@pytest.mark.parametrize(
    ("tokenizer", "said"),
    [
        (None, "no tokenizer.json in it"),
        ("{", "not readable as JSON"),
        ("[]", "not byte pair encoding"),
        ('{"model": {"type": "Unigram"}}', "not byte pair encoding"),
        ('{"model": {"type": "BPE", "continuing_subword_prefix": "##"}}', "not byte pair encoding"),
    ],
)
def test_tokens_are_added_to_byte_pair_encodings_alone(base, tokenizer, said):
    if tokenizer:
        (base / "tokenizer.json").write_text(tokenizer)
    with pytest.raises(UsageError, match=said) as refused:
        check_tokenizer(base)
    assert "leave `vocabulary` out of the file that TUNE names" in str(refused.value)


def test_the_tokenizer_of_the_demo_can_be_added_to():
    check_tokenizer(Path(__file__).parents[4] / "images" / "demo" / "base")
