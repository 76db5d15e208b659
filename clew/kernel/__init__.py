"""The five ideas and their plumbing: no I/O, standard library and pydantic-settings only."""
