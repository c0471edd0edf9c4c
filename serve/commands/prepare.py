"""What a plain `docker compose up` needs beforehand: the secrets as files, and what every server is given.

`python3 -m serve.runtimes.prepare` installs what this needs and runs it. It starts nothing.
"""

from serve.errors import UsageError
from serve.paths import Paths
from serve.runtimes.docker.runtime import Docker
from serve.runtimes.prepare import prepare, runs_user
from serve.settings import Settings

NAME = "prepare"
HELP = "what `docker compose up` needs where it is not `up` that starts the containers"


def main(settings: Settings, paths: Paths) -> int:
    """Raises UsageError for what cannot be served."""
    runtime = Docker(settings, paths)
    if runtime.pipeline.sources.then:
        raise UsageError(
            "ADAPTER names several: Compose mounts one folder; put them into one, as 1-…, 2-…, and name it"
        )
    prepare(paths)
    runtime.pipeline.findings(running=True).refuse()  # or not: nothing is started here
    runtime.pipeline.hand_on()
    words = ["--env-file .env"] if (paths.root / ".env").exists() else []
    words += [f"-f {file.relative_to(paths.root)}" for file in runtime.compose.files]
    print("Secrets and plan are in .tandem. For these settings:")
    print(f"  export HARNESS_USER={runs_user()}")
    print(f"  docker compose {' '.join(words)} up --detach")
    return 0
