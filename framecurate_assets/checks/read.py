"""Reading the .sql files of the checks."""

import re
from dataclasses import dataclass
from pathlib import Path

from framecurate_assets.stages import STAGES

STEERING = {"per video", "blocking", "warning", "pictured"}
ONLY_WITH = "only with "


@dataclass(frozen=True)
class Check:
    """One check: what it guards, how it is described, and its query."""

    asset: str
    name: str
    description: str
    query: str
    per_video: bool
    blocking: bool
    warning: bool
    pictured: bool
    """Whether there is a contact sheet of its name, which shows what is wrong."""
    only_with: str | None
    """A table without which nothing can be wrong."""

    @property
    def parameters(self) -> set[str]:
        """Names of the parameters that the query uses."""
        return set(re.findall(r"\$([a-z_0-9]+)", self.query))


def read_checks() -> list[Check]:
    """Every check, by asset in the order of the stages, then by name."""
    root = Path(__file__).parent
    return [_read(path) for stage in STAGES for path in sorted((root / stage.name).glob("*.sql"))]


def _read(path: Path) -> Check:
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    return Check(
        asset=path.parent.name,
        name=path.stem,
        description=" ".join(line for line in comments if line not in STEERING and not line.startswith(ONLY_WITH)),
        query="\n".join(line for line in lines if not line.startswith("--")),
        per_video="per video" in comments,
        blocking="blocking" in comments,
        warning="warning" in comments,
        pictured="pictured" in comments,
        only_with=next((line.removeprefix(ONLY_WITH) for line in comments if line.startswith(ONLY_WITH)), None),
    )
