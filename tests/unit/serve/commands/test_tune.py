"""What `make tune` says of an adapter that it made."""

import json

from serve.commands.tune import tokens_saved


def test_new_tokens_are_said_with_what_they_save(tmp_path):
    told = {"tokens": 64, "text_before": 12_500, "text_after": 10_000}
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {}, "proof": {"vocabulary": told}}))
    assert tokens_saved(tmp_path) == "64 new tokens: 10,000 tokens for your text instead of 12,500: 20.0% fewer."


def test_of_an_adapter_without_new_tokens_nothing_is_said_of_them(tmp_path):
    assert tokens_saved(tmp_path) == ""
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {}, "proof": {"stages": {}}}))
    assert tokens_saved(tmp_path) == ""
