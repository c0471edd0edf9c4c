"""Bad input to `make`, and to the jobs: one clear line, exit code 2, nothing half-written."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models_made import make_adapter
from tests.newcomer import Checkout


def refused(checkout: Checkout, *words: str) -> str:
    before = {path for folder in ("models", "runs") for path in (checkout.root / folder).rglob("*")}
    assert checkout.make(*words).code == 2  # as make says of any failure; so ask the program itself
    command, *settings = words
    python = str(checkout.root / ".tandem" / "environments" / "harness" / "bin" / "python")
    done = checkout.run("env", f"MAKEFLAGS= -- {' '.join(settings)}", *settings, python, "-m", "serve", command)
    assert done.code == 2, done.said
    assert "Traceback" not in done.said
    assert {path for folder in ("models", "runs") for path in (checkout.root / folder).rglob("*")} == before
    (line,) = done.complaint.splitlines()
    return line


def demo(checkout: Checkout, part: str) -> Path:
    return checkout.root / "images" / "demo" / part


def test_an_unknown_setting_is_refused_with_the_nearest(checkout: Checkout) -> None:
    line = refused(checkout, "up", "QUANTISER=gptqmodel")
    assert "QUANTISER is no setting; did you mean QUANTIZER?" in line


def test_a_missing_adapter_folder_is_refused(checkout: Checkout) -> None:
    line = refused(checkout, "up", f"BASE_MODEL={demo(checkout, 'base')}", "ADAPTER=/no/such/folder")
    assert line == "tandem: /no/such/folder: no such folder; set ADAPTER to a model folder or a hub name"


def test_an_adapter_made_for_another_base_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    adapter = make_adapter(tmp_path / "adapter", hidden=64)
    line = refused(checkout, "up", f"BASE_MODEL={demo(checkout, 'base')}", f"ADAPTER={adapter}")
    assert "made for another base" in line
    assert "256x256" in line
    assert "64x64" in line


def test_a_pickled_adapter_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    adapter = shutil.copytree(demo(checkout, "adapter"), tmp_path / "adapter")
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
    line = refused(checkout, "up", f"BASE_MODEL={demo(checkout, 'base')}", f"ADAPTER={adapter}")
    assert "pickled weights can run code when loaded" in line


def test_safetensors_cut_short_are_refused(checkout: Checkout, tmp_path: Path) -> None:
    adapter = shutil.copytree(demo(checkout, "adapter"), tmp_path / "adapter")
    file = adapter / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:100_000])
    line = refused(checkout, "up", f"BASE_MODEL={demo(checkout, 'base')}", f"ADAPTER={adapter}")
    assert "adapter_model.safetensors: damaged or cut short" in line


def test_preflight_says_all_that_stands_in_the_way_at_once(checkout: Checkout, tmp_path: Path) -> None:
    adapter = make_adapter(tmp_path / "adapter", hidden=64)
    given = [f"BASE_MODEL={demo(checkout, 'base')}", f"ADAPTER={adapter}", "CALIBRATION=/no/such/file"]
    done = checkout.make("preflight", *given)
    assert done.code == 2, done.said
    first, second = done.complaint.splitlines()
    assert "made for another base" in first
    assert "/no/such/file: No such file or directory; set CALIBRATION to JSON lines" in second


def test_preflight_of_what_can_be_served_says_so_with_its_figures(checkout: Checkout) -> None:
    done = checkout.make("preflight")
    assert done.code == 0, done.said
    assert "Nothing stands in the way of `make up`." in done.said
    assert "GiB of KV cache" in done.said


def test_a_suite_with_a_broken_row_is_refused_before_anything_is_asked(deployment: Checkout, tmp_path: Path) -> None:
    suite = tmp_path / "mine.yaml"
    suite.write_text(
        "suite: mine\nversion: 1\ntitle: Mine\npurpose: descriptive\nsampling: {temperature: 0, max_tokens: 8}\n"
        "prompts:\n- id: one\n  messages: [{role: user, content: hi}]\n"
        "  checks: [{type: eqals, value: hi}]\n  tags: []\n"
    )
    line = refused(deployment, "eval", f"SUITES={suite}")
    assert str(suite) in line
    assert "one" in line
    assert "eqals" in line


def test_a_wrong_api_key_is_one_line_naming_the_endpoint(deployment: Checkout, tmp_path: Path) -> None:
    endpoints = json.loads((deployment.root / ".tandem" / "endpoints.json").read_text())
    (tmp_path / "secrets.env").write_text("API_KEY=wrong\n")
    (tmp_path / "endpoints.json").write_text(json.dumps(endpoints))
    python = str(deployment.root / ".tandem" / "environments" / "harness" / "bin" / "python")
    for command in ("eval", "load"):
        given = [
            "--endpoints",
            str(tmp_path / "endpoints.json"),
            "--suites",
            "demo-json",
            "--runs",
            str(tmp_path / "runs"),
        ]
        done = deployment.run(python, "-m", "evalharness", command, *given)
        assert done.code == 2
        (line,) = done.complaint.splitlines()
        assert "base" in line
        assert "key" in line.lower()
        assert not list((tmp_path / "runs").glob("*/answers.jsonl"))


def test_an_adapter_whose_configuration_forgets_a_part_of_it_is_refused(deployment: Checkout, tmp_path: Path) -> None:
    adapter = shutil.copytree(demo(deployment, "adapter"), tmp_path / "adapter")
    config = json.loads((adapter / "adapter_config.json").read_text())
    config["target_modules"].remove("v_proj")
    (adapter / "adapter_config.json").write_text(json.dumps(config))
    python = str(deployment.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    given = ["--base", demo(deployment, "base"), "--adapter", adapter, "--store", tmp_path / "store"]
    done = deployment.run(python, "-m", "images.merge.merge", *map(str, given))
    assert done.code == 2, done.said
    assert f"merge: {adapter}: its adapter_config.json has no place for" in done.said.splitlines()[-1]
    assert "v_proj" in done.said.splitlines()[-1]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this account may not mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_fills_up_during_merge_is_one_line_and_leaves_nothing(
    deployment: Checkout, small_disk: Path
) -> None:
    python = str(deployment.root / ".tandem" / "environments" / "merge" / "bin" / "python")
    given = ["--base", demo(deployment, "base"), "--adapter", demo(deployment, "adapter"), "--store", small_disk]
    done = deployment.run(python, "-m", "images.merge.merge", *map(str, given))
    assert done.code == 2, done.said
    assert "merge: the disk is full; free some space where models/ lies and run again" in done.said.splitlines()
    assert "Traceback" not in done.said
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == [".lock"]
