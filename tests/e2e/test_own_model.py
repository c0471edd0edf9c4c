"""A person's own model, of the other family: the same way, with the quantizer that people get who choose none.

It takes the place of the demo, so conftest.py has it run after all that ask the demo; test_stopping.py goes back to it.
"""

import json
from pathlib import Path

import pytest

from serve.models.store import Store
from tests.e2e.test_deployment import chat
from tests.newcomer import Checkout


@pytest.fixture(scope="module")
def own(deployment: Checkout, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A random Qwen2 with tied embeddings, and an adapter after which they are two."""
    folder = tmp_path_factory.mktemp("own")
    python = str(deployment.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    tokenizer = str(deployment.root / "images" / "demo" / "base")
    wanted = json.dumps({str(folder): ["qwen2", True, "the embedding"]})
    done = deployment.run(python, "-m", "tests.e2e.jobs.tiny", tokenizer, wanted)
    assert done.code == 0, done.said
    return {"BASE_MODEL": folder / "base", "ADAPTER": folder / "adapter"}


def test_a_qwen2_with_the_default_quantizer_takes_the_same_way(deployment: Checkout, own: dict[str, Path]) -> None:
    settings = [f"{name}={folder}" for name, folder in own.items()]
    up = deployment.make("up", *settings, timeout=1200)
    assert up.code == 0, up.said
    for name, tied in (("base", True), ("tuned", False)):
        folder = deployment.root / "models" / name / "current"
        assert json.loads((folder / "manifest.json").read_text())["parameters"]["engine"] == "auto-gptq"
        config = json.loads((folder / "config.json").read_text())
        assert config["model_type"] == "qwen2"
        assert config["tie_word_embeddings"] is tied
        assert chat(deployment, name, deployment.secrets()["API_KEY"]).status_code == 200


def test_the_demos_versions_are_still_there_to_go_back_to(deployment: Checkout, own: dict[str, Path]) -> None:
    assert own
    assert len(Store(deployment.root / "models").versions("tuned")) == 2
