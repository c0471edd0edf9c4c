"""The model store: versions named by their inputs, published whole or not at all."""

import json
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.models import keeping
from serve.models.store import KEPT_VERSIONS, Store, describe, inputs_digest


def published(store, variant, version, content="weights"):
    with store.lock(variant), store.staging(variant, version) as draft:
        (draft / "model.safetensors").write_text(content)
        return store.publish(draft, variant, version, {"inputs": {}})


def test_a_published_version_stands_and_is_current(tmp_path):
    store = Store(tmp_path)
    folder = published(store, "tuned", "aaa")
    assert store.standing("tuned", "aaa") == store.current("tuned") == folder
    assert str((tmp_path / "tuned" / "current").readlink()) == "aaa"  # relative: the store can be moved


def test_the_manifest_names_every_file_with_its_digest(tmp_path):
    folder = published(Store(tmp_path), "tuned", "aaa", "abc")
    file = json.loads((folder / "manifest.json").read_text())["files"]["model.safetensors"]
    assert file["bytes"] == 3
    assert file["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_work_that_fails_leaves_nothing_and_keeps_the_version_in_force(tmp_path):
    store = Store(tmp_path)
    kept = published(store, "tuned", "aaa")
    with pytest.raises(OSError, match="full"), store.lock("tuned"), store.staging("tuned", "bbb") as draft:
        (draft / "half").write_text("half")
        raise OSError("full")
    assert store.current("tuned") == kept
    assert store.versions("tuned") == ["aaa"]
    assert not list((tmp_path / "tuned").glob(".staging-*"))


def test_what_a_killed_job_left_is_gone_with_the_next(tmp_path):
    left = tmp_path / "tuned" / ".staging-old"
    left.mkdir(parents=True)
    published(Store(tmp_path), "tuned", "aaa")
    assert not left.exists()


def test_a_version_with_a_file_cut_short_does_not_stand(tmp_path):
    store = Store(tmp_path)
    folder = published(store, "tuned", "aaa")
    (folder / "model.safetensors").write_text("wei")
    assert store.standing("tuned", "aaa") is None
    assert store.current("tuned") is None


def test_a_version_that_is_not_whole_is_replaced(tmp_path):
    store = Store(tmp_path)
    (published(store, "tuned", "aaa") / "model.safetensors").unlink()
    assert store.current("tuned") is None
    published(store, "tuned", "aaa")
    assert store.current("tuned") is not None


def test_the_last_three_versions_are_kept_and_going_back_is_a_flip(tmp_path):
    store = Store(tmp_path)
    for version in ("a", "b", "c", "d"):
        folder = published(store, "tuned", version)
        os.utime(folder / "manifest.json", ns=(0, ord(version)))
    assert store.versions("tuned") == ["d", "c", "b"]
    assert len(store.versions("tuned")) == KEPT_VERSIONS
    store.make_current("tuned", "b")
    assert store.current("tuned") == store.folder("tuned", "b")
    assert store.versions("tuned") == ["d", "c", "b"]


def test_one_job_at_a_time_writes_a_variant(tmp_path):
    store, order = Store(tmp_path), []
    waiting = threading.Event()

    def second():
        waiting.set()
        with store.lock("tuned"):
            order.append("second")

    with store.lock("tuned"):
        thread = threading.Thread(target=second)
        thread.start()
        waiting.wait(5)
        thread.join(0.2)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_file_unchanged_in_size_and_time_keeps_its_known_digest(tmp_path):
    (tmp_path / "a").write_text("a")
    known = describe(tmp_path)
    known["a"]["sha256"] = "remembered"
    assert describe(tmp_path, known)["a"]["sha256"] == "remembered"
    os.utime(tmp_path / "a", ns=(1, 1))
    assert describe(tmp_path, known)["a"]["sha256"] != "remembered"


@given(st.dictionaries(st.text(), st.text(), min_size=1), st.text())
def test_any_other_input_makes_another_version(inputs, other):
    version = inputs_digest(inputs)
    assert version == inputs_digest(dict(reversed(inputs.items())))
    name = next(iter(inputs))
    assert (inputs_digest({**inputs, name: other}) == version) == (inputs[name] == other)


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "3", "{}", "[" * 3000, '{"files": 3}', '{"files": {"a": 1}}', '{"files": {"a": {}}}',
        '{"files": {"a": {"bytes": "many"}}}', '{"files": {"a": {"bytes": 1}}}',
        '{"files": {}, "proof": 3}', '{"files": {}, "sources": []}',
        '{"files": {}, "sources": {"model": 1}}', "\0",
    ],
)  # fmt: skip
def test_a_version_whose_manifest_was_damaged_is_not_whole_and_can_be_pruned(tmp_path, content):
    store = Store(tmp_path)
    (published(store, "tuned", "aaa") / "manifest.json").write_text(content)
    assert store.current("tuned") is None
    (row,) = keeping.versions(store)
    assert not row["whole"]
    assert [row["why"] for row in keeping.prune(store, delete=True)] == ["damaged: manifest.json"]
    assert published(store, "tuned", "aaa") == store.current("tuned")
