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
        lambda name: happened.append(f"start {name}"),
        lambda name, _: happened.append(f"{name} answers"),
        lambda _: happened.append("chat"),
        lambda: happened.append("make room"),
    )
    made = [f"quantize {variant}" for variant in catalog.served(settings)]
    pipeline = {name: Step(name, lambda _: None) for name in ("prepare vllm", "prepare webui", *made)}
    run_steps(pipeline | serving, Silent())
    return happened


@pytest.mark.parametrize("gpu", [True, False])
@pytest.mark.parametrize("mode", ["pair", "lora", "swap"])
def test_every_program_of_a_mode_starts_once_and_the_chat_comes_last(mode, gpu):
    happened = order(mode, gpu)
    started = [step.removeprefix("start ") for step in happened if step.startswith("start ")]
    assert set(started) == set(catalog.programs(Settings(MODE=mode)))
    assert happened[-1] == "chat"


def test_on_a_gpu_tuned_starts_when_base_answers():
    happened = order("pair", gpu=True)
    assert happened.index("base answers") < happened.index("start tuned")


def test_in_swap_the_switch_makes_room_before_tuned_starts_and_answers_after():
    happened = order("swap", gpu=True)
    wanted = ["start base", "base answers", "start switch", "start tuned", "tuned answers", "switch answers"]
    places = [happened.index(step) for step in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize("mode", ["pair", "lora", "swap"])
def test_on_a_gpu_there_is_room_before_any_server_starts(mode):
    happened = order(mode, gpu=True)
    assert happened.index("make room") < happened.index("start base")
    assert "make room" not in order(mode.replace("swap", "pair"), gpu=False)  # memory is no matter there


def test_what_changes_makes_room_and_in_swap_whatever_has_the_card():
    assert catalog.in_the_way(Settings(), ["tuned"]) == ["tuned"]
    assert catalog.in_the_way(Settings(MODE="swap"), ["tuned"]) == ["base", "tuned", "switch"]
    assert catalog.in_the_way(Settings(MODE="swap"), []) == []


def test_in_lora_one_server_answers_for_both():
    settings = Settings(MODE="lora")
    assert catalog.url(settings, "base") == catalog.url(settings, "tuned")
    assert catalog.served(settings) == ("base",)


def test_one_port_for_two_programs_of_this_machine_is_refused():
    with pytest.raises(UsageError, match="BASE_PORT and WEBUI_PORT are both 3000: set one of them"):
        catalog.check_ports(Settings(BASE_PORT=3000))
    catalog.check_ports(Settings(MODE="lora", TUNED_PORT=3000))  # it has no such server
