"""The foundation: every table, policy and function of the first release."""

from clew.store.jobs.queue import install_statement
from clew.store.sql_files import run_sql, run_sql_files

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the queue's tables by its own library, then run the SQL files of this revision."""
    run_sql(install_statement(), "the queue's tables")
    run_sql_files(revision)
