"""What is said of a training under way."""

from images.tune.progress import Progress


def told(begun, times, *events):
    said, clock = [], iter(times)
    progress = Progress("general", 400, said.append, lambda: next(clock))
    progress.begins(begun)
    for step, losses in events:
        progress.at(step, **losses)
    return said


def test_each_loss_is_said_with_the_one_held_out_and_the_time_left():
    assert told(0, [0.0, 30.0, 60.0], (0, {"held_out": 2.0}), (100, {"loss": 0.12341}), (200, {"held_out": 0.5})) == [
        "general: step 0 of 400, held out 2",
        "general: step 100 of 400, held out 2, loss 0.1234, 2 min left",
        "general: step 200 of 400, held out 0.5, loss 0.1234, 1 min left",
    ]


def test_steps_of_a_run_that_was_cut_count_for_nothing():
    assert told(300, [0.0, 20.0], (350, {"loss": 1.0})) == [
        "general: going on from step 300 of 400",
        "general: step 350 of 400, loss 1, 20 s left",
    ]


def test_at_the_end_no_time_is_left_and_none_is_said():
    assert told(0, [0.0], (400, {"loss": 1.0})) == ["general: step 400 of 400, loss 1"]
