"""Which parser reads a model's tool calls: its chat template says, in the words of its family."""

import json

import pytest

from serve.errors import UsageError
from serve.services.tool_parsers import BY_FORM, parser_of
from serve.settings import TOOL_PARSERS, read_settings

FORMS = {  # as the families' templates say it
    "hermes": "{%- if tools %}return a json object within <tool_call></tool_call> XML tags:{%- endif %}",
    "qwen3_coder": "{%- if tools %}<tool_call>\n<function=example_function_name>{%- endif %}",
    "llama3_json": "{%- if builtin_tools is defined or tools is not none %}Environment: ipython{%- endif %}",
    "mistral": "{%- if tools %}[AVAILABLE_TOOLS]{%- endif %}[TOOL_CALLS]",
}


@pytest.mark.parametrize("parser", FORMS)
@pytest.mark.parametrize("beside", [True, False])
def test_the_form_that_a_chat_template_teaches_names_the_parser(tmp_path, parser, beside):
    if beside:
        (tmp_path / "chat_template.jinja").write_text(FORMS[parser])
    else:
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": FORMS[parser]}))
    assert parser_of(tmp_path) == parser


def test_of_a_model_with_several_templates_the_one_for_tools_counts(tmp_path):
    templates = [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": FORMS["hermes"]}]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": templates}))
    assert parser_of(tmp_path) == "hermes"


@pytest.mark.parametrize(
    "template", ["", "{{ messages }}", "a model that says <tool_call> of itself", "{% if tools %}"]
)
def test_a_template_that_tells_nothing_of_tools_or_in_an_unknown_form_gets_no_parser(tmp_path, template):
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
    assert parser_of(tmp_path) == "none"


def test_every_parser_that_is_chosen_is_one_of_vllms():
    assert set(BY_FORM.values()) <= set(TOOL_PARSERS)


def test_a_parser_that_vllm_does_not_have_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    (tmp_path / ".env").write_text("TOOL_PARSER=hermess\n")
    with pytest.raises(UsageError, match=r"TOOL_PARSER=hermess is not valid: vLLM [0-9.]+ has no such") as refused:
        read_settings(tmp_path / ".env")
    assert "\n" not in str(refused.value)
