"""A training goes on from the last checkpoint that is whole."""

import json

from images.tune.checkpoints import NEEDED, STATE, last_whole


def checkpoint(folder, step, state=None):
    made = folder / f"checkpoint-{step}"
    made.mkdir(parents=True)
    for name in NEEDED:
        (made / name).touch()
    (made / STATE).write_text(json.dumps({"global_step": step}) if state is None else state)
    return made


def test_it_is_the_one_with_the_most_steps(tmp_path):
    checkpoint(tmp_path, 90)
    last = checkpoint(tmp_path, 100)
    checkpoint(tmp_path, 20)
    assert last_whole(tmp_path) == last


def test_one_that_was_being_written_is_none(tmp_path):
    whole = checkpoint(tmp_path, 10)
    checkpoint(tmp_path, 20, state='{"global_st')
    (checkpoint(tmp_path, 30) / NEEDED[1]).unlink()
    (tmp_path / "checkpoint-40").mkdir()
    (tmp_path / "checkpoint-best").mkdir()
    assert last_whole(tmp_path) == whole


def test_where_there_is_none_it_begins(tmp_path):
    assert last_whole(tmp_path / "none") is None
