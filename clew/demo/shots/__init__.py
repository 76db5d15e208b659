"""What is taken of the places and made of it: stills, films, sounds, and the edits that copies go through."""
