"""Exact indexes over signals; a faster way to the pairs that compare() decides."""
