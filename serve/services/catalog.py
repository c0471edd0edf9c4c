"""The catalogue: every service of a deployment, declared once. Settings → which run, after what each starts, and where
it answers. It starts nothing: a runtime does, as a process of this machine or as the container of the same name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from serve import hardware
from serve.errors import UsageError
from serve.modes import VARIANTS, Mode
from serve.services import vllm, webui
from serve.settings import Settings

WEBUI = "webui"  # what people use: `make up` ends with a chat through it


def no_server(variant: str) -> vllm.Server:
    raise LookupError(f"no server of {variant} runs here")


@dataclass(frozen=True)
class Target:
    """Where services run: all as processes of this machine, or `contained`, each in a container of its own.

    `folders` are those that services may write to, by image. `server` describes a variant's vLLM server there.
    """

    settings: Settings
    contained: bool
    folders: Mapping[str, Path]
    server: Callable[[str], vllm.Server] = no_server

    def url(self, service: "Service") -> str:
        return service.inside_url if self.contained else service.loopback_url(self.settings)

    def listening(self, service: "Service") -> list[str]:
        """The words by which a service is told where to listen. No port of a container is published but on loopback."""
        host = "0.0.0.0" if self.contained else "127.0.0.1"  # noqa: S104
        port = service.inside_port if self.contained else service.loopback_port(self.settings)
        return ["--host", host, "--port", str(port)]


@dataclass(frozen=True)
class Process:
    """What a service runs: `python -m` and these words, with these variables beside its secrets."""

    words: Sequence[str]
    variables: Mapping[str, str]


@dataclass(frozen=True)
class After:
    """What a service starts after: once that is healthy, or merely started; on every machine, or with a GPU alone."""

    service: str
    condition: Literal["healthy", "started"] = "healthy"
    gpu_only: bool = False


@dataclass(frozen=True)
class Service:
    """`image` is the folder of `images` whose libraries it runs on. `secrets` are variables that its process gets, in
    which `{API_KEY}` stands for the secret of that name. `port` is the setting of its port on loopback, as a process of
    this machine; `inside_port` its port in its own container, which is `published` on that same port of loopback, or
    not at all. It answers on `health` when it is up; a model server (`chats`) is known to be by a chat.

    `runs` says in which modes there is one. `upstreams` are the services that it passes requests on to: it starts
    beside them, and is waited for once they answer.
    """

    name: str
    title: str
    image: str
    process: Callable[[Target], Process]
    secrets: Mapping[str, str]
    port: str
    inside_port: int = 8000
    published: bool = False
    health: str = "/health"
    chats: bool = False
    runs: Callable[[Mode], bool] = lambda _: True
    after: Sequence[After] = ()
    upstreams: Callable[[Mode], Sequence[str]] = lambda _: ()

    def loopback_port(self, settings: Settings) -> int:
        return int(getattr(settings, self.port))

    def loopback_url(self, settings: Settings) -> str:
        return f"http://127.0.0.1:{self.loopback_port(settings)}"

    @property
    def inside_url(self) -> str:
        """In the network of the containers."""
        return f"http://{self.name}:{self.inside_port}"


def model_server(variant: str) -> Callable[[Target], Process]:
    def process(target: Target) -> Process:
        server = target.server(variant)
        words = ("vllm.entrypoints.openai.api_server", *vllm.arguments(server))
        return Process(words, vllm.variables(server, target.folders["vllm"], hardware.cores()))

    return process


def switch(target: Target) -> Process:
    servers = [f"{variant}={target.url(service(variant))}" for variant in VARIANTS]
    named = [word for server in servers for word in ("--server", server)]
    return Process(("serve.services.switch", *target.listening(service("switch")), *named), {})


def web_ui(target: Target) -> Process:
    settings, itself = target.settings, service(WEBUI)
    models = {variant: f"{target.url(answering(settings, variant))}/v1" for variant in VARIANTS}
    port = itself.loopback_port(settings)
    variables = webui.variables(models, settings.WEBUI_EMAIL, port, target.folders["webui"], target.contained)
    return Process(("uvicorn", webui.APPLICATION, *target.listening(itself)), variables)


SERVICES = (
    Service("base", "base", "vllm", model_server("base"), vllm.SECRETS, "BASE_PORT", chats=True),
    Service(
        "tuned",
        "tuned",
        "vllm",
        model_server("tuned"),
        vllm.SECRETS,
        "TUNED_PORT",
        chats=True,
        runs=lambda mode: "tuned" in mode.servers,
        # On one GPU each server would take the other's loading for its own memory. The switch, seeing that tuned is
        # missing, puts base to sleep, and leaves tuned the memory to load.
        after=(After("base", gpu_only=True), After("switch", "started")),
    ),
    Service(
        "switch",
        "the switch",
        "vllm",  # which brings what it needs
        switch,
        vllm.SECRETS,
        "SWITCH_PORT",
        runs=lambda mode: mode.sleep,
        after=(After("base"),),
        upstreams=lambda mode: mode.servers,
    ),
    Service(
        WEBUI,
        "Open WebUI",
        "webui",
        web_ui,
        webui.SECRETS,
        "WEBUI_PORT",
        inside_port=8080,
        published=True,
        upstreams=lambda mode: tuple(dict.fromkeys(mode.answering.values())),
    ),
)
"""In the order in which they are shown."""


def service(name: str) -> Service:
    return next(one for one in SERVICES if one.name == name)


def running(settings: Settings) -> tuple[Service, ...]:
    """Every service of a deployment."""
    return tuple(one for one in SERVICES if one.runs(settings.mode))


def of_other_modes(settings: Settings) -> tuple[Service, ...]:
    """What runs in other modes only: left over where the mode has changed."""
    return tuple(one for one in SERVICES if not one.runs(settings.mode))


def predecessors(one: Service, settings: Settings, gpu: bool) -> tuple[After, ...]:
    """What it starts after, of what runs."""
    names = {other.name for other in running(settings)}
    return tuple(after for after in one.after if after.service in names and (gpu or not after.gpu_only))


def answering(settings: Settings, variant: str) -> Service:
    """The service that answers for a variant."""
    return service(settings.mode.answering[variant])


def stopped_before(settings: Settings, changing: Sequence[str]) -> Sequence[str]:
    """What has to end before servers that change can load. In a mode where one is awake at a time that is all of them:
    that one has the whole card, and what starts between them makes it free for the next.
    """
    if not (changing and settings.mode.sleep):
        return changing
    return [one.name for one in running(settings) if one.name in settings.mode.servers or one.after]


def check_ports(settings: Settings) -> None:
    """Raises UsageError where two processes of this machine would have one port."""
    ports: dict[int, str] = {}
    for one in running(settings):
        port = one.loopback_port(settings)
        twin = ports.setdefault(port, one.port)
        if twin != one.port:
            raise UsageError(f"{twin} and {one.port} are both {port}: set one of them to another port")


def url(settings: Settings, variant: str) -> str:
    """The OpenAI base URL of a variant, on this machine."""
    return f"{answering(settings, variant).loopback_url(settings)}/v1"


def inside_url(settings: Settings, variant: str) -> str:
    """The OpenAI base URL of a variant, in the network of containers."""
    return f"{answering(settings, variant).inside_url}/v1"


def webui_url(settings: Settings) -> str:
    return service(WEBUI).loopback_url(settings)
