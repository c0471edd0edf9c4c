"""What can be asked of a store: which versions there are, going back, pruning, plain files."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from serve.errors import UsageError
from serve.models import keeping
from serve.models.store import Store

ROOT = Path(__file__).parents[4]


def publish(store, variant, version, merged=None):
    about = {"parameters": {}, "proof": {}}
    if merged:
        about["sources"] = {"model": {"variant": "merged", "version": merged}}
    with store.lock(variant), store.staging(variant, version) as draft:
        (draft / "model.safetensors").write_text(f"weights of {version}")
        (draft / "config.json").write_text("{}")
        return store.publish(draft, variant, version, about)


@pytest.fixture
def store(tmp_path):
    """Two tuned models, each of a merge of its own."""
    store = Store(tmp_path / "models")
    for number in (1, 2):
        publish(store, "merged", f"merge{number}")
        publish(store, "tuned", f"tuned{number}", merged=f"merge{number}")
    return store


def test_the_merge_of_a_tuned_model_no_longer_in_force_is_not_kept(store):
    assert store.versions("merged") == ["merge2"]
    assert store.versions("tuned") == ["tuned2", "tuned1"]


def test_a_merge_stays_until_the_tuned_model_made_from_it_is_replaced(store):
    publish(store, "merged", "merge3")
    assert set(store.versions("merged")) == {"merge3", "merge2"}
    publish(store, "tuned", "tuned3", merged="merge3")
    assert store.versions("merged") == ["merge3"]


def test_a_rollback_puts_the_version_before_in_force_and_says_what_is(store):
    done = keeping.roll_back(store, "tuned")
    assert (done["from"], done["to"], done["tuned"]) == ("tuned2", "tuned1", "tuned1")
    assert store.current("tuned") == store.folder("tuned", "tuned1")
    with pytest.raises(UsageError, match="no other version to go back to"):
        keeping.roll_back(store, "tuned")


def test_a_version_that_is_named_is_put_in_force_whatever_was_before(store):
    keeping.roll_back(store, "tuned")
    assert keeping.roll_back(store, version="tuned2")["tuned"] == "tuned2"
    with pytest.raises(UsageError, match="tuned tuned2 is in force already"):
        keeping.roll_back(store, version="tuned2")
    with pytest.raises(UsageError, match="no version tuned9"):
        keeping.roll_back(store, version="tuned9")


def test_a_rollback_takes_the_merge_along_where_it_is_still_there(store):
    publish(store, "tuned", "other", merged="merge2")
    publish(store, "merged", "merge3")  # of which nothing was made
    assert keeping.roll_back(store, version="tuned2")["merged"] == "merge2"


def test_a_damaged_version_is_not_gone_back_to_and_its_file_is_named(store):
    (store.folder("tuned", "tuned1") / "model.safetensors").write_text("weightz of tuned1")
    with pytest.raises(UsageError, match=r"tuned1/model\.safetensors: not what was published"):
        keeping.roll_back(store, "tuned")
    assert store.in_force("tuned") == "tuned2"


def test_pruning_names_what_is_damaged_and_deletes_it_but_nothing_else(store):
    (store.folder("tuned", "tuned1") / "model.safetensors").write_text("weightz of tuned1")
    (row,) = keeping.prune(store, delete=False)
    assert (row["variant"], row["version"], row["why"]) == ("tuned", "tuned1", "damaged: model.safetensors")
    assert store.versions("tuned") == ["tuned2", "tuned1"]
    keeping.prune(store, delete=True)
    assert store.versions("tuned") == ["tuned2"]
    assert keeping.prune(store, delete=False) == []


def test_kept_are_the_versions_that_were_in_force_last_however_old(store):
    for number in range(3, 6):
        publish(store, "tuned", f"tuned{number}", merged="merge2")
        store.make_current("tuned", "tuned2")
    assert store.in_force("tuned") == "tuned2"
    assert set(store.versions("tuned")) == {"tuned2", "tuned5", "tuned4"}
    assert keeping.prune(store, delete=False) == []


def test_an_export_is_plain_files_with_their_manifest(store, tmp_path):
    out = io.BytesIO()
    keeping.export(store, "tuned", "", out)
    out.seek(0)
    with tarfile.open(fileobj=out) as archive:
        assert all(member.isfile() for member in archive)
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / "tuned-tuned2"
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "manifest.json", "model.safetensors"]
    keeping.check_exported(folder)
    (folder / "config.json").unlink()
    with pytest.raises(UsageError, match=r"config\.json: did not arrive whole"):
        keeping.check_exported(folder)


def test_a_damaged_version_is_not_exported(store):
    (store.folder("tuned", "tuned2") / "config.json").write_text("[]")
    with pytest.raises(UsageError, match=r"tuned2/config\.json: not what was published"):
        keeping.export(store, "tuned", "", io.BytesIO())


def test_it_answers_on_a_command_line_with_one_line_of_json(store):
    command = [sys.executable, "-m", "serve.models.keeping", "--store", store.root, "versions"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)
    in_force = {row["variant"]: row["version"] for row in rows if row["current"]}
    assert in_force == {"merged": "merge2", "tuned": "tuned2"}


def test_what_it_refuses_is_one_line_and_exit_code_2(tmp_path):
    command = [sys.executable, "-m", "serve.models.keeping", "--store", tmp_path, "rollback"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.endswith("no other version to go back to; `make versions` lists them")
