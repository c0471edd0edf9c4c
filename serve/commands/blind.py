"""`make blind`: the link to a chat in which base and tuned answer as A and B, and nobody sees which is which."""

from serve.display import console
from serve.errors import Failure, UsageError
from serve.modes import VARIANTS
from serve.paths import Paths
from serve.runtimes.choice import runtime
from serve.runtimes.runtime import Runtime
from serve.services import blind, catalog, credentials
from serve.settings import Settings

NAME = "blind"
HELP = "the link to a blind comparison of base and tuned, for people to vote in"


def main(settings: Settings, paths: Paths) -> int:
    """Raises UsageError where Open WebUI does not run."""
    here = runtime(settings, paths)
    if here.states()[catalog.WEBUI] != "ready":
        raise UsageError("Open WebUI does not run; start it with `make up`")
    put_in(here, settings, paths)
    console.print(blind.link(catalog.webui_url(settings)), soft_wrap=True)
    return 0


def put_in(here: Runtime, settings: Settings, paths: Paths) -> None:
    """Puts the comparison of what is served now into the running Open WebUI.

    Raises UsageError where a password is set there that we do not know, Failure where it takes the functions no more.
    """
    secrets = credentials.ensure(paths.secrets)
    addresses = {variant: here.address(variant) for variant in VARIANTS}
    versions = {variant: here.version(variant) for variant in VARIANTS}
    told = blind.valves(secrets, addresses, versions)
    folder = paths.root / "images" / "webui" / "functions"
    try:
        blind.install(catalog.webui_url(settings), settings.WEBUI_EMAIL, secrets["WEBUI_PASSWORD"], folder, told)
    except blind.SignInRefused:
        raise UsageError(
            f"Open WebUI refuses the sign-in of {settings.WEBUI_EMAIL}; set WEBUI_PASSWORD in "
            f"{paths.secrets.relative_to(paths.root)} to the password that was chosen there"
        ) from None


def put_in_if_it_can_be(here: Runtime, settings: Settings, paths: Paths) -> None:
    """The same, for those to whom the comparison is a side dish: where it cannot be had, they say so and go on."""
    try:
        put_in(here, settings, paths)
    except (UsageError, Failure) as error:
        console.print(f"Without the blind comparison: {error}")
