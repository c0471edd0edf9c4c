"""Settings → the harness's command lines. Pure functions: serve and evalharness meet here and in endpoints.json."""

from serve.paths import Paths
from serve.settings import Settings

DEMO_SUITES = "demo-json,demo-prose,demo-typos,demo-unseen"
GENERAL_SUITES = "general"


def suites(settings: Settings) -> str:
    return settings.SUITES or (DEMO_SUITES if settings.demo else GENERAL_SUITES)


def asked(settings: Settings, paths: Paths) -> list[str]:
    """What eval and load have in common: whom to ask, what, and where the answers go."""
    shared = [*whom(paths), "--suites", suites(settings), "--runs", runs(paths)]
    return [*shared, *(["--base-against-base"] if settings.BASE_AGAINST_BASE else [])]


def whom(paths: Paths) -> list[str]:
    return ["--endpoints", str(paths.endpoints)]


def runs(paths: Paths) -> str:
    """Relative to the checkout, where the harness runs: what it prints is then true inside a container too."""
    return str(paths.runs.relative_to(paths.root))


def eval_arguments(settings: Settings, paths: Paths) -> list[str]:
    what = ["--resume", settings.RESUME, *whom(paths)] if settings.RESUME else asked(settings, paths)
    how = ["--concurrency", str(settings.EVAL_CONCURRENCY), "--resume-command", "make eval RESUME={run}"]
    return ["eval", *what, *how]


def load_arguments(settings: Settings, paths: Paths) -> list[str]:
    users, seconds = str(settings.LOAD_USERS), str(settings.LOAD_SECONDS)
    return ["load", *asked(settings, paths), "--users", users, "--seconds", seconds]


def verdict_arguments(settings: Settings, paths: Paths) -> list[str]:
    # The base against itself is judged by the policy for that: nobody asks it to be better than itself.
    policy = ["--policy", settings.POLICY] if settings.POLICY and not settings.BASE_AGAINST_BASE else []
    return ["verdict", "--runs", runs(paths), *policy]
