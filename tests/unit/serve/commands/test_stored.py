"""The commands about stored versions, on a checkout with a store and no server."""

import json
import tarfile
from pathlib import Path

import pytest

from serve.commands import export, prune, rollback, versions
from serve.display import console
from serve.environments import STAMP, UV, Environment
from serve.errors import UsageError
from serve.models.store import Store
from serve.paths import Paths
from serve.runtimes.start_order import by_themselves
from serve.settings import Settings
from serve.signing.sign import REQUIREMENTS, SIGNATURE
from serve.steps import Step
from tests.unit.serve.models.test_keeping import publish
from tests.unit.serve.models.test_verdicts import run

ROOT = Path(__file__).parents[4]
LOCAL = Settings(RUNTIME="local")


@pytest.fixture
def paths(tmp_path, monkeypatch):
    for name in ("TO", "VARIANT", "YES", "SIGN_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(console, "width", 200)
    for shared in ("serve", "images"):
        (tmp_path / shared).symlink_to(ROOT / shared)
    store = Store(tmp_path / "models")
    publish(store, "base", "base1")
    for number in (1, 2):
        publish(store, "tuned", f"tuned{number}")
    return Paths(tmp_path)


def test_versions_shows_what_is_in_force_what_was_and_the_verdict_on_it(paths, capsys):
    paths.runs.mkdir()
    run(paths.runs, "20260101T000000", "PASS", "tuned1")
    assert versions.main(LOCAL, paths) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    rows = {(words[0], words[1]): words for words in lines if len(words) > 5}
    assert "current" in rows["tuned", "tuned2"]
    assert "current" not in rows["tuned", "tuned1"]
    assert rows["tuned", "tuned1"][-2:] == ["PASS", "20260101T000000-verdict"]
    assert any(words[2:] == ["tuned", "tuned2", "published", "tuned1"] for words in lines)


def test_an_empty_store_is_said_to_be_empty(paths, capsys):
    assert versions.main(LOCAL, Paths(paths.root / "serve")) == 0
    assert capsys.readouterr().out == "No version is stored yet; `make up` makes the first.\n"


def test_a_rollback_where_nothing_runs_says_so(paths, capsys):
    assert rollback.main(LOCAL, paths) == 0
    assert Store(paths.models).in_force("tuned") == "tuned1"
    assert capsys.readouterr().out.splitlines() == [
        "tuned: tuned1 is in force, instead of tuned2.",
        "Nothing runs; `make up` starts it.",
    ]


@pytest.mark.parametrize("setting", [{"MODE": "lora"}, {"PRECISION": "fp"}])
def test_what_is_not_served_from_the_store_is_not_rolled_back(paths, setting):
    with pytest.raises(UsageError, match=next(iter(setting))):
        rollback.main(Settings(RUNTIME="local", **setting), paths)
    assert Store(paths.models).in_force("tuned") == "tuned2"


def test_pruning_asks_and_is_refused_where_nobody_can_answer(paths, monkeypatch, capsys):
    (paths.models / "tuned" / "tuned1" / "config.json").write_text("[]")
    with pytest.raises(UsageError, match="`make prune YES=1` deletes them"):
        prune.main(LOCAL, paths)
    assert "damaged: config.json" in capsys.readouterr().out
    assert Store(paths.models).versions("tuned") == ["tuned2", "tuned1"]
    monkeypatch.setenv("YES", "1")
    assert prune.main(LOCAL, paths) == 0
    assert Store(paths.models).versions("tuned") == ["tuned2"]
    assert prune.main(LOCAL, paths) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Nothing to prune")


def test_an_export_is_a_folder_or_a_tar_archive_without_links(paths, monkeypatch):
    for target, variant in (("mine", "tuned"), ("mine.tar", "base/base1")):
        monkeypatch.setenv("TO", target)
        monkeypatch.setenv("VARIANT", variant)
        assert export.main(LOCAL, paths) == 0
    manifest = json.loads((paths.root / "mine" / "manifest.json").read_text())
    assert manifest["version"] == "tuned2"
    assert not any(path.is_symlink() for path in (paths.root / "mine").rglob("*"))
    with tarfile.open(paths.root / "mine.tar") as archive:
        assert "base-base1/model.safetensors" in archive.getnames()
    assert not list(paths.root.glob(".export-*"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "name a folder, or a file that ends in .tar"),
        ({"TO": "models"}, "is there already; set TO"),
        ({"TO": "no/such/place"}, "no such folder; set TO"),
        ({"TO": "mine", "VARIANT": "best"}, "VARIANT=best is none"),
        ({"TO": "mine", "SIGN_KEY": "key.pem"}, r"key\.pem: no such file; SIGN_KEY"),
        (
            {"TO": "mine.tar", "SIGN_KEY": "serve/errors.py"},
            r"mine\.tar: an archive; SIGN_KEY names a key that signs a fold",
        ),
        ({"TO": "mine", "VARIANT": "tuned/tuned9"}, "no whole version tuned9"),
        ({"TO": "mine", "VARIANT": "merged"}, "no whole version in force"),
    ],
)
def test_an_export_that_cannot_be_is_refused_and_leaves_nothing(paths, monkeypatch, given, said):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    before = sorted(paths.root.iterdir())
    with pytest.raises(UsageError, match=said):
        export.main(LOCAL, paths)
    assert sorted(paths.root.iterdir()) == before


@pytest.fixture
def tool(paths):
    """What signs, as far as an export sees it: it refuses a key that is empty."""
    made = Environment(paths.environment("signing"), ROOT / REQUIREMENTS)
    program = made.folder / "bin" / "model_signing"
    program.parent.mkdir(parents=True)
    program.write_text(
        '#!/bin/sh\n[ -s "$5" ] && [ -f "$3/manifest.json" ] && ls "$3" > "$7" || { echo no key; exit 1; }\n'
    )
    program.chmod(0o755)
    (made.folder / STAMP).write_text(made.digest)
    tools = made.folder.with_name("uv")
    tools.mkdir()
    (tools / STAMP).write_text(UV)


@pytest.mark.usefixtures("tool")
def test_an_exported_folder_is_signed_with_the_key_that_is_named(paths, monkeypatch, capsys):
    (paths.root / "key.pem").write_text("a key")
    monkeypatch.setenv("TO", "mine")
    monkeypatch.setenv("SIGN_KEY", "key.pem")
    assert export.main(LOCAL, paths) == 0
    assert "manifest.json" in (paths.root / "mine" / SIGNATURE).read_text().split()
    assert capsys.readouterr().out.endswith(f"{SIGNATURE} is the signature.\n")


@pytest.mark.usefixtures("tool")
def test_a_key_that_cannot_sign_is_refused_and_leaves_nothing(paths, monkeypatch):
    (paths.root / "key.pem").touch()
    monkeypatch.setenv("TO", "mine")
    monkeypatch.setenv("SIGN_KEY", "key.pem")
    with pytest.raises(UsageError, match=r"key\.pem: cannot sign \(no key\); set SIGN_KEY to"):
        export.main(LOCAL, paths)
    assert not (paths.root / "mine").exists()
    assert not list(paths.root.glob(".export-*"))


def test_steps_by_themselves_wait_only_for_each_other():
    steps = {"serve": Step("serve", print, ("quantize", "start")), "start": Step("start", print, ("prepare",))}
    alone = by_themselves(steps)
    assert {name: list(step.after) for name, step in alone.items()} == {"serve": ["start"], "start": []}
