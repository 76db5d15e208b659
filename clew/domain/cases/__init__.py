"""Cases and who may know of them."""
