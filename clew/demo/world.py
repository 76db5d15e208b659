"""Make the demo world: three agencies' cases with files, policies and the truth about them, from one fixed seed."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clew.demo.shots.many import rendered_pictures
from clew.demo.world_files import Builder, Truth
from clew.demo.world_plan import AgencyPlan, CasePlan, FilePlan, OfficerPlan, PolicyPlan, agencies

EDITION = 1
_INDEX = "world.json"

__all__ = [
    "AgencyPlan",
    "CasePlan",
    "FilePlan",
    "OfficerPlan",
    "PolicyPlan",
    "Truth",
    "World",
    "make_world",
    "read_world",
    "rendered_pictures",
]


@dataclass
class World:
    """The made world: agencies with their cases and files (paths below `folder`) and the truth about pairs."""

    folder: Path
    scale: int
    agencies: list[AgencyPlan]
    truth: list[Truth] = field(default_factory=list)

    def cases(self) -> list[tuple[AgencyPlan, CasePlan]]:
        """Every case with its agency, in order."""
        return [(agency, case) for agency in self.agencies for case in agency.cases]

    def path(self, file: FilePlan) -> Path:
        """Where a file lies."""
        return self.folder / file.path


def make_world(folder: Path, *, scale: int = 1, progress: Callable[[int, int], None] | None = None) -> World:
    """Write the world below `folder` (195 files, 41 MB) and `world.json`; found complete, it is only read.

    `progress` is called with (files done, files in all). A greater scale adds rooms to every case.
    """
    made = read_world(folder, scale=scale)
    if made is not None:
        return made
    folder.mkdir(parents=True, exist_ok=True)
    builder = Builder(folder, agencies(), scale)
    builder.plan()
    for done, step in enumerate(builder.steps, start=1):
        step()
        if progress is not None:
            progress(done, len(builder.steps))
    world = World(folder, scale, builder.agencies, builder.truth)
    _write_index(world)
    return world


def _write_index(world: World) -> None:
    """Write world.json last, so that a half-made world is never taken for whole."""
    content: dict[str, Any] = {"edition": EDITION, "scale": world.scale}
    content |= {
        "agencies": [asdict(agency) for agency in world.agencies],
        "truth": [asdict(pair) for pair in world.truth],
    }
    (world.folder / _INDEX).write_text(json.dumps(content, indent=1), encoding="utf-8")


def read_world(folder: Path, *, scale: int = 1) -> World | None:
    """The world that lies below `folder`, or None when missing, of another edition or scale, or not whole."""
    index = folder / _INDEX
    if not index.is_file():
        return None
    content = json.loads(index.read_text(encoding="utf-8"))
    builder = Builder(folder, agencies(), scale)
    builder.plan()
    if (content["edition"], content["scale"]) != (EDITION, scale):
        return None
    paths = [
        file["path"] for agency in content["agencies"] for case in agency["cases"] for file in case["files"]
    ]
    if not all((folder / path).is_file() for path in paths):
        return None
    return World(folder, scale, builder.agencies, builder.truth)
