"""The synthetic demo world: harmless rooms, streets, things, films and sounds; nothing in it shows a person."""
