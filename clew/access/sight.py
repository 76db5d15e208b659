"""Sight: what a viewer may know of, as one SQL predicate for every door.

Used in get, list, search, count and export alike; row-level security repeats it underneath as a second
wall. The arrays are computed once a statement by functions that read the transaction's proven viewer.
"""

_IN_SIGHT = "(SELECT clew.cases_in_sight())::uuid[]"
_OWN = "(SELECT clew.cases_in_sight(true))::uuid[]"
_MANAGED = "(SELECT clew.cases_managed())::uuid[]"
_GRANTED = "(SELECT clew.granted_exhibits())::uuid[]"


def of_case(column: str = "c.id") -> str:
    """Return the predicate for a case the viewer knows of."""
    return f"({column} = ANY ({_IN_SIGHT}))"


def of_own_case(column: str = "c.id") -> str:
    """Return the predicate for a case of the viewer's own agency and team."""
    return f"({column} = ANY ({_OWN}))"


def of_managed_case(column: str = "c.id") -> str:
    """Return the predicate for a case whose policy the viewer may set."""
    return f"({column} = ANY ({_MANAGED}))"


def of_facts(alias: str = "f") -> str:
    """Return the predicate for the facts of an exhibit, the same as `of_exhibit`: bits 5 and 6 say narrowed and withdrawn."""
    return (f"({alias}.cube & 64 = 0 AND ({alias}.case_id = ANY ({_OWN})"
            f" OR ({alias}.cube & 32 = 0 AND {alias}.case_id = ANY ({_IN_SIGHT}))"
            f" OR {alias}.exhibit_id = ANY ({_GRANTED})))")


def of_exhibit(alias: str = "e") -> str:
    """Return the predicate for an exhibit: its case in sight and not narrowed away, or granted alone."""
    return (f"({alias}.withdrawn_at IS NULL AND ({alias}.case_id = ANY ({_OWN})"
            f" OR (NOT {alias}.narrowed AND {alias}.case_id = ANY ({_IN_SIGHT}))"
            f" OR {alias}.id = ANY ({_GRANTED})))")
