"""Clew: the open platform for finding and rescuing child victims across countries."""

__version__ = "0.1.0"
