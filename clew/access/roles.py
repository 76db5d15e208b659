"""Which role holds which rights (access.md, "Roles"). An officer may hold several roles."""

from clew.access.permissions import RIGHTS
from clew.kernel.errors import NotYourRole
from clew.kernel.viewer import Viewer

_WORK = frozenset({"account", "open_case", "contribute", "read", "search", "reveal", "judge", "categorise", "set_policy"})

ROLES: dict[str, frozenset[str]] = {
    "investigator": _WORK,
    "analyst": _WORK,
    "agency_administrator": frozenset({"account", "set_policy", "set_profiles", "manage_officers", "read_events"}),
    "auditor": frozenset({"account", "read_events"}),
    "system_administrator": frozenset({"account", "manage_agencies", "health"}),
    "biometric": frozenset(),  # an extra right on top of investigator or analyst; its verbs come with faces
}

# Who may grant what (access.md): never to himself, and nobody grants upwards.
GRANTS: dict[str, frozenset[str]] = {
    "agency_administrator": frozenset({"investigator", "analyst", "agency_administrator"}),
    "system_administrator": frozenset({"agency_administrator", "auditor"}),
}


def rights_of(roles: frozenset[str]) -> frozenset[str]:
    """Return the rights of a set of roles together."""
    return frozenset().union(*(ROLES[role] for role in roles))


def demand(viewer: Viewer, right: str) -> None:
    """Refuse by role alone, before any object is looked at, so that the refusal tells nothing."""
    if right not in rights_of(viewer.roles):
        raise NotYourRole(f"Your role does not let you {RIGHTS[right]}. Ask your agency's administrator.")
