"""Alembic's folder: revisions in versions/, and their plain SQL in sql/<revision>/."""
