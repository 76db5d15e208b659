"""Exact indexes over signals: each only a faster way to the pairs that brute force finds, never fewer."""
