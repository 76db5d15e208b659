"""The index of vectors: the entries with the highest inner products, the same ones that brute force finds."""
