"""One matcher per file: describe() yields signals, compare() yields a score."""
