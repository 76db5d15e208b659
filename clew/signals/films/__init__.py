"""Films laid over each other: at which speed and moment, and what moves in them."""
