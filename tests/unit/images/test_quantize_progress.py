"""What is said of a quantizer under way."""

from images.quantize.progress import Layers, duration


def said_at(first, count, times):
    said, clock = [], iter(times)
    layers = Layers(count, said.append, lambda: next(clock))
    for layer in range(first, first + len(times)):
        layers.begins(layer)
    return said


def test_each_layer_says_the_time_left_by_those_before_it():
    assert said_at(1, 4, [0.0, 10.0, 20.0, 60.0]) == [
        "quantizing layer 1 of 4",
        "quantizing layer 2 of 4, 30 s left",
        "quantizing layer 3 of 4, 20 s left",
        "quantizing layer 4 of 4, 20 s left",
    ]


def test_layers_that_an_earlier_run_finished_count_for_nothing():
    assert said_at(40, 80, [0.0, 60.0]) == ["quantizing layer 40 of 80", "quantizing layer 41 of 80, 40 min left"]


def test_time_is_said_in_the_unit_that_it_is_awaited_in():
    assert [duration(seconds) for seconds in (5, 600, 7200)] == ["5 s", "10 min", "2.0 h"]
