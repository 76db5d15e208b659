"""Triage: looking through the exhibits of a case, and saying what each is."""
