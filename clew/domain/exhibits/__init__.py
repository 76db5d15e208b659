"""Contributions, files and exhibits: how material enters a case and is shown safely."""
