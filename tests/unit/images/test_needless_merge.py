"""Nothing is merged where the INT4 that a merge would be for stands already: both jobs, without what they call."""

import json
import shutil
from pathlib import Path

import pytest

from images.merge import merge
from images.quantize import quantize
from images.quantize.recipe import ENGINES, Recipe
from serve.errors import UsageError
from serve.models import checksums, keeping
from serve.models.checksums import digest
from serve.models.store import Store, parent, read_manifest
from tests.models_made import make_adapter, make_model


class Jobs:
    """The store of two tuned models, `one` and then `two`, which is in force. `merged`: every merge that was made."""

    def __init__(self, folder):
        self.folder, self.merged = folder, []
        self.store = Store(folder / "models")
        self.base = make_model(folder / "base")
        self.calibration = folder / "rows.jsonl"
        self.calibration.write_text("".join(json.dumps({"text": f"Row {number}."}) + "\n" for number in range(16)))
        for name, alpha in {"one": 1, "two": 2}.items():
            make_adapter(folder / name, lora_alpha=alpha)

    def write_merged(self, _, adapters, draft):
        self.merged.append(adapters[0].name)
        shutil.copytree(self.base, draft, dirs_exist_ok=True)
        return {}

    def up(self, name, group_size=64, full_precision=False):
        """What both jobs do in turn; the tuned version in force then."""
        recipe = Recipe("auto-gptq", group_size, self.calibration)
        merge.run(self.base, [self.folder / name], self.store, None if full_precision else recipe)
        quantize.run(self.store.root / "merged" / "current", "tuned", self.store, recipe, kl_limit=1)
        return self.store.in_force("tuned")


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    made = Jobs(tmp_path)
    pinned = Recipe("auto-gptq", 64, made.calibration).pinned()
    monkeypatch.setattr(merge, "versions", lambda *packages: dict.fromkeys(packages, "1"))
    monkeypatch.setattr(quantize, "versions", lambda *_: pinned)
    monkeypatch.setattr(merge, "merge", made.write_merged)
    monkeypatch.setattr(quantize, "quantize", lambda _, __, draft, *___: (draft / "model.safetensors").touch() or {})
    monkeypatch.setattr(quantize, "refuse", lambda *_, **__: None)
    return made


@pytest.fixture
def going_back(jobs):
    first = jobs.up("one")
    jobs.up("two")
    assert jobs.up("one") == first
    return jobs


def test_going_back_to_a_tuned_model_that_stands_merges_nothing(going_back):
    assert going_back.merged == ["one", "two"]
    assert going_back.up("two") and going_back.up("one")
    assert going_back.merged == ["one", "two"]


def test_what_was_not_made_is_in_force_by_its_name_and_nothing_else_is_taken_for_it(going_back):
    store = going_back.store
    made_from = parent(read_manifest(store.folder("tuned", store.in_force("tuned"))))
    assert store.in_force("merged") == made_from
    assert store.current("merged") is None
    assert store.versions("merged") == []  # two's is no longer needed
    assert [row["variant"] for row in keeping.versions(store) if row["current"]] == ["tuned"]
    assert keeping.prune(store, delete=False) == []


def test_a_rollback_from_there_and_the_way_back_merge_nothing(going_back):
    store = going_back.store
    one = store.in_force("tuned")
    two = keeping.roll_back(store, "tuned")["tuned"]
    assert going_back.up("one") == two  # one is withdrawn
    keeping.roll_back(store, version=one)
    assert going_back.up("one") == one
    assert going_back.merged == ["one", "two"]


def test_other_settings_of_the_quantizer_merge_again(going_back):
    going_back.up("one", group_size=32)
    assert going_back.merged == ["one", "two", "one"]
    going_back.calibration.write_text(going_back.calibration.read_text().replace("Row", "Line"))
    going_back.up("two")
    assert going_back.merged == ["one", "two", "one", "two"]


def test_full_precision_merges_again_and_then_the_merge_stands(going_back):
    for _ in range(2):
        going_back.up("one", full_precision=True)
        assert going_back.store.current("merged") is not None
        assert going_back.merged == ["one", "two", "one"]
    going_back.up("one")
    assert going_back.store.current("merged") is not None


def test_a_tuned_model_that_is_damaged_is_merged_and_made_again_once_it_is_pruned(going_back):
    store = going_back.store
    one = store.in_force("tuned")
    (store.folder("tuned", one) / "model.safetensors").write_text("something else")
    keeping.prune(store, delete=True)
    assert going_back.up("one") == one
    assert going_back.merged == ["one", "two", "one"]
    assert store.wrong("tuned", one, every_byte=True) == []


def test_a_quantize_job_that_finds_neither_merge_nor_int4_says_so_in_one_line(going_back):
    store = going_back.store
    store.discard("tuned", store.in_force("tuned"))
    recipe = Recipe("auto-gptq", 64, going_back.calibration)
    with pytest.raises(
        UsageError, match=r"merged/\w+: left unmade for an INT4 version that is gone by now; run again$"
    ):
        quantize.run(store.root / "merged" / "current", "tuned", store, recipe, kl_limit=1)


def test_the_base_is_not_hashed_again_for_a_merge_that_is_not_made(going_back, monkeypatch):
    recipe = Recipe("auto-gptq", 64, going_back.calibration)
    quantize.run(going_back.base, "base", going_back.store, recipe, kl_limit=1)
    read = []
    monkeypatch.setattr(checksums, "digest", lambda path: read.append(path.parent) or digest(path))
    merge.run(going_back.base, [going_back.folder / "one"], going_back.store, recipe)
    assert going_back.base not in read
    assert going_back.merged == ["one", "two"]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_libraries_of_each_engine_are_those_it_is_installed_with(engine):
    assert set(Recipe(engine, 128, Path()).pinned()) == {"torch", "transformers", engine}
