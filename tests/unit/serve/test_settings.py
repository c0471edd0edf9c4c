"""Settings: one typed object, and one clear line for whatever is not a setting or not valid."""

import argparse
from pathlib import Path

import pytest

from evalharness.commands.options import chosen_suites
from evalharness.load.profile import DEFAULT
from evalharness.runs.summaries.load import LIMITS
from serve.errors import UsageError
from serve.models.sources import check_served, model_sources
from serve.settings import DEMO_SUITES, Settings, example, read_settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in [*Settings.model_fields, "MAKEFLAGS"]:
        monkeypatch.delenv(name, raising=False)


def settings_of(tmp_path, text):
    (tmp_path / ".env").write_text(text)
    return read_settings(tmp_path / ".env")


def test_without_a_file_every_setting_has_its_default(tmp_path):
    assert read_settings(tmp_path / ".env") == Settings()
    assert Settings().demo


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_PORT", "9001")
    assert settings_of(tmp_path, "BASE_PORT=9000\nTUNED_PORT=9002\n").BASE_PORT == 9001
    assert settings_of(tmp_path, "BASE_PORT=9000\nTUNED_PORT=9002\n").TUNED_PORT == 9002


def test_an_empty_value_means_the_default(tmp_path):
    assert settings_of(tmp_path, "QUANTIZER=\n").QUANTIZER == "auto-gptq"


def test_an_unknown_name_is_refused_with_the_nearest_setting(tmp_path):
    with pytest.raises(UsageError, match=r"\.env: BASE_MODLE is no setting; did you mean BASE_MODEL\?"):
        settings_of(tmp_path, "BASE_MODLE=x\n")


def test_an_unknown_name_on_makes_command_line_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEFLAGS", " -- QUANTISER=gptqmodel")
    with pytest.raises(UsageError, match="make's command line: QUANTISER is no setting; did you mean QUANTIZER"):
        read_settings(tmp_path / ".env")


def test_a_known_name_on_makes_command_line_passes(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEFLAGS", "s -j2 -- QUANTIZER=gptqmodel PYTHON=python3.11 YES=1")
    monkeypatch.setenv("QUANTIZER", "gptqmodel")
    assert read_settings(tmp_path / ".env").QUANTIZER == "gptqmodel"


def test_the_words_of_augment_pass_to_a_turn_of_the_loop(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEFLAGS", r" -- UNREVIEWED=1 AUGMENT=--kinds\ names,typos\ --share\ 0.75")
    read_settings(tmp_path / ".env")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("QUANTIZER=awq", r"\.env: QUANTIZER=awq is not valid: .*'auto-gptq' or 'gptqmodel'"),
        ("BASE_PORT=80", r"\.env: BASE_PORT=80 is not valid"),
        ("LOAD_USERS=many", r"\.env: LOAD_USERS=many is not valid"),
        ("ROWS=~nobodyhere/rows.jsonl", "ROWS=~nobodyhere/rows.jsonl: nobody here has a home folder of that name"),
        (f"LOAD_USERS={'9' * 5000}", r"LOAD_USERS=9{100} is not valid"),
        ("BASE_MODEL=a/b", "BASE_MODEL is set, but ADAPTER is not"),
    ],
)
def test_a_value_that_is_not_valid_is_one_line_naming_it(tmp_path, text, complaint):
    with pytest.raises(UsageError, match=complaint) as refused:
        settings_of(tmp_path, text + "\n")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# ours\n\nLOAD_SECONDS 300\n", 3),
        ("LOAD_SECONDS\n", 1),
        ("LOAD_USERS=4\n'LOAD_SECONDS=5\n", 2),
        ("ROWS=a\0\n", 1),
    ],
)
def test_a_line_that_sets_nothing_is_not_passed_over(tmp_path, text, line):
    with pytest.raises(UsageError, match=rf"^[^\n]*\.env, line {line}: not NAME=value$"):
        settings_of(tmp_path, text)


@pytest.mark.parametrize("kind", ["a folder", "a link to nothing", "no text"])
def test_a_file_of_settings_that_cannot_be_read_is_not_taken_for_none(tmp_path, kind):
    file = tmp_path / ".env"
    if kind == "a folder":
        file.mkdir()
    elif kind == "a link to nothing":
        file.symlink_to("nowhere")
    else:
        file.write_bytes(b"BASE_PORT=8001\xff\n")
    with pytest.raises(UsageError, match=r"\.env: .*as \.env\.example does$"):
        read_settings(file)


