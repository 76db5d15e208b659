"""Brings the database of an older Clew to this one's revision, never without a word about a backup."""

from clew.kernel.errors import Refused
from clew.kernel.settings import Settings, settings
from clew.store import postgres
from clew.store.migrate import migrate, newest, revision


def upgrade(at: Settings | None = None, *, backed_up: bool) -> tuple[str | None, str]:
    """Migrate to the newest revision and return (former, present).

    Raises Refused when there is something to migrate and `backed_up` is False: there is no way back but
    a backup. Stop `clew serve` and `clew work` of the older version first.
    """
    at = at or settings()
    postgres.ensure(at)
    former = revision(at)
    if former is not None and former != newest() and not backed_up:
        raise Refused("This upgrade changes the database and cannot be undone. Make a backup first "
                      "(`clew backup FOLDER`), then run `clew upgrade --backed-up`.")
    return former, migrate(at)
