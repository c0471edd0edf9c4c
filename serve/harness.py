"""Settings → the harness's command lines. Pure functions: serve and evalharness meet here and in endpoints.json."""

from serve.paths import Paths
from serve.settings import Settings

DEMO_SUITES = "demo-json,demo-prose,demo-typos,demo-unseen"
GENERAL_SUITES = "general"


def suites(settings: Settings) -> str:
    return settings.SUITES or (DEMO_SUITES if settings.demo else GENERAL_SUITES)


def questions(settings: Settings, paths: Paths) -> list[str]:
    """What eval and load have in common: whom to ask, what, and where the answers go."""
    shared = ["--endpoints", str(paths.endpoints), "--suites", suites(settings), "--runs", str(paths.runs)]
    return [*shared, *(["--base-against-base"] if settings.BASE_AGAINST_BASE else [])]


def eval_arguments(settings: Settings, paths: Paths) -> list[str]:
    return ["eval", *questions(settings, paths), "--concurrency", str(settings.EVAL_CONCURRENCY)]


def load_arguments(settings: Settings, paths: Paths) -> list[str]:
    users, seconds = str(settings.LOAD_USERS), str(settings.LOAD_SECONDS)
    return ["load", *questions(settings, paths), "--users", users, "--seconds", seconds]


def verdict_arguments(settings: Settings, paths: Paths) -> list[str]:
    # The base against itself is judged by the policy for that: nobody asks it to be better than itself.
    policy = ["--policy", settings.POLICY] if settings.POLICY and not settings.BASE_AGAINST_BASE else []
    return ["verdict", "--runs", str(paths.runs), *policy]
