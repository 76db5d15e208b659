"""Learned models by card: which there are, which one is on at this node, and how it is run. Nothing is downloaded here."""
