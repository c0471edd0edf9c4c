"""In which order the programs of each mode come up."""

import pytest

from serve.errors import UsageError
from serve.runtimes.start_order import serving_steps
from serve.services import catalog
from serve.settings import Settings
from serve.steps import Step, run_steps


class Silent:
    def started(self, title): ...
    def at(self, title, line): ...
    def ended(self, title, error): ...


def order(mode, gpu):
    """What happened, in order, with all making done at once."""
    happened = []
    settings = Settings(MODE=mode)
    serving = serving_steps(
        settings,
        gpu,
        lambda service: happened.append(f"start {service.name}"),
        lambda service, _: happened.append(f"{service.name} answers"),
        lambda _: happened.append("chat"),
        lambda: happened.append("free the GPU"),
    )
    made = [f"quantize {variant}" for variant in settings.mode.servers]
    pipeline = {name: Step(name, lambda _: None) for name in ("prepare vllm", "prepare webui", *made)}
    run_steps(pipeline | serving, Silent())
    return happened


@pytest.mark.parametrize("gpu", [True, False])
@pytest.mark.parametrize("mode", ["pair", "lora", "swap"])
def test_every_service_of_a_mode_starts_once_and_the_chat_comes_last(mode, gpu):
    happened = order(mode, gpu)
    started = [step.removeprefix("start ") for step in happened if step.startswith("start ")]
    assert sorted(started) == sorted(service.name for service in catalog.running(Settings(MODE=mode)))
    assert happened[-1] == "chat"


def test_on_a_gpu_tuned_starts_when_base_answers():
    happened = order("pair", gpu=True)
    assert happened.index("base answers") < happened.index("start tuned")


def test_in_swap_the_switch_runs_before_tuned_starts_and_answers_after():
    happened = order("swap", gpu=True)
    wanted = ["start base", "base answers", "start switch", "start tuned", "tuned answers", "switch answers"]
    places = [happened.index(step) for step in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize("mode", ["pair", "lora", "swap"])
def test_a_gpu_is_free_before_any_server_starts(mode):
    happened = order(mode, gpu=True)
    assert happened.index("free the GPU") < happened.index("start base")
    assert "free the GPU" not in order(mode.replace("swap", "pair"), gpu=False)  # memory is no matter there


def test_what_changes_ends_first_and_in_swap_whatever_has_the_card():
    assert catalog.stopped_before(Settings(), ["tuned"]) == ["tuned"]
    assert catalog.stopped_before(Settings(MODE="swap"), ["tuned"]) == ["base", "tuned", "switch"]
    assert catalog.stopped_before(Settings(MODE="swap"), []) == []


def test_in_lora_one_server_answers_for_both():
    settings = Settings(MODE="lora")
    assert catalog.url(settings, "base") == catalog.url(settings, "tuned")
    assert settings.mode.servers == ("base",)


def test_one_port_for_two_services_of_this_machine_is_refused():
    with pytest.raises(UsageError, match="BASE_PORT and WEBUI_PORT are both 3000: set one of them"):
        catalog.check_ports(Settings(BASE_PORT=3000))
    catalog.check_ports(Settings(MODE="lora", TUNED_PORT=3000))  # it has no such server
