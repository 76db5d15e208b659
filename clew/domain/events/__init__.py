"""The record of events, for administrators and auditors; never content."""
