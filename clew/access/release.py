"""Release: what of a hit may leave the side that owns it, by disclosure level. The last guard before an answer.

The database already leaves out what a level does not allow; what passes here is blanked again by name, so that
a column added to a query tomorrow is not told to anybody before it stands in this table.
"""

from collections.abc import Mapping
from typing import Any

_ASKED = frozenset({"level", "handle", "may_disclose"})
# "known to agency B, reference R, contact, since D, matcher and score band"; the exhibit is the viewer's own.
_CONTACT = _ASKED | {"exhibit_id", "path", "agency_code", "agency_name", "country", "reference", "contact", "since",
                     "matcher", "band", "verdict", "owner_agency_id", "matchers", "exhibits"}
_AUDIENCE = _CONTACT | {"other_exhibit_id", "other_path", "other_case_id", "case_id", "link_id", "value", "why", "parameters",
                        "where_at", "flipped", "answer"}
RELEASED: dict[str, frozenset[str]] = {"asked": _ASKED, "contact": _CONTACT, "audience": _AUDIENCE}
_EMPTY: dict[str, Any] = {"parameters": {}, "where_at": {}, "flipped": False, "may_disclose": False}


def released(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a hit with everything blanked that its level does not release."""
    allowed = RELEASED.get(row["level"], frozenset({"level"}))
    return {name: value if name in allowed else _EMPTY.get(name) for name, value in row.items()}
