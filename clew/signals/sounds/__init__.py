"""Parts of the sound matcher: what is heard when, kept in few bits, and how two such prints lie over each other."""
