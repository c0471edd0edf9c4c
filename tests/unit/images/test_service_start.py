"""What the containers become that serve no model: Open WebUI, and what takes turns between the servers."""

import os
import runpy

import pytest

from images.vllm import start
from serve.runtimes.docker import starter


class Became(Exception):
    """What a container becomes, in place of becoming it."""


@pytest.fixture
def container(monkeypatch, tmp_path):
    """The variables of a container of MODE=swap, whose secrets have their own names for values."""

    def become(_, words):
        raise Became(*words[1:])

    for name in ("API_KEY", "WEBUI_PASSWORD", "WEBUI_SECRET_KEY"):
        (tmp_path / name).write_text(name.lower())
    monkeypatch.setattr(starter, "SECRETS", tmp_path)
    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setattr(os, "environ", {**os.environ, "MODE": "swap"})
    return os.environ


def test_open_webui_asks_the_switch_with_the_key_and_listens_where_it_is_published(container):
    with pytest.raises(Became) as became:
        runpy.run_module("images.webui.start", run_name="__main__")
    assert became.value.args[:3] == ("-m", "uvicorn", "open_webui.main:app")
    assert became.value.args[-2:] == ("--port", "8080")
    assert container["OPENAI_API_BASE_URLS"] == "http://switch:8000/v1;http://switch:8000/v1"
    assert (container["OPENAI_API_KEYS"], container["WEBUI_ADMIN_PASSWORD"]) == ("api_key;api_key", "webui_password")


def test_the_switch_is_given_the_servers_key_and_where_they_are(container):
    with pytest.raises(Became) as became:
        start.main("switch")
    assert became.value.args[:2] == ("-m", "serve.services.switch")
    assert became.value.args[-3::2] == ("base=http://base:8000", "tuned=http://tuned:8000")
    assert container["VLLM_API_KEY"] == "api_key"
