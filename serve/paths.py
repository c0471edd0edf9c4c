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
    def endpoints(self) -> Path:
        return self.state / "endpoints.json"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def environment(self, name: str) -> Path:
        return self.state / "environments" / name

    def python(self, environment: str) -> Path:
        return self.environment(environment) / "bin" / "python"
