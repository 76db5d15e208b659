"""Identifiers: time-ordered UUIDv7 for rows, random UUIDv4 where a time would tell something."""

import os
import time
import uuid
from typing import NewType

AgencyId = NewType("AgencyId", uuid.UUID)
OfficerId = NewType("OfficerId", uuid.UUID)
SessionId = NewType("SessionId", uuid.UUID)
CaseId = NewType("CaseId", uuid.UUID)
ContributionId = NewType("ContributionId", uuid.UUID)
ExhibitId = NewType("ExhibitId", uuid.UUID)
MediaId = NewType("MediaId", uuid.UUID)
LinkId = NewType("LinkId", uuid.UUID)
JudgementId = NewType("JudgementId", uuid.UUID)
SearchId = NewType("SearchId", uuid.UUID)
SelectionId = NewType("SelectionId", uuid.UUID)
ActId = NewType("ActId", uuid.UUID)
ProfileId = NewType("ProfileId", uuid.UUID)
SavedViewId = NewType("SavedViewId", uuid.UUID)
EventId = NewType("EventId", uuid.UUID)


def ordered() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits."""
    millis = time.time_ns() // 1_000_000
    value = (millis & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0x3 << 62) | (2 << 62)
    return uuid.UUID(int=value)


def random() -> uuid.UUID:
    """Return a UUIDv4, which tells nothing about when it was made."""
    return uuid.uuid4()
