"""Index of sounds: pairs of peaks as numbers, where they stand, and votes for the moments two sounds have in common."""
