"""What each service of the catalogue runs as: as a process of this machine, and in a container of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from serve.modes import MODES
from serve.services import catalog, vllm
from serve.services.catalog import SERVICES, Target
from serve.settings import Settings

FOLDERS = {service.image: Path("/kept") / service.image for service in SERVICES}


def target(mode, contained):
    def server(variant):
        return vllm.Server(
            variant, Path("/m"), catalog.service(variant).loopback_port(settings), 2048, 2**30, gpu=False
        )

    settings = Settings(MODE=mode)
    return Target(settings, contained, FOLDERS, server)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_as_a_process_it_listens_on_loopback_alone_at_the_port_of_its_setting(service):
    for mode in (mode for mode in MODES.values() if service.runs(mode)):
        words = list(service.process(target(mode.name, contained=False)).words)
        assert words[words.index("--host") + 1] == "127.0.0.1"
        assert words[words.index("--port") + 1] == str(Settings.model_fields[service.port].default)


def test_no_two_services_have_one_name_or_one_port():
    for names in ([service.name for service in SERVICES], [service.port for service in SERVICES]):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("mode", MODES)
def test_what_a_service_needs_of_others_is_in_the_catalogue(mode):
    names = {service.name for service in SERVICES}
    running = {service.name for service in catalog.running(Settings(MODE=mode))}
    for service in SERVICES:
        assert {after.service for after in service.after} <= names
        if service.name in running:
            assert set(service.upstreams(MODES[mode])) <= running
    assert set(MODES[mode].servers) == {name for name in running if catalog.service(name).chats}
    assert set(MODES[mode].answering.values()) <= running


@pytest.mark.parametrize(
    ("mode", "contained", "urls"),
    [
        ("pair", False, "http://127.0.0.1:8001/v1;http://127.0.0.1:8002/v1"),
        ("lora", False, "http://127.0.0.1:8001/v1;http://127.0.0.1:8001/v1"),
        ("swap", False, "http://127.0.0.1:8000/v1;http://127.0.0.1:8000/v1"),
        ("pair", True, "http://base:8000/v1;http://tuned:8000/v1"),
        ("lora", True, "http://base:8000/v1;http://base:8000/v1"),
        ("swap", True, "http://switch:8000/v1;http://switch:8000/v1"),
    ],
)
def test_open_webui_asks_whoever_answers_in_the_mode(mode, contained, urls):
    process = catalog.service("webui").process(target(mode, contained))
    assert process.variables["OPENAI_API_BASE_URLS"] == urls
    assert process.variables["DATA_DIR"] == "/kept/webui"


def test_open_webui_finds_its_pages_in_its_package_and_writes_them_beside_where_that_is_read_only():
    local, contained = (catalog.service("webui").process(target("pair", inside)).variables for inside in (False, True))
    assert local["FROM_INIT_PY"] == "true" and "STATIC_DIR" not in local
    assert contained["STATIC_DIR"] == "/tmp/static" and "FROM_INIT_PY" not in contained  # noqa: S108


def test_the_switch_is_told_where_both_servers_are():
    words = catalog.service("switch").process(target("swap", contained=True)).words
    assert words[-4:] == ("--server", "base=http://base:8000", "--server", "tuned=http://tuned:8000")


def test_in_a_container_a_service_listens_for_the_others_at_its_inside_port():
    words = list(catalog.service("webui").process(target("pair", contained=True)).words)
    assert words[-4:] == ["--host", "0.0.0.0", "--port", "8080"]  # noqa: S104


def test_a_service_of_another_image_is_one_entry(monkeypatch):
    """What a person adds: it runs in every mode, starts by itself, and is left out of what mends the GPU."""
    guard = replace(catalog.service("switch"), name="guard", port="TUNED_PORT", runs=lambda _: True, after=())
    monkeypatch.setattr(catalog, "SERVICES", (*SERVICES, guard))
    assert [service.name for service in catalog.running(Settings(MODE="lora"))] == ["base", "webui", "guard"]
    assert "guard" not in catalog.stopped_before(Settings(MODE="swap"), ["base"])
