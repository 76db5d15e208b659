"""Imagined places: rooms, streets, things and what is printed on them, their light, and the camera that sees them."""
