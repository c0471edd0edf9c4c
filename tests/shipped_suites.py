"""The suites as they are shipped, each read once for all tests of a process: to read them all takes seconds."""

from functools import cache

from evalharness.suites import files
from evalharness.suites.schema import Suite


@cache
def suite(name: str) -> Suite:
    return files.load_suite(files.SHIPPED / f"{name}.yaml")


def suites() -> dict[str, Suite]:
    """By their names, in the order of these."""
    return {name: suite(name) for name in files.shipped()}