@pytest.mark.parametrize(
    "text",
    ["KV_CACHE_GIB=inf", "GPU_MEMORY_GIB=inf", "GPTQ_KL_LIMIT=nan", "JOB_MEMORY=0g", "JOB_MEMORY=１６g", "BASE_GPUS=٣"],  # noqa: RUF001
)
def test_an_amount_is_one(tmp_path, text):
    with pytest.raises(UsageError, match=r"\.env: [A-Z_]+=.* is not valid"):
        settings_of(tmp_path, text)


def test_an_adapter_alone_is_one_of_the_demos_base(tmp_path):
    settings = settings_of(tmp_path, "ADAPTER=models/adapter/current\n")
    sources = model_sources(settings, tmp_path)
    assert settings.demo
    assert sources.base == tmp_path / "images" / "demo" / "base"
    assert sources.adapter == tmp_path / "models" / "adapter" / "current"
    assert sources.calibration == tmp_path / "images" / "demo" / "calibration.jsonl"


def test_a_bad_value_in_the_environment_is_blamed_on_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("KV_CACHE_GIB", "-1")
    with pytest.raises(UsageError, match="the environment: KV_CACHE_GIB=-1"):
        read_settings(tmp_path / ".env")


def test_env_example_is_what_the_settings_say():
    assert (ROOT / ".env.example").read_text() == example()


def test_env_example_uncommented_is_the_defaults(tmp_path):
    assigned = [line[1:] for line in example().splitlines() if line.startswith("#") and line[1:2].isupper()]
    lines = [line for line in assigned if "=" in line.split(" ")[0]]
    assert len(lines) == len(Settings.model_fields)
    assert settings_of(tmp_path, "\n".join(lines)) == Settings()


def test_the_hub_token_is_never_shown():
    assert "hush" not in repr(Settings(HF_TOKEN="hush"))  # noqa: S106 - an invented one


@pytest.mark.parametrize(("setting", "own"), [("LOAD_USERS", "users"), ("LOAD_SECONDS", "seconds")])
def test_a_load_setting_is_the_harnesss_own_by_default_and_nothing_that_it_would_refuse(setting: str, own: str) -> None:
    """The two packages do not import each other: this is where their bounds meet."""
    field = Settings.model_fields[setting]
    least, most = (next(getattr(one, end) for one in field.metadata if hasattr(one, end)) for end in ("ge", "le"))
    assert (field.default, most) == (getattr(DEFAULT, own), LIMITS[own][1])
    assert LIMITS[own][0] <= least


def test_the_suites_of_the_demo_are_those_that_the_harness_takes_for_it() -> None:
    flags = argparse.Namespace(url=None, suites=None)
    assert ",".join(suite.suite for suite in chosen_suites(flags)) == DEMO_SUITES


@pytest.mark.parametrize("name", ["KV_CACHE_GIB", "GPU_MEMORY_GIB"])
def test_an_amount_that_no_machine_has_is_refused_before_anything_is_computed_of_it(tmp_path, name):
    """1e308 GiB are more bytes than a number of Python's has room for."""
    with pytest.raises(UsageError, match=rf"\.env: {name}=1e308 is not valid: .* less than or equal to 1000000"):
        settings_of(tmp_path, f"{name}=1e308\n")


@pytest.mark.parametrize("email", ["x y", "admin", "@", "a@b", "a@ b.c"])
def test_an_address_that_open_webui_signs_nobody_in_with_is_refused(tmp_path, email):
    with pytest.raises(UsageError, match=rf"WEBUI_EMAIL={email} is not valid"):
        settings_of(tmp_path, f"WEBUI_EMAIL='{email}'\n")
    assert settings_of(tmp_path, "WEBUI_EMAIL=me@localhost\n").WEBUI_EMAIL == "me@localhost"


def test_an_adapter_that_is_still_to_be_trained_is_not_looked_for_as_a_folder():
    with pytest.raises(UsageError, match="ADAPTER=none: nothing to serve yet; `make tune` trains one"):
        check_served(Settings(BASE_MODEL="base", ADAPTER="none"))
