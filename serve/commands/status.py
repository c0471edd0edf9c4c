"""`make status`: what runs, where, in which state, and how to sign in."""

from serve.display import console, table
from serve.modes import VARIANTS
from serve.paths import Paths
from serve.runtimes.choice import in_use, runtime
from serve.services import catalog
from serve.settings import Settings

NAME = "status"
HELP = "what runs, where, in which state"


def main(settings: Settings, paths: Paths) -> int:
    """Exit code 0 when everything answers, 1 otherwise."""
    here = runtime(settings, paths)
    states = here.states()
    rows = []
    for variant in VARIANTS:
        state = states[catalog.answering(settings, variant).name]
        rows.append((variant, here.address(variant), variant, here.version(variant), state))
    told = {*settings.mode.servers, *settings.mode.answering.values()}
    for service in catalog.running(settings):
        if service.name not in told:
            models = ", ".join(VARIANTS) if service.upstreams(settings.mode) else "-"
            rows.append((service.title, service.loopback_url(settings), models, "-", states[service.name]))
    table(("name", "URL", "model", "version", "state"), rows)
    if in_use(paths) == "docker":
        console.print(
            "\nbase and tuned answer in the network of the containers alone, as the web UI and `make eval` do."
        )
    if paths.secrets.exists():
        console.print(
            f"\nSign in as {settings.WEBUI_EMAIL}; password (WEBUI_PASSWORD) and API key (API_KEY) "
            f"are in {paths.secrets.relative_to(paths.root)}.",
            soft_wrap=True,
        )
    return 0 if set(states.values()) == {"ready"} else 1
