"""When a contribution is withdrawn: what another contribution of the case brought as well stays, as that one's exhibit."""

import uuid

from clew.kernel import ids
from clew.kernel.ids import CaseId, ContributionId
from clew.store.db import Work
from clew.store.jobs import enqueue

_HEIRS = """
    SELECT DISTINCT ON (e.id) e.id AS former, e.media_id, e.narrowed, f.id AS file, f.contribution_id, f.path
    FROM clew.exhibits e JOIN clew.files f ON f.exhibit_id = e.id AND f.contribution_id <> e.contribution_id
    JOIN clew.contributions k ON k.id = f.contribution_id AND k.withdrawn_at IS NULL
    WHERE e.contribution_id = :id AND e.withdrawn_at IS NULL ORDER BY e.id, f.id"""


def keep_still(work: Work, case_id: CaseId | uuid.UUID) -> None:
    """Let no contribution of this case be withdrawn until this transaction ends; several may hold on at a time."""
    work.rows("SELECT pg_advisory_xact_lock_shared(hashtextextended(:case, 0))", {"case": f"clew case {case_id}"})


def take_back(work: Work, case_id: CaseId, contribution_id: ContributionId) -> int:
    """Withdraw the exhibits of a contribution and hand on what others brought as well; return how many are gone.

    Waits for files that are being added, so that none slips in behind the withdrawal.
    """
    work.rows("SELECT pg_advisory_xact_lock(hashtextextended(:case, 0))", {"case": f"clew case {case_id}"})
    heirs = work.rows(_HEIRS, {"id": contribution_id})
    gone = work.changed("UPDATE clew.exhibits SET withdrawn_at = now() WHERE contribution_id = :id "
                        "AND withdrawn_at IS NULL", {"id": contribution_id})
    for heir in heirs:
        exhibit = ids.random()
        work.write("INSERT INTO clew.exhibits (id, case_id, contribution_id, media_id, path, narrowed) VALUES "
                   "(:id, :case, :contribution, :media, :path, :narrowed)",
                   {"id": exhibit, "case": case_id, "contribution": heir.contribution_id, "media": heir.media_id,
                    "path": heir.path, "narrowed": heir.narrowed})
        work.write("INSERT INTO clew.exhibit_grants SELECT :exhibit, g.agency_id FROM clew.exhibit_grants g "
                   "WHERE g.exhibit_id = :former", {"exhibit": exhibit, "former": heir.former})
        work.write("UPDATE clew.files SET exhibit_id = :exhibit WHERE exhibit_id = :former "
                   "AND contribution_id <> :id", {"exhibit": exhibit, "former": heir.former, "id": contribution_id})
        # Opened anew as its own file: the withdrawn one may not have been, and an archive's members went with it.
        work.write("UPDATE clew.files SET status = 'waiting', reason = '', matched = false, done_at = NULL "
                   "WHERE id = :file", {"file": heir.file})
        enqueue(work.conn, "describe", {"file": str(heir.file)}, about=str(heir.contribution_id))
    return gone - len(heirs)
