"""Parts of the local runtime: installing, supervising, and reading what went wrong."""

import configparser
import os
import sys
import tempfile
import time
import venv
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.environments import Environment, index_settings, pip_options
from serve.errors import UsageError
from serve.logs import last_words, tail
from serve.models.sources import located
from serve.paths import Paths
from serve.runtimes.choice import only_one
from serve.runtimes.local.orphans import alive, orphans
from serve.runtimes.local.supervisor import Program, Supervisor


def until(fact, seconds=60):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def test_pips_settings_are_read_as_pip_says_them_and_the_environment_wins():
    listing = (
        "For variant 'global', will try loading '/etc/pip.conf'\n"  # where pip is told to say more
        ":env:.find-links='/w1\\n/w2'\ndownload.index-url='https://b'\nglobal.find-links='/old'\n"
        "global.index-url=\"https://it's/simple\"\ninstall.index-url='https://a/simple'\n"
    )
    assert pip_options(listing) == {"index-url": "https://a/simple", "find-links": "/w1\n/w2"}
    assert pip_options('global.index-url="https://it\'s/simple"\n') == {"index-url": "https://it's/simple"}


def test_what_pip_of_this_machine_is_told_is_what_uv_is_told(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    told = "[global]\nindex-url = https://a/simple\nextra-index-url =\n    https://b/simple\n    https://c/simple\n"
    (tmp_path / "pip.conf").write_text(told)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_FIND_LINKS", "/w1 /w2")
    venv.create(tmp_path / "e", with_pip=True)
    assert index_settings(tmp_path / "e" / "bin" / "python") == {
        "UV_DEFAULT_INDEX": "https://a/simple",
        "UV_INDEX": "https://b/simple https://c/simple",
        "UV_FIND_LINKS": "/w1,/w2",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_an_environment_is_stale_when_its_requirements_change(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("a==1\n")
    environment = Environment(tmp_path / "e", requirements)
    environment.folder.mkdir()
    (environment.folder / "installed").write_text(environment.digest)
    assert environment.ready
    requirements.write_text("a==2\n")
    assert not environment.ready


def test_pip_that_is_told_nothing_yields_no_settings(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    silent = tmp_path / "python"
    silent.write_text("#!/bin/sh\n")
    silent.chmod(0o755)
    assert index_settings(silent) == {}


texts = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="\"'"))


@given(texts, texts)
def test_a_programs_words_survive_supervisords_configuration(word, value):
    program = Program("p", ["/bin/echo", word], {"A": value}, Path("/tmp"), Path("/tmp/p.log"))  # noqa: S108
    parser = configparser.RawConfigParser()
    parser.read_string(program.configuration())
    stated = parser["program:p"]
    assert stated["environment"].replace("%%", "%") == f'A="{value}"'


def test_a_hub_name_is_told_from_a_folder(tmp_path):
    (tmp_path / "models" / "mine").mkdir(parents=True)
    assert located("models/mine", tmp_path) == tmp_path / "models" / "mine"
    assert located("meta-llama/Meta-Llama-3-8B-Instruct", tmp_path) == "meta-llama/Meta-Llama-3-8B-Instruct"
    assert located("/data/llama", tmp_path) == Path("/data/llama")
    assert located("./models/other", tmp_path) == tmp_path / "models" / "other"


def test_a_log_is_summed_up_by_its_last_error(tmp_path):
    log = tmp_path / "log"
    log.write_text("Loading\nValueError: too long\nbye\n\n")
    assert last_words(tail(log)) == "ValueError: too long"
    assert last_words(tail(tmp_path / "none")) == ""


def test_a_second_up_of_the_same_folder_is_refused(tmp_path):
    paths = Paths(tmp_path)
    with only_one(paths), pytest.raises(UsageError, match="another `make up`"), only_one(paths):
        raise AssertionError("both were let in")


@pytest.fixture
def short_path():
    """A folder for sockets, whose paths must be short."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def supervisor(short_path):
    supervisor = Supervisor(short_path / "run")
    supervisor.ensure_running()
    yield supervisor
    supervisor.shut_down()


def session_of(pid):
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def sleeper(tmp_path, seconds="60"):
    return Program("one", [sys.executable, "-c", f"import time; time.sleep({seconds})"], {}, tmp_path, tmp_path / "log")


def test_a_program_that_is_killed_runs_again(supervisor, tmp_path):
    supervisor.keep(sleeper(tmp_path))
    until(lambda: supervisor.state("one") == "RUNNING")
    pid = supervisor.info("one")["pid"]
    psutil.Process(pid).kill()
    until(lambda: supervisor.info("one")["pid"] not in (0, pid))


def test_a_program_whose_log_lies_in_a_folder_that_is_not_there_yet_runs(supervisor, tmp_path):
    program = Program("one", ["sleep", "60"], {}, tmp_path, tmp_path / "logs" / "one.log")
    supervisor.keep(program)
    assert supervisor.runs_as(program)


def test_what_a_killed_program_left_behind_is_told_from_living_programs(supervisor, tmp_path):
    child = "import subprocess; subprocess.run(['sleep', '60'])"
    for name in ("one", "two"):
        supervisor.keep(Program(name, [sys.executable, "-c", child], {}, tmp_path, tmp_path / name))
    leaders = {name: psutil.Process(supervisor.info(name)["pid"]) for name in ("one", "two")}
    until(lambda: all(leader.children() for leader in leaders.values()))
    (left,) = leaders["one"].children()
    leaders["one"].kill()
    until(lambda: orphans(os.getsid(leaders["two"].pid)) == [left])


def test_a_program_described_otherwise_is_restarted_and_the_same_is_left_alone(supervisor, tmp_path):
    supervisor.keep(sleeper(tmp_path))
    pid = supervisor.info("one")["pid"]
    assert supervisor.runs_as(sleeper(tmp_path))
    assert not supervisor.runs_as(sleeper(tmp_path, "61"))
    supervisor.keep(sleeper(tmp_path, "61"))
    assert supervisor.info("one")["pid"] != pid
    assert not psutil.pid_exists(pid)


def test_shutting_down_ends_the_programs_too(tmp_path, short_path):
    supervisor = Supervisor(short_path / "run")
    supervisor.ensure_running()
    supervisor.keep(sleeper(tmp_path))
    pid = supervisor.info("one")["pid"]
    session = os.getsid(pid)
    assert supervisor.shut_down()
    assert session not in {session_of(process) for process in psutil.pids()}
    assert not supervisor.shut_down()


def test_what_a_killed_supervisord_left_running_is_ended(tmp_path, short_path):
    supervisor = Supervisor(short_path / "run")
    supervisor.ensure_running()
    supervisor.keep(sleeper(tmp_path))
    until(lambda: supervisor.state("one") == "RUNNING")
    left = psutil.Process(supervisor.info("one")["pid"])
    pid = supervisor.rpc.getPID()
    psutil.Process(pid).kill()
    until(lambda: not alive(pid))
    assert left.is_running()
    supervisor.end_abandoned()
    assert not left.is_running()


def test_a_checkout_may_lie_in_a_folder_with_spaces(tmp_path):
    with tempfile.TemporaryDirectory(prefix="my %models ") as folder:  # not in tmp_path, which is long
        supervisor = Supervisor(Path(folder) / "run")
        supervisor.ensure_running()
        supervisor.keep(sleeper(tmp_path))
        assert supervisor.lives("one")
        assert supervisor.shut_down()


def test_a_checkout_too_deep_for_a_socket_is_refused_in_one_line(tmp_path):
    with pytest.raises(UsageError, match="too long a path for a socket"):
        Supervisor(tmp_path / ("deep" * 30)).ensure_running()
