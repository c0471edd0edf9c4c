"""An adapter whose pattern for layers never comes to an end is refused, and no merge waits for it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from images.merge import patterns
from serve.errors import UsageError

LAYERS = [f"model.layers.{number}.self_attn.{name}_proj" for number in range(80) for name in "qkvo"]
NEVER_ENDS = r"(\w+\.?)+!"


@pytest.mark.parametrize("setting", ["target_modules", "exclude_modules", "rank_pattern", "alpha_pattern"])
def test_a_pattern_that_never_ends_is_refused_by_its_setting(setting, monkeypatch):
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    given = {NEVER_ENDS: 4} if setting.endswith("pattern") else NEVER_ENDS
    with pytest.raises(UsageError, match=rf"an-adapter/adapter_config.json: {setting} .* name the layers instead"):
        patterns.check_patterns(SimpleNamespace(**{setting: given}), LAYERS, Path("an-adapter"))


@pytest.mark.parametrize("setting", ["layers_pattern", "modules_to_save"])
@pytest.mark.parametrize("given", [["layers", NEVER_ENDS], [NEVER_ENDS]])
def test_so_is_one_in_a_list_of_names_that_peft_takes_for_patterns(setting, given, monkeypatch):
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    with pytest.raises(UsageError, match=rf"an-adapter/adapter_config.json: {setting} .* name the layers instead"):
        patterns.check_patterns(SimpleNamespace(**{setting: given}), LAYERS, Path("an-adapter"))


def test_what_peft_itself_writes_is_taken():
    given = SimpleNamespace(
        target_modules=r".*\.self_attn\.(q|v)_proj",
        exclude_modules=None,
        rank_pattern={"q_proj": 8},
        alpha_pattern={},
        layers_pattern="layers",
        modules_to_save=["lm_head", "norm"],
    )
    patterns.check_patterns(given, LAYERS, Path("an-adapter"))


def test_names_of_layers_are_no_patterns():
    assert not list(patterns.patterns(SimpleNamespace(target_modules={"q_proj", "(a+)+"}, rank_pattern=None)))
