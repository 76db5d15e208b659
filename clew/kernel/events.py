"""Event: what is written down, always. A pure record; the store appends it to the signed tree."""

import uuid
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One verb done by one officer (or one named system job).

    `detail` holds plain JSON values: never content, never a path of the server. `row_hashes` binds the
    policy, account, membership or judgement rows this verb set ("table:id" -> sha256 hex), so that a
    later change made behind our back is found.
    """

    verb: str
    officer_id: uuid.UUID | None = None
    agency_id: uuid.UUID | None = None
    case_id: uuid.UUID | None = None
    owner_agency_id: uuid.UUID | None = None
    subject: str = ""
    purpose: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    row_hashes: dict[str, str] = field(default_factory=dict)
