"""What triage shows: selections, tiles, facets, acts, profiles. Never a number of an exhibit's facts."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from clew.kernel.ids import ActId, CaseId, ExhibitId, ProfileId, SavedViewId, SelectionId

Order = Literal["arrival", "unseen", "uncategorised", "priority", "taken", "camera", "place", "size", "length", "likeness"]
Kind = Literal["", "picture", "film", "sound", "archive", "other"]
State = Literal["waiting", "imported", "refused"]
ActState = Literal["waiting", "running", "done", "stopped"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which exhibits of a case, and in which order. An empty field asks for nothing; None is neither yes nor no.

    category: "none" or "<profile id>:<code>" of one's own agency; size, length and year: numbers of their bands (cube.py);
    contribution, only, without, like: ids. Refused files are shown when `state` asks for them.
    """

    kind: tuple[Kind, ...] = ()
    state: tuple[State, ...] = ()
    category: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    camera: tuple[str, ...] = ()
    contribution: tuple[str, ...] = ()
    size: tuple[int, ...] = ()
    length: tuple[int, ...] = ()
    year: tuple[int, ...] = ()
    place: bool | None = None
    stacked: bool | None = None
    seen: bool | None = None
    judged: bool | None = None
    linked: bool | None = None
    only: tuple[uuid.UUID, ...] = ()
    without: tuple[uuid.UUID, ...] = ()
    order: Order = "arrival"
    like: uuid.UUID | None = None
    folded: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """A selection as it stood when it was opened: `total` tiles that keep their places."""

    id: SelectionId
    case_id: CaseId
    total: int


@dataclass(frozen=True, slots=True)
class Said:
    """What an agency says of an exhibit, in the words of its own profile."""

    agency_code: str
    own: bool
    profile_id: ProfileId
    profile: str
    code: int
    label: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One square: place in its selection, safe thumbnail (or none), marks. `stack` counts near-copies in sight, itself too.

    `covered`: one's own agency has decided what it is, so its thumbnail is kept back until asked for.
    """

    at: int
    id: ExhibitId
    path: str
    kind: str
    state: str
    reason: str
    size: int
    duration: float
    taken_at: datetime | None
    thumbnail: bytes | None = field(repr=False)
    covered: bool
    links: int
    stack: int
    seen: bool
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """What one's own agency says of the exhibit at one place of a selection; `code` None: nothing."""

    at: int
    profile_id: ProfileId | None
    code: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One field with how many exhibits in sight have each of its values, under all other fields of the selection."""

    name: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many exhibits a selection holds, and what else it could be narrowed by."""

    total: int
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """An act over many exhibits and how far it is. `changed`: those that were not so already."""

    id: ActId
    case_id: CaseId
    verb: str
    profile_id: ProfileId | None
    code: int | None
    total: int
    done: int
    changed: int
    state: ActState
    undone: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an exhibit's category; `code` None: it was taken back. Officers of other agencies are not named."""

    made_at: datetime
    agency_code: str
    officer: str
    profile: str
    code: int | None
    label: str
    verb: str


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a profile. `means_none`: it says that nothing was decided, and takes a category back."""

    code: int
    label: str
    means_none: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A list of categories; `own`: one's own agency may change it; `chosen`: one's own agency works with it."""

    id: ProfileId
    name: str
    own: bool
    chosen: bool
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class SavedView:
    """A selection under a name, of one's own or shared by a colleague."""

    id: SavedViewId
    name: str
    asked: dict[str, Any]
    own: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Priority:
    """One rule of what comes first: a name and a selection whose order does not count."""

    name: str
    where: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """How many exhibits of a case a rule takes that no earlier rule has taken."""

    name: str
    exhibits: int
