"""`make blind`: the link to a chat in which base and tuned answer as A and B, and nobody sees which is which; with
RUN=… that to the answers of an eval run, pair after pair.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from serve.display import console
from serve.errors import Failure, UsageError
from serve.modes import VARIANTS
from serve.paths import Paths
from serve.runtimes.choice import runtime
from serve.runtimes.runtime import Runtime
from serve.services import blind, catalog, credentials
from serve.services.queue import queue_of
from serve.settings import Settings

LONGEST_WAIT = 240.0  # seconds for Open WebUI to take sign-ins again, as it does of itself

NAME = "blind"
HELP = "the link to a blind comparison of base and tuned, for people to vote in"


def main(settings: Settings, paths: Paths) -> int:
    """Raises UsageError where Open WebUI does not run, or RUN is no run to vote on."""
    here, url = runtime(settings, paths), catalog.webui_url(settings)
    if here.states()[catalog.WEBUI] != "ready":
        raise UsageError("Open WebUI does not run; start it with `make up`")
    if not settings.RUN:
        put_in(here, settings, paths, queue={})
        console.print(blind.link(url), soft_wrap=True)
        return 0
    told, left_out = queue_of(paths.root / settings.RUN)
    put_in(here, settings, paths, queue=told)
    many = len(told["pairs"])
    console.print(f"{many} {'pair' if many == 1 else 'pairs'} of answers of {told['run']} to vote on", soft_wrap=True)
    for reason, many in left_out.items():
        console.print(f"  left out: {many} {reason}", soft_wrap=True)
    console.print(blind.link_to_run(url), soft_wrap=True)
    return 0


def put_in(here: Runtime, settings: Settings, paths: Paths, queue: Mapping[str, Any] | None = None) -> None:
    """Puts the comparison of what is served now into the running Open WebUI, and the queue of a run's answers, {} for
    none; without one, what is put up there stays.

    Raises UsageError where a password is set there that we do not know, Failure where it takes the functions no more,
    or no sign-in for minutes.
    """
    secrets = credentials.ensure(paths.secrets)
    addresses = {variant: here.address(variant) for variant in VARIANTS}
    versions = {variant: here.version(variant) for variant in VARIANTS}
    told = blind.valves(secrets, addresses, versions, queue)
    folder = paths.root / "images" / "webui" / "functions"
    account = settings.WEBUI_EMAIL, secrets["WEBUI_PASSWORD"]
    try:
        once_sign_ins_are_taken(lambda: blind.install(catalog.webui_url(settings), *account, folder, told))
    except blind.SignInRefused:
        raise UsageError(
            f"Open WebUI refuses the sign-in of {settings.WEBUI_EMAIL}; set WEBUI_PASSWORD in "
            f"{paths.secrets.relative_to(paths.root)} to the password that was chosen there"
        ) from None


def once_sign_ins_are_taken(install: Callable[[], None]) -> None:
    """Waits as long as Open WebUI asks for, and LONGEST_WAIT in all. Raises Failure where that is not enough."""
    left = LONGEST_WAIT
    while True:
        try:
            install()
            return
        except blind.TooManySignIns as error:
            why = "Open WebUI takes no more sign-ins of this account for now: there were too many in the last minutes"
            if error.seconds > left:
                raise Failure(f"{why}. The password is not the reason; `make blind` in some minutes") from None
            console.print(f"{why}; trying again in {error.seconds:.0f} s", soft_wrap=True)
            time.sleep(error.seconds)
            left -= error.seconds


def put_in_if_it_can_be(here: Runtime, settings: Settings, paths: Paths) -> None:
    """The same, for those to whom the comparison is a side dish: where it cannot be had, they say so and go on."""
    try:
        put_in(here, settings, paths)
    except (UsageError, Failure) as error:
        console.print(f"Without the blind comparison: {error}")
