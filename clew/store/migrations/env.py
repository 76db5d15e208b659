"""Run by Alembic: uses the connection that `clew.store.migrate` hands over, and no other."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="clew",
                  transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
