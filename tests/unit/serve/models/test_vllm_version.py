"""One version of vLLM: what is known of it is that of the version that is installed."""

import re
from pathlib import Path
from typing import get_args, get_origin

from serve.models import vllm_0_32
from serve.settings import Settings

ROOT = Path(__file__).parents[4]


def test_its_file_is_named_for_the_version_that_is_pinned_everywhere():
    pinned = {
        match
        for file in (ROOT / "images" / "vllm").glob("requirements-*")
        for match in re.findall(r"^vllm(?:-cpu)?==(\S+)", file.read_text(), re.MULTILINE)
    }
    pinned |= set(re.findall(r"vllm-openai:v([\d.]+)", (ROOT / "images" / "vllm" / "Dockerfile").read_text()))
    assert pinned == {vllm_0_32.VERSION}
    assert Settings.model_fields["VLLM_IMAGE"].default.endswith(f":v{vllm_0_32.VERSION}")
    assert vllm_0_32.__name__.endswith("_".join(["vllm", *vllm_0_32.VERSION.split(".")[:2]]))
    assert len(list((ROOT / "serve" / "models").glob("vllm_*.py"))) == 1


def test_a_group_size_can_be_set_exactly_where_it_can_be_served():
    choices = Settings.model_fields["GPTQ_GROUP_SIZE"].annotation
    assert get_origin(choices) is not None
    assert get_args(choices) == vllm_0_32.GROUP_SIZES
