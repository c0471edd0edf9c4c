import argparse
from pathlib import Path

import pytest

from evalharness.__main__ import main
from evalharness.client.endpoints import Endpoint
from evalharness.commands import options
from evalharness.errors import UsageError

TWO = ["--url", "base=http://a/v1/", "--url", "tuned=https://b/v1"]


def parsed(*flags: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_endpoint_arguments(parser)
    options.add_suites_argument(parser)
    options.add_run_arguments(parser)
    return parser.parse_args(flags)


def test_two_urls_are_two_endpoints_whose_models_are_called_like_them_unless_said() -> None:
    assert options.chosen_endpoints(parsed(*TWO, "--model", "tuned=my/model=2")) == [
        Endpoint("base", "http://a/v1", "base"),
        Endpoint("tuned", "https://b/v1", "my/model=2"),
    ]


def test_the_key_file_is_for_both_urls(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret\n")
    endpoints = options.chosen_endpoints(parsed(*TWO, "--key-file", str(key)))
    assert [endpoint.key for endpoint in endpoints] == ["secret", "secret"]


def test_without_flags_the_deployments_own_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"\.tandem/endpoints\.json does not exist"):
        options.chosen_endpoints(parsed())


@pytest.mark.parametrize("urls", [TWO, TWO[:2]])
def test_base_against_base_asks_the_first_endpoint_twice(urls: list[str]) -> None:
    endpoints = options.chosen_endpoints(parsed(*urls, "--base-against-base"))
    assert [endpoint.name for endpoint in endpoints] == ["base", "base again"]
    assert len({endpoint.url for endpoint in endpoints}) == 1


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (TWO[:2], "two endpoints"),
        ([*TWO, "--url", "third=http://c/v1"], "two endpoints"),
        ([*TWO[:2], *TWO[:2]], "called base"),
        (["--url", "http://a/v1", *TWO[2:]], "NAME=URL"),
        (["--url", "base", *TWO[2:]], "NAME=URL"),
        (["--url", "=http://a/v1", *TWO[2:]], "NAME=URL"),
        (["--url", "base=a:80/v1", *TWO[2:]], "not an http"),
        (["--url", "base=http://[::1/v1", *TWO[2:]], "not an http"),
        (["--url", "base=http://a:99999/v1", *TWO[2:]], "not an http"),
        (["--url", "base=http://a:b/v1", *TWO[2:]], "not an http"),
        (["--url", "base=http://a b/v1", *TWO[2:]], "not an http"),
        (["--url", f"base=http://{'a' * 64}/v1", *TWO[2:]], "not an http"),
        (["--url", "base=http://me:word@a/v1", *TWO[2:]], "--key-file"),
        (
            [*TWO[:2], "--url", "again=http://a/v1", "--model", "again=base"],
            "both base at http://a/v1.*--base-against-base",
        ),
        ([*TWO, "--model", "x"], "NAME=MODEL"),
        ([*TWO, "--model", "other=x"], "no --url is called other"),
        ([*TWO, "--key-file", "no-such-file"], "no-such-file"),
        (["--model", "base=x"], "go with --url"),
    ],
)
def test_flags_that_name_no_two_endpoints_are_refused(flags: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        options.chosen_endpoints(parsed(*flags))


def test_two_models_of_one_server_are_two_endpoints() -> None:
    base, tuned = options.chosen_endpoints(parsed(*TWO[:2], "--url", "tuned=http://a/v1"))
    assert (base.url, base.model) != (tuned.url, tuned.model)


@pytest.mark.parametrize("url", ["http://me:word@a/v1", "ftp://me:word@a/v1", "http://me:word@[::1/v1"])
def test_a_password_in_a_url_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        options.chosen_endpoints(parsed("--url", f"base={url}", *TWO[2:]))
    assert "word@" not in str(raised.value)


def test_the_default_suites_are_the_demo_ones_and_general_for_other_peoples_models() -> None:
    demo = [suite.suite for suite in options.chosen_suites(parsed())]
    assert demo
    assert all(name.startswith("demo-") for name in demo)
    assert [suite.suite for suite in options.chosen_suites(parsed(*TWO))] == ["general"]
    assert [suite.suite for suite in options.chosen_suites(parsed("--suites", "general"))] == ["general"]


@pytest.mark.parametrize(
    "flags", [[], [*TWO, "--model", "base=m", "--key-file", "k"], ["--endpoints", "e", "--base-against-base"]]
)
def test_endpoint_flags_can_be_given_again(flags: list[str]) -> None:
    assert parsed(*options.endpoint_flags(parsed(*flags))) == parsed(*flags)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", ""])
def test_a_count_is_a_whole_number_above_zero(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        options.positive(text)
    assert options.positive("12") == 12


def test_the_command_line_without_a_command_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(command in printed for command in ("eval", "load", "verdict", "suites"))


def test_a_mistake_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "--suites", "no-such-suite"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("tandem: ")
    assert printed.err.count("\n") == 1
