"""Pure rules of accounts: who may grant what, and what a password and a login must be."""

import re
from collections.abc import Iterable

from clew.access.roles import GRANTS, ROLES
from clew.kernel.errors import BadInput, NotYourRole
from clew.kernel.ids import AgencyId
from clew.kernel.viewer import Viewer

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,79}")


def check_login(login: str) -> str:
    """Return the login in its one spelling. Raises BadInput."""
    spelled = login.strip().lower()
    if not _LOGIN.fullmatch(spelled):
        raise BadInput("A login has 2 to 80 letters a-z, digits, dots, dashes or underscores.")
    return spelled


def check_password(password: str, login: str) -> None:
    """Refuse short passwords and those that hold the login (NIST SP 800-63B: length over recipes)."""
    if len(password) < 12 or len(password) > 1000:
        raise BadInput("A password has at least 12 characters. A sentence you can remember is good.")
    if login in password.lower() or len(set(password)) < 5:
        raise BadInput("This password is too easy to guess. Choose one without your name and with more variety.")


def check_roles(roles: Iterable[str]) -> frozenset[str]:
    """Return the roles as a set. Raises BadInput for an unknown one or a mixed system administrator."""
    asked = frozenset(roles)
    if unknown := asked - ROLES.keys():
        raise BadInput(f"Unknown role: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(ROLES))}.")
    if "system_administrator" in asked and len(asked) > 1:
        raise BadInput("A system administrator can hold no other role.")
    return asked


def may_grant(viewer: Viewer, agency: AgencyId, before: frozenset[str], after: frozenset[str]) -> bool:
    """Say whether the viewer may change the roles of an officer of `agency` from `before` to `after`.

    An agency administrator sets the roles of GRANTS within his own agency; the system administrator those
    of his own list anywhere. Whoever holds a role beyond the granter's list is out of his reach.
    """
    touched = (before ^ after) | before
    if "system_administrator" in viewer.roles:
        return touched <= GRANTS["system_administrator"]
    return agency == viewer.agency_id and touched - {"biometric"} <= GRANTS["agency_administrator"] and (
        "biometric" in before or "biometric" not in after)


def demand_grant(viewer: Viewer, agency: AgencyId, before: frozenset[str], after: frozenset[str]) -> None:
    """Raise NotYourRole when the viewer may not make this change of roles."""
    if not may_grant(viewer, agency, before, after):
        raise NotYourRole("You may not grant or change these roles. Administrators of the agency grant its roles; "
                          "the system administrator appoints first administrators and auditors.")
