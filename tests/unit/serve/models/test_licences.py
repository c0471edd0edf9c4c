"""What a licence asks of whoever passes a model on is known from its card, or from its text."""

import pytest

from serve.models.licences import KNOWN, duty


def test_llama_3_asks_for_its_notice_its_name_and_its_words(tmp_path):
    (tmp_path / "README.md").write_text("---\nlanguage: [en]\nlicense: llama3\n---\n# Mine\n")
    found = duty(tmp_path)
    assert found is not None
    assert found.data["name_begins_with"] == "Llama 3"
    assert found.data["shown"] == "Built with Meta Llama 3"
    assert found.data["notice"] == (
        "Meta Llama 3 is licensed under the Meta Llama 3 Community License, "
        "Copyright © Meta Platforms, Inc. All Rights Reserved."
    )
    assert "\n" not in found.told


def test_a_name_beside_license_other_counts(tmp_path):
    (tmp_path / "README.md").write_text("---\nlicense: other\nlicense_name: qwen-research\n---\n")
    assert duty(tmp_path) == KNOWN["qwen-research"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("META LLAMA 3 COMMUNITY LICENSE AGREEMENT\nMeta Llama 3 Version", "llama3"),
        ("LLAMA 3.1 COMMUNITY LICENSE AGREEMENT", "llama3.1"),
        ("LLAMA 2 COMMUNITY LICENSE AGREEMENT", "llama2"),
        ("Qwen LICENSE AGREEMENT", "qwen"),
        ("Mistral AI Research License", "mrl"),
    ],
)
def test_without_a_card_the_licences_text_tells(tmp_path, text, name):
    (tmp_path / "LICENSE.txt").write_text(text)
    assert duty(tmp_path) == KNOWN[name]


@pytest.mark.parametrize("licence", ["apache-2.0", "mit", "other"])
def test_a_licence_that_asks_for_no_more_than_itself_is_no_duty(tmp_path, licence):
    assert duty(tmp_path) is None
    (tmp_path / "README.md").write_text(f"---\nlicense: {licence}\n---\n")
    assert duty(tmp_path) is None
