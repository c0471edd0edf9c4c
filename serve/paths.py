"""Where things lie in a checkout. It knows names of folders, and creates none."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """`.tandem/` holds what a person need not see; `models/` and `runs/` are theirs to look into."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / ".tandem"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def secrets(self) -> Path:
        return self.state / "secrets.env"

    @property
    def runtime(self) -> Path:
        """Names the runtime in use, from the first `up` to `down`."""
        return self.state / "runtime"

    @property
    def plan(self) -> Path:
        """What the last start has decided of its servers (planning/decision.py)."""
        return self.state / "plan.env"

    @property
    def secret_files(self) -> Path:
        return self.state / "secrets"

    @property
    def endpoints(self) -> Path:
        return self.state / "endpoints.json"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def environment(self, name: str) -> Path:
        return self.state / "environments" / name
