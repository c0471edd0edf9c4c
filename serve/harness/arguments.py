"""Settings → the harness's command lines. Pure functions: serve and evalharness meet here and in endpoints.json."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from serve.errors import UsageError
from serve.paths import Paths
from serve.services import catalog
from serve.settings import DEMO_SUITES, GUARDS, OWN_SUITES, Settings


def suites(settings: Settings) -> str:
    """By name or path, with commas; `guards` stands for those that guard what a model could do before."""
    asked = settings.SUITES or (DEMO_SUITES if settings.demo else GUARDS)
    return ",".join(OWN_SUITES if name.strip() == GUARDS else name for name in asked.split(","))


def asked(settings: Settings, paths: Paths) -> list[str]:
    """What eval and load have in common: whom to ask, what, and where the answers go."""
    return [*whom(paths), "--suites", suites(settings), "--runs", runs(paths), *itself(settings)]


def whom(paths: Paths) -> list[str]:
    return ["--endpoints", str(paths.endpoints)]


def itself(settings: Settings) -> list[str]:
    return ["--base-against-base"] if settings.BASE_AGAINST_BASE else []


def runs(paths: Paths) -> str:
    """Relative to the checkout, where the harness runs: what it prints is then true inside a container too."""
    return str(paths.runs.relative_to(paths.root))


def eval_arguments(settings: Settings, paths: Paths) -> list[str]:
    looks = ["--looks"] if settings.LOOKS else []
    what = ["--resume", settings.RESUME, *whom(paths)] if settings.RESUME else [*asked(settings, paths), *looks]
    return ["eval", *what, *policy(settings), *how(settings, "make eval RESUME={run}")]


def factorial_arguments(settings: Settings, paths: Paths) -> list[str]:
    """One pass: of what is served, in the precision in which it is."""
    new = ["--suites", suites(settings), "--runs", runs(paths)]
    what = [*whom(paths), *(["--resume", settings.RESUME] if settings.RESUME else new)]
    return ["factorial", "--precision", settings.PRECISION, *what, *how(settings, "make factorial RESUME={run}")]


def how(settings: Settings, again: str) -> list[str]:
    return ["--concurrency", str(settings.EVAL_CONCURRENCY), "--resume-command", again]


def load_arguments(settings: Settings, paths: Paths) -> list[str]:
    users, seconds = str(settings.LOAD_USERS), str(settings.LOAD_SECONDS)
    return ["load", *asked(settings, paths), "--users", users, "--seconds", seconds, *policy(settings)]


def capacity_arguments(settings: Settings, paths: Paths) -> list[str]:
    level = ["--slo", settings.CAPACITY_SLO, "--seconds", str(settings.CAPACITY_SECONDS)]
    again = ["--resume", settings.RESUME] if settings.RESUME else []
    return ["capacity", *asked(settings, paths), *level, *again, "--repeat-command", "make capacity"]


def chaos_arguments(settings: Settings, paths: Paths) -> list[str]:
    return ["chaos", *asked(settings, paths), "--users", str(settings.LOAD_USERS)]


def verdict_arguments(settings: Settings, paths: Paths) -> list[str]:
    return ["verdict", "--runs", runs(paths), "--webui", catalog.webui_url(settings), *policy(settings)]


def policy(settings: Settings) -> list[str]:
    """The base against itself is judged by the policy for that: nobody asks it to be better than itself."""
    return ["--policy", settings.POLICY] if settings.POLICY and not settings.BASE_AGAINST_BASE else []


def lm_eval_arguments(settings: Settings, paths: Paths) -> list[str]:
    task = ["--task", settings.TASK] if settings.TASK else []
    where = [*whom(paths), "--runs", runs(paths), *itself(settings)]
    return ["lm-eval", *where, "--concurrency", str(settings.EVAL_CONCURRENCY), *task]


def feedback_arguments(settings: Settings, paths: Paths) -> list[str]:
    """Of no measurement. The secrets stay in their file: none is ever on a command line."""
    password = ["--password-file", str(paths.secrets), "--password-name", "WEBUI_PASSWORD"]
    consent = ["--consent"] if settings.FEEDBACK_CONSENT else []
    kept_out = ["--suites", suites(settings)] if settings.SUITES else []
    account = ["--webui", catalog.webui_url(settings), "--email", settings.WEBUI_EMAIL, *password]
    genuine = ["--blind-secret", str(paths.secrets)]
    run = ["--run", settings.RUN] if settings.RUN else []
    return ["feedback", *account, *genuine, *consent, *kept_out, *run, "--runs", runs(paths)]


def augment_arguments(settings: Settings, files: Sequence[str], more: Sequence[str]) -> list[str]:
    """Of no measurement. No row may be a copy of what the verdict asks."""
    kept_out = ["--suites", suites(settings)] if settings.SUITES else []
    return ["augment", *files, *kept_out, *more]


def words_of(name: str, text: str) -> list[str]:
    """The words of a setting that takes several. Raises UsageError where they cannot be told apart."""
    try:
        return [str(Path(word).expanduser()) if word.startswith("~/") else word for word in shlex.split(text)]
    except ValueError as error:
        raise UsageError(f"{name}: {error}; its words are as on a command line") from None


ARGUMENTS: dict[str, Callable[[Settings, Paths], list[str]]] = {
    "eval": eval_arguments,
    "load": load_arguments,
    "capacity": capacity_arguments,
    "chaos": chaos_arguments,
    "verdict": verdict_arguments,
    "factorial": factorial_arguments,
    "lm-eval": lm_eval_arguments,
}
"""Of each kind of measurement."""
