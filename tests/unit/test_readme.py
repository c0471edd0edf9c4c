"""Every page tells of the product as it is: its targets, settings, files, commands and links are there.

The pages are the README.md files that git knows. Some of what they say is held elsewhere:
unit/evalharness/suites/test_readme.py, integration/evalharness/commands/test_simulate.py.
"""

import argparse
import re
import shlex
import subprocess
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from itertools import dropwhile
from pathlib import Path

import pytest
import yaml

from evalharness.__main__ import COMMANDS as HARNESS_COMMANDS
from serve.__main__ import COMMANDS as SERVE_COMMANDS
from serve.harness.measure import KINDS
from serve.models.vllm_0_32 import SUPPORTED
from serve.modes import MODES
from serve.services.catalog import SERVICES
from serve.settings import MAKE_ONLY, Settings

ROOT = Path(__file__).parents[2]
LISTED = subprocess.run(["git", "ls-files", "*README.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in LISTED.split()}
FIRST = PAGES["README.md"]
CARDS = {"images/demo/base/README.md", "images/demo/adapter/README.md"}  # of the weights beside them
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
MAKE_VARIABLES = {*MAKE_ONLY, *re.findall(r"\$\((?:or \$\()?([A-Z_]+)\)", MAKEFILE)}
EXPLAINED = {"HARNESS_USER", "ERR_NETWORK_CHANGED"}  # where it stands
FOLDERS = "serve|evalharness|images|compose|tests"
HARNESS_PYTHON = ".tandem/environments/harness/bin/python"
TESTS_PYTHON = ".tandem/environments/tests/bin/python"
LOCUST = ".tandem/environments/harness/bin/locust"
LOCUST_FLAGS = {"--headless", "--users", "--run-time", "--master", "--expect-workers", "--worker"}

every_page = pytest.mark.parametrize("page", PAGES)


def blocks(text: str) -> list[tuple[str, str]]:
    """(language, content) of every fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def quoted(text: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`\n]+)`", prose(text).replace("\n", " "))


def commands() -> list[list[str]]:
    """The words of every line of every block of commands."""
    marked = [content for text in PAGES.values() for language, content in blocks(text) if language == "sh"]
    lines = [shlex.split(line, comments=True) for content in marked for line in content.splitlines()]
    return [words for words in lines if words]


def after_settings(words: list[str]) -> list[str]:
    """A command without the `NAME=value` before it."""
    return list(dropwhile(lambda word: re.match(r"[A-Z_]+=", word), words))


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(text: str) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)}


def test_there_is_a_page_next_to_the_code_which_says_where_to_add_what() -> None:
    parts = (
        "serve",
        "evalharness",
        "evalharness/load",
        "evalharness/stats",
        "evalharness/suites",
        "compose",
        "images/demo",
        "tests",
    )
    assert {f"{part}/README.md" for part in parts} <= PAGES.keys()
    for page in PAGES.keys() - {"README.md"} - CARDS:
        assert "which-file-to-open" in anchors(PAGES[page]), page


def test_the_first_page_is_short_and_leads_to_every_other() -> None:
    assert len(FIRST.splitlines()) <= 200
    led_to = set(re.findall(r"\]\(([\w/]+README\.md)", FIRST))
    assert led_to == PAGES.keys() - {"README.md"} - CARDS


def test_every_target_is_told_of_and_every_target_told_of_exists() -> None:
    sentences = [word.split() for text in PAGES.values() for word in quoted(text)]
    made = [after_settings(words) for words in (*sentences, *commands())]
    told = {words[1] for words in made if words[:1] == ["make"] and len(words) > 1}
    assert told == TARGETS - {"help"}


def test_the_first_page_has_the_commands_that_people_need_in_a_table() -> None:
    needed = set(re.findall(r"^\| `make ([a-z-]+)` \|", FIRST, re.MULTILINE))
    assert needed >= {"up", "plan", "status", "logs", "verdict", "factorial", "compare", "down", "clean"}


def test_the_packages_a_bare_machine_needs_are_those_that_ci_installs() -> None:
    installed = set(re.findall(r"packages\+?=\((\w+)\)", (ROOT / ".ci/run").read_text()))
    assert installed - {"make"} <= set(quoted(FIRST))
    assert installed <= set(quoted(PAGES["tests/README.md"]))


@every_page
def test_every_setting_it_names_is_one(page: str) -> None:
    text = PAGES[page]
    assigned = re.findall(r"(?<![\w-])([A-Z][A-Z0-9_]{2,})=", text)
    told = [word for word in quoted(text) if re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)+", word)]
    set_to = re.findall(r"[Ss]et `([A-Z_]+)`", text)
    assert {*assigned, *told, *set_to} - set(Settings.model_fields) - MAKE_VARIABLES <= EXPLAINED


def test_the_settings_that_everybody_needs_are_on_the_first_page() -> None:
    assert {"BASE_MODEL", "ADAPTER", "SUITES"} <= set(re.findall(r"\b([A-Z_]+)=", FIRST))


@every_page
def test_every_file_it_names_exists(page: str) -> None:
    ours = [word for word in quoted(PAGES[page]) if re.fullmatch(rf"(?:{FOLDERS}|\.ci)(?:/[\w.*-]+)+/?", word)]
    ours += [word for word in quoted(PAGES[page]) if word in ("LICENSE", "Makefile", ".env.example")]
    assert [path for path in ours if not any(ROOT.glob(path))] == []


@every_page
def test_code_is_named_by_its_whole_path(page: str) -> None:
    """So that a page can be read, and a file moved, without knowing which folder the page is in."""
    assert [word for word in quoted(PAGES[page]) if re.fullmatch(r"[\w-]+\.(?:py|txt|in|css|js)", word)] == []


@every_page
def test_every_link_and_picture_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(PAGES[page])):
        if link.startswith("https://"):
            continue
        target, _, anchor = link.partition("#")
        file = (ROOT / page).parent / target if target else ROOT / page
        assert file.exists(), link
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), link


def test_every_picture_is_one_that_the_tests_take_or_a_run_has_drawn() -> None:
    shown = {Path(picture).name for text in PAGES.values() for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)}
    taken = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "e2e").rglob("*.py"))
    drawn = {"turn.svg"}  # by a turn of the loop, which takes too long to be taken again
    assert {name for name in shown - drawn if f'"{name}"' not in taken} == set()


def test_pages_that_the_code_sends_people_to_are_there() -> None:
    files = [file for part in ("serve", "evalharness") for file in (ROOT / part).rglob("*.py")]
    sent = {page for file in files for page in re.findall(r"[\w/]*README\.md", file.read_text(encoding="utf-8"))}
    assert "compose/README.md" in sent
    assert sent <= PAGES.keys()
    assert "restricted-networks" in anchors(PAGES["compose/README.md"])


def test_figures_that_are_said_twice_are_the_same() -> None:
    demo = PAGES["images/demo/README.md"]
    shown = re.findall(r"\| ([\d.]+ %) \| ([\d.]+ %) \|$", FIRST, re.MULTILINE)
    assert shown == re.findall(r"\| \d+ \| ([\d.]+ %) \| ([\d.]+ %) \|", demo)
    (false_pass,) = re.findall(r"at most ([\d.]+ %)", FIRST)
    assert re.findall(r"at most ([\d.]+ %)", PAGES["evalharness/stats/README.md"]) == [false_pass]


def test_the_turn_on_the_demo_is_told_with_one_way_to_augment_and_the_steps_that_make_tune_takes() -> None:
    tune, pool = PAGES["images/tune/README.md"], PAGES["evalharness/pool/README.md"]
    ways = re.findall(r"--kinds (\S+ --share [\d.]+)", tune + pool)
    assert len(ways) == 3
    assert len(set(ways)) == 1
    (stage,) = yaml.safe_load((ROOT / "images/tune/demo.yaml").read_text(encoding="utf-8"))["stages"]
    assert f"{stage['steps']:,} steps of {stage['batch']}" in " ".join(tune.split())
    assert f"rows at {stage['learning_rate'] * 1e4:g}e-4 from the shipped adapter" in " ".join(tune.split())


# Commands in blocks, each against what it is a command of.


def harness_command(words: list[str]) -> None:
    """Raises SystemExit for what its parser does not take."""
    name, *flags = words
    parser = argparse.ArgumentParser(allow_abbrev=False)
    import_module(f"evalharness.commands.{HARNESS_COMMANDS[name]}").add_arguments(parser)
    parser.parse_args(flags)


def make_command(words: list[str]) -> None:
    variables = [word.partition("=")[0] for word in words if "=" in word]
    targets = [word for word in words if "=" not in word]
    assert set(targets) <= TARGETS
    assert set(variables) <= set(Settings.model_fields) | MAKE_VARIABLES


def compose_command(words: list[str]) -> None:
    """Its files are there; what it runs is a service, which takes what it is told."""
    assert words.pop(0) == "compose"
    services: dict[str, object] = {}
    while words[0] == "-f":
        services |= yaml.safe_load((ROOT / words[1]).read_text(encoding="utf-8"))["services"]
        words = words[2:]
    action, *rest = [word for word in words if word not in ("--detach", "--rm")]
    assert action in ("up", "run")
    if rest:
        service, kind = rest
        assert service in services
        assert kind in KINDS


def run_of_tests(words: list[str]) -> None:
    assert words[:2] == ["-m", "pytest"]
    assert (ROOT / words[2]).exists()


def python_command(words: list[str]) -> None:
    if words[0] != "-m":
        script = ROOT / words[0]
        flags = [word for word in words if word.startswith("--")]
        assert all(f'add_argument("{flag}"' in script.read_text(encoding="utf-8") for flag in flags)
    elif words[1] == "evalharness":
        harness_command(words[2:])
    elif words[1] == "serve":
        assert words[2] in SERVE_COMMANDS
    else:
        assert find_spec(words[1])
        assert len(words) == 2


def locust_command(words: list[str]) -> None:
    """Its file is there, and what follows are classes of that file, flags of ours or Locust's own, and their values."""
    assert words.pop(0) == "-f"
    file = ROOT / words.pop(0)
    known = {*re.findall(r'add\("(--[\w-]+)"', file.read_text(encoding="utf-8")), *LOCUST_FLAGS}
    assert {word for word in words if word.startswith("--")} <= known
    classes = {word for word in words if word.istitle()}
    assert classes <= set(re.findall(r"^class (\w+)\(Answering\)", file.read_text(encoding="utf-8"), re.MULTILINE))


PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    "make": make_command,
    "evalharness": harness_command,
    "python": python_command,
    "python3": python_command,
    HARNESS_PYTHON: python_command,
    TESTS_PYTHON: run_of_tests,
    LOCUST: locust_command,
    "docker": compose_command,
    "export": lambda _: None,  # of what is EXPLAINED
}


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_is_one_that_its_program_takes(words: list[str]) -> None:
    program, *rest = after_settings(words)
    PROGRAMS[program](rest)


@every_page
def test_a_block_with_a_command_is_marked_as_one_of_commands(page: str) -> None:
    """Or nobody would look at what it says."""
    unmarked = [line for language, content in blocks(PAGES[page]) if language != "sh" for line in content.splitlines()]
    assert [line for line in unmarked if after_settings(line.split())[:1] in ([name] for name in PROGRAMS)] == []


@every_page
def test_every_module_that_is_run_in_its_sentences_exists(page: str) -> None:
    for words in (word.split() for word in quoted(PAGES[page])):
        if words[:2] == ["python", "-m"] or words[:2] == ["python3", "-m"]:
            assert find_spec(words[2])
            known = {"evalharness": HARNESS_COMMANDS, "serve": SERVE_COMMANDS}.get(words[2], words[3:])
            assert set(words[3:4]) <= set(known)


def test_every_command_of_the_harness_is_told_of() -> None:
    first_column = re.findall(r"^\| (`[^|]+) \|", PAGES["evalharness/README.md"], re.MULTILINE)
    assert set(HARNESS_COMMANDS) <= {name for cell in first_column for name in re.findall(r"`([\w-]+)`", cell)}


def test_the_services_it_lists_are_those_of_the_catalogue_in_their_modes() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .*? \| `(\w+_PORT)` \| (.*) \|$", PAGES["serve/README.md"], re.MULTILINE)
    assert [(name, port) for name, port, _ in rows] == [(service.name, service.port) for service in SERVICES]
    for service, (_, _, modes) in zip(SERVICES, rows, strict=True):
        named = re.findall(r"MODE=(\w+)", modes) or list(MODES)
        assert named == [mode.name for mode in MODES.values() if service.runs(mode)]


def test_the_families_it_names_are_those_that_are_served() -> None:
    named = re.search(r"Any model of the (.+?) family with a chat template will do", FIRST)
    assert named is not None
    assert sorted(re.split(", | or ", named[1].lower())) == sorted(SUPPORTED)
