"""The plan of the demo world: invented agencies, officers, cases and policies, and what overlaps; no files yet."""

from dataclasses import dataclass, field
from typing import Literal

Relation = Literal["copy", "resized", "recompressed", "mirrored", "rotated", "cropped", "captioned", "brightened",
                   "segment", "still-in-film", "look-alike"]  # fmt: skip


@dataclass(frozen=True)
class PolicyPlan:
    """A case's policy in the words of access.md; audience `own`, `network` or a list of agencies and countries (`country:XA`)."""

    team: str = "agency"
    audience: str = "own"
    audience_agencies: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    hits: Literal["contact", "owner-first"] = "contact"
    conditions: str = ""
    expires_in_days: int = 730


@dataclass(frozen=True)
class FilePlan:
    """A file of the world: path below the world's folder with `/`, and what it is."""

    path: str
    kind: Literal["picture", "film", "sound"]
    subject: str


@dataclass
class CasePlan:
    """A case: its reference, title, the login of the officer who runs it, its policy and its files."""

    reference: str
    title: str
    officer: str
    policy: PolicyPlan
    rooms: tuple[tuple[int, int], ...] = ()
    streets: tuple[tuple[int, int], ...] = ()
    stills: tuple[tuple[int, int], ...] = ()
    cloths: tuple[int, ...] = ()
    files: list[FilePlan] = field(default_factory=list)


@dataclass(frozen=True)
class OfficerPlan:
    """An officer: login, shown name, roles."""

    login: str
    name: str
    roles: tuple[str, ...] = ("investigator",)


@dataclass
class AgencyPlan:
    """An agency of a user-assigned country code, with the contact others are given."""

    code: str
    name: str
    country: str
    kind: Literal["unit", "bureau", "coordination"]
    contact: str
    officers: list[OfficerPlan]
    cases: list[CasePlan]


@dataclass(frozen=True)
class Overlap:
    """Pictures of one case that turn up edited in another."""

    origin: str
    other: str
    edits: tuple[Relation, ...]


def _agency_xa() -> AgencyPlan:
    return AgencyPlan(
        "XA", "Victim Identification Unit, XA", "XA", "unit", "duty desk, +999 100 200, desk@unit.xa.example",
        [
            OfficerPlan("ana.brandt", "Ana Brandt"),
            OfficerPlan("milo.kerr", "Milo Kerr"),
            OfficerPlan("admin.xa", "Ilse Varga", ("agency_administrator",)),
        ],
        [
            CasePlan("XA-2024-017", "House with the patterned rooms", "ana.brandt", PolicyPlan(),
                     ((1, 1), (2, 2), (3, 3)), ((1, 1),), ((1, 1),), (101, 102)),
            CasePlan("XA-2024-031", "Market street by the river", "milo.kerr",
                     PolicyPlan(audience="network", conditions="Tell XA before any arrest. Handling: restricted."),
                     ((4, 4), (5, 5)), ((2, 2),), ((2, 2),), (103,)),
            CasePlan("XA-2025-004", "Blue bear on the table", "ana.brandt",
                     PolicyPlan(team="ana.brandt", hits="owner-first", conditions="Disclose by hand only."),
                     ((6, 6),), (), ((3, 3), (4, 4)), (104, 105)),
        ],
    )  # fmt: skip


def _agency_xb() -> AgencyPlan:
    return AgencyPlan(
        "XB", "Child Protection Desk, XB", "XB", "unit", "operations room, +999 300 400, cpd@police.xb.example",
        [
            OfficerPlan("ben.osei", "Ben Osei"),
            OfficerPlan("clara.dunn", "Clara Dunn", ("investigator", "analyst")),
            OfficerPlan("admin.xb", "Tomas Reyl", ("agency_administrator",)),
        ],
        [
            CasePlan("XB-24-0112", "Seized phone, flat 3", "ben.osei", PolicyPlan(),
                     ((7, 7), (1, 51), (8, 8)), ((3, 3),), ((5, 5),), (106,)),
            CasePlan("XB-24-0208", "Forum archive", "clara.dunn", PolicyPlan(hits="owner-first"),
                     ((9, 9), (2, 52)), ((1, 51),), ((6, 6),), (107, 108)),
            CasePlan("XB-25-0009", "Joint work with XA", "ben.osei",
                     PolicyPlan(audience="agencies", audience_agencies=("country:XA",), deny=("country:XC",),
                                conditions="For XA."),
                     ((10, 10),), ((4, 4),), ((7, 7),), (109,)),
        ],
    )  # fmt: skip


def _agency_xc() -> AgencyPlan:
    return AgencyPlan(
        "XC", "Image Analysis Section, XC", "XC", "unit", "section office, +999 500 600, images@section.xc.example",
        [
            OfficerPlan("dora.lind", "Dora Lind"),
            OfficerPlan("emil.santo", "Emil Santo"),
            OfficerPlan("admin.xc", "Rut Hallam", ("agency_administrator",)),
        ],
        [
            CasePlan("XC-2024-55", "Hotel rooms, two towns", "dora.lind", PolicyPlan(),
                     ((11, 11), (3, 53), (12, 12)), ((5, 5), (2, 52)), ((8, 8),), (110, 111)),
            CasePlan("XC-2024-61", "Courier's hard disk", "emil.santo", PolicyPlan(audience="network", deny=("country:XA",)),
                     ((13, 13), (4, 54)), ((6, 6),), ((9, 9), (1, 51)), (112,)),
        ],
    )  # fmt: skip


def agencies() -> list[AgencyPlan]:
    """The three agencies, without files."""
    return [_agency_xa(), _agency_xb(), _agency_xc()]


PICTURES: tuple[Overlap, ...] = (
    Overlap("XA-2024-017", "XB-24-0112", ("copy", "resized", "mirrored", "captioned")),
    Overlap("XA-2024-017", "XB-25-0009", ("copy", "rotated", "recompressed")),
    Overlap("XA-2024-017", "XC-2024-55", ("resized", "copy", "cropped")),
    Overlap("XA-2024-017", "XC-2024-61", ("copy", "resized")),
    Overlap("XA-2024-017", "XB-24-0208", ("copy", "mirrored")),
    Overlap("XA-2024-017", "XA-2024-031", ("recompressed",)),
    Overlap("XA-2025-004", "XB-24-0208", ("copy", "brightened")),
    Overlap("XA-2024-031", "XC-2024-55", ("copy", "recompressed")),
    Overlap("XB-24-0112", "XC-2024-55", ("resized", "mirrored")),
    Overlap("XB-25-0009", "XC-2024-61", ("copy",)),
    Overlap("XC-2024-61", "XB-24-0112", ("brightened", "rotated")),
)
"""Which case's pictures turn up where: every disclosure level of access.md is met by XA's first case."""

FILMS: tuple[tuple[str, str], ...] = (
    ("XA-2024-017", "XB-24-0112"),
    ("XA-2024-017", "XC-2024-55"),
    ("XB-25-0009", "XA-2024-031"),
    ("XC-2024-61", "XB-24-0208"),
)
"""Cases whose film lends a piece of 6 seconds to a film of the other case."""

STILLS: tuple[tuple[str, str], ...] = (("XA-2024-017", "XB-24-0112"), ("XA-2024-031", "XC-2024-55"))
"""Cases of which a picture is shown in a film of the other case."""
