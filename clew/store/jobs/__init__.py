"""Jobs on the same PostgreSQL (pgqueuer): queued in the caller's transaction, run at least once.

A job that a dead worker leaves behind runs again, so a handler must be safe to run twice. Payloads hold
ids only, never content. Handlers and their rights live elsewhere.
"""

from clew.store.jobs.listing import Failed, Tally, counts, failed, pending, retry, stalled
from clew.store.jobs.queue import enqueue, enqueue_many
from clew.store.jobs.run import drain, run
from clew.store.jobs.runner import ATTEMPTS, Handler

__all__ = ["ATTEMPTS", "Failed", "Handler", "Tally", "counts", "drain", "enqueue", "enqueue_many", "failed",
           "pending", "retry", "run", "stalled"]
