"""Proves the log: what is read anew, what it is compared with, and what is found. Nothing here writes."""
