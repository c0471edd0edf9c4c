"""A checkout in which jobs run by themselves: it has what they need installed, and neither models nor servers."""

import shutil
from collections.abc import Iterator

import pytest

from serve.hardware import has_nvidia_gpu
from serve.paths import Paths
from serve.runtimes.jobs import Jobs
from serve.runtimes.local.jobs import LocalJobRunner
from serve.settings import Settings
from tests.newcomer import Checkout, copied


@pytest.fixture(scope="package")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    checkout = copied(tmp_path_factory.mktemp("jobs") / "tandem", {}, {"RUNTIME": "local"})
    made = checkout.make("harness-environment")
    assert made.code == 0, made.said
    paths = Paths(checkout.root)
    runner = LocalJobRunner(Settings(), paths, has_nvidia_gpu(), Jobs(paths))
    for name in ("merge", "quantize", "vllm"):
        runner.prepare(name).act(print)
    yield checkout
    shutil.rmtree(checkout.root)
