"""Lists in pages: so many items at most, going on after the last one seen, whose id is the cursor."""

import uuid
from typing import Any

from clew.kernel.cursor import DAMAGED
from clew.kernel.errors import BadInput
from clew.store.db import Work

MOST = 1000


def page(limit: int) -> int:
    """Return how many items a page has: what was asked for, 1 to MOST."""
    return max(1, min(limit, MOST))


def after_place(work: Work, sql: str, after: uuid.UUID | None) -> dict[str, Any]:
    """Return `after` and what `sql` reads of the item with that id: what the rest of the list is told by.

    Nothing for the first page. Raises BadInput where the viewer knows of no such item.
    """
    if after is None:
        return {}
    row = work.first(sql, {"after": after})
    if row is None:
        raise BadInput(DAMAGED)
    return {"after": after, **row._mapping}
