"""The other commands that the pages name, each once."""

import re

from tests.newcomer import Checkout


def test_make_alone_lists_every_target(checkout: Checkout) -> None:
    listed = checkout.make()
    assert listed.code == 0
    makefile = (checkout.root / "Makefile").read_text()
    for target, text in re.findall(r"^([a-z-]+):.*## (.*)$", makefile, re.MULTILINE):
        assert re.search(rf"make {target} +{re.escape(text)}", listed.said)


def test_suites_are_listed_with_their_counts(deployment: Checkout) -> None:
    listed = deployment.make("suites")
    assert listed.code == 0
    for suite in (deployment.root / "evalharness" / "suites").glob("*.yaml"):
        assert re.search(rf"{suite.stem}\D+\d+", listed.said)


def test_the_harness_explains_itself(deployment: Checkout) -> None:
    python = str(deployment.root / ".tandem" / "environments" / "harness" / "bin" / "python")
    told = deployment.run(python, "-m", "evalharness", "eval", "--help")
    assert told.code == 0
    assert "--url" in told.said


def test_load_alone_ends_with_a_table(deployment: Checkout) -> None:
    load = deployment.make("load", "LOAD_SECONDS=4", "LOAD_USERS=2")
    assert load.code == 0, load.said
    for measured in ("TTFT", "ITL", "TPOT", "e2e", "requests/s", "output tokens/s"):
        assert measured in load.said


def test_the_bench_sets_the_harness_beside_its_rivals(deployment: Checkout) -> None:
    """Its smallest part: the others install their rivals first, which takes minutes."""
    bench = deployment.make("bench", "BENCH=--only load --rounds 1", timeout=900)
    assert bench.code == 0, bench.said
    assert "Locust HttpUser" in bench.said
