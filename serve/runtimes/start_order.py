"""The steps that put made models into service, in the order that the catalogue declares. How a service is started, and
how it is known to answer, is the runtime's.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from serve.services import catalog
from serve.services.catalog import Service
from serve.settings import Settings
from serve.steps import Report, Step

Start = Callable[[Service], None]
Await = Callable[[Service, Report], None]
FREE_GPU = "free the GPU"


def serving_steps(
    settings: Settings,
    gpu: bool,
    start: Start,
    await_ready: Await,
    chat: Callable[[Report], None],
    free_gpu: Callable[[], None],
) -> dict[str, Step]:
    """`start` sees to it that a service runs, `await_ready` returns when it answers, `chat` proves the whole.

    `free_gpu` ends the servers that will run otherwise than they do: a GPU has no memory for both.
    """

    def starting(service: Service) -> Callable[[Report], None]:
        return lambda _: start(service)

    def waiting(service: Service) -> Callable[[Report], None]:
        return chat if service.name == catalog.WEBUI else lambda report: await_ready(service, report)

    def both(service: Service) -> Callable[[Report], None]:
        def act(report: Report) -> None:
            start(service)
            await_ready(service, report)

        return act

    steps: dict[str, Step] = {}
    if gpu:
        made = [f"quantize {variant}" for variant in settings.mode.servers]
        steps[FREE_GPU] = Step(FREE_GPU, lambda _: free_gpu(), ("prepare vllm", *made))
    for service in catalog.running(settings):
        name, title = service.name, service.title
        before = [f"prepare {service.image}"]
        if name in settings.mode.servers:
            before += [f"quantize {name}", *([FREE_GPU] if gpu else [])]
        for after in catalog.predecessors(service, settings, gpu):
            before.append(f"serve {after.service}" if after.condition == "healthy" else f"start {after.service}")
        if upstreams := service.upstreams(settings.mode):
            verb, ends = "chat" if name == catalog.WEBUI else "serve", [f"serve {upstream}" for upstream in upstreams]
            steps[f"start {name}"] = Step(f"start {title}", starting(service), before)
            steps[f"serve {name}"] = Step(f"{verb} through {title}", waiting(service), (f"start {name}", *ends))
        else:
            steps[f"serve {name}"] = Step(f"serve {title}", both(service), before)
    return steps


def by_themselves(steps: Mapping[str, Step]) -> dict[str, Step]:
    """The same steps where all that they wait for outside of themselves is there already."""
    return {name: replace(step, after=[one for one in step.after if one in steps]) for name, step in steps.items()}
