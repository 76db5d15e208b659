"""Agencies, officers and sessions."""
