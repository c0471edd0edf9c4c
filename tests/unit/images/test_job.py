"""What the jobs share: a version is made once, from exactly its inputs, and failures are one line."""

import errno
import json
import threading

import pytest

from images import job
from serve.errors import UsageError
from serve.models import keeping
from serve.models.store import Store
from tests.models_made import make_model


@pytest.fixture
def model(tmp_path):
    return make_model(tmp_path / "model")


def make(tmp_path, model, parameters=None, written=None):
    def write(draft):
        (draft / "model.safetensors").write_text("weights")
        if written is not None:
            written.append(draft)
        return {"perplexity": 1.0}

    store = Store(tmp_path / "models")
    job.make_version(store, "base", {"model": model}, parameters or {}, {"torch": "2"}, write)
    return store.current("base")


def test_a_version_is_made_once(tmp_path, model):
    written = []
    first = make(tmp_path, model, written=written)
    assert make(tmp_path, model, written=written) == first
    assert len(written) == 1


def test_other_weights_or_parameters_make_another_version(tmp_path, model):
    first = make(tmp_path, model)
    second = make(tmp_path, model, {"group_size": 64})
    (model / "config.json").write_text("{}")
    third = make(tmp_path, model, {"group_size": 64})
    assert len({first, second, third}) == 3


def test_touching_a_file_makes_no_new_version(tmp_path, model):
    first = make(tmp_path, model)
    (model / "config.json").touch()
    assert make(tmp_path, model) == first


def test_the_manifest_names_sources_parameters_libraries_licence_and_proof(tmp_path, model):
    (model / "README.md").write_text("---\nlicense: llama3\n---\n")
    (model / "LICENSE").write_text("…")
    manifest = json.loads((make(tmp_path, model, {"bits": 4}) / "manifest.json").read_text())
    assert manifest["sources"]["model"]["files"]["model.safetensors"]["sha256"]
    assert manifest["parameters"] == {"bits": 4}
    assert manifest["libraries"] == {"torch": "2"}
    licence = manifest["licences"]["model"]
    assert (licence["licence"], licence["files"]) == ("llama3", ["LICENSE"])
    assert licence["duties"]["name_begins_with"] == "Llama 3"
    assert licence["duties"]["notice"].startswith("Meta Llama 3 is licensed under")
    assert manifest["proof"] == {"perplexity": 1.0}


def test_a_model_of_the_store_is_identified_by_its_version(tmp_path, model):
    made = make(tmp_path, model)
    assert job.origin(made) == {"variant": "base", "version": made.name}


def test_everything_but_weights_is_copied(tmp_path, model):
    (model / "pytorch_model.bin").write_text("pickle")
    (model / "tokenizer.json").write_text("{}")
    target = tmp_path / "target"
    target.mkdir()
    job.copy_everything_but_weights(model, target)
    assert sorted(path.name for path in target.iterdir()) == ["chat_template.jinja", "config.json", "tokenizer.json"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("No space left")])
def test_a_full_disk_is_one_line_and_exit_code_2(error, capsys):
    with pytest.raises(SystemExit) as ended, job.one_line_failures("merge"):
        raise error
    assert ended.value.code == 2
    assert capsys.readouterr().err == "merge: the disk is full; free some space where models/ lies and run again\n"


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError), job.one_line_failures("merge"):
        raise ZeroDivisionError


def test_a_flipped_byte_in_a_version_that_stands_is_refused_with_the_files_name(tmp_path, model):
    made = make(tmp_path, model)
    (made / "model.safetensors").write_text("weightz")
    with pytest.raises(UsageError, match=r"base/\w+/model\.safetensors: not what was published.*`make prune`"):
        make(tmp_path, model)


def test_a_version_that_was_rolled_back_from_is_not_put_in_force_by_the_settings_that_made_it(tmp_path, model, capsys):
    first, second = make(tmp_path, model), make(tmp_path, model, {"group_size": 64})
    store = Store(tmp_path / "models")
    keeping.roll_back(store, "base")
    assert make(tmp_path, model, {"group_size": 64}) == first
    assert capsys.readouterr().out.splitlines()[-1] == f"base {first.name} stands"
    assert make(tmp_path, model, {"group_size": 32}).name not in (first.name, second.name)
    keeping.roll_back(store, version=second.name)
    assert make(tmp_path, model, {"group_size": 64}) == second


def test_a_proof_that_settings_no_longer_take_is_refused_though_its_version_stands(tmp_path, model):
    def refuse(proof):
        raise UsageError(f"perplexity {proof['perplexity']}")

    made = make(tmp_path, model)
    arguments = (Store(tmp_path / "models"), "base", {"model": model}, {}, {"torch": "2"})
    with pytest.raises(UsageError, match=r"perplexity 1\.0"):
        job.make_version(*arguments, lambda _: {}, accept=refuse)
    assert made.exists()


def test_a_card_in_another_encoding_is_read_as_far_as_it_goes(tmp_path, model):
    (model / "README.md").write_bytes(b"---\nlicense: mit\n---\nBy Ren\xe9.\n")
    assert job.licence(make(tmp_path, model))["licence"] == "mit"


def test_every_version_has_a_card_with_the_licence_of_its_source(tmp_path, model):
    (model / "README.md").write_text("---\nlicense: llama3\n---\n")
    made = make(tmp_path, model)
    assert (made / "README.md").read_text().startswith("---\nlicense: llama3\n")
    assert job.licence(made)["licence"] == "llama3"


def test_a_second_job_says_that_it_waits(tmp_path):
    store, said = Store(tmp_path / "models"), []
    waited = threading.Event()

    def second():
        with store.lock("base", lambda line: (said.append(line), waited.set())):
            pass

    with store.lock("base"):
        thread = threading.Thread(target=second)
        thread.start()
        assert waited.wait(5)
    thread.join(5)
    assert said == [f"waiting: another job is at work on {store.root / 'base'}"]


def test_the_notice_that_a_licence_asks_for_goes_with_every_copy(tmp_path, model):
    (model / "README.md").write_text("---\nlicense: llama3\n---\n")
    made = make(tmp_path, model)
    assert "Meta Llama 3 Community License" in (made / "NOTICE").read_text()
    assert "NOTICE" in json.loads((made / "manifest.json").read_text())["files"]
