"""Describing what arrives, matching it against everything, and searching with a file."""
