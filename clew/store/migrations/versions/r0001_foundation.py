"""The foundation: every table, policy and function of the first release."""

from clew.store.sql_files import run_sql_files

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the SQL files of this revision."""
    run_sql_files(revision)
