"""Names of members of an archive: which are taken, and why others are not. Never used as a path of ours."""

from clew.media import limits

_RESERVED = {".", ".."}


def fault(name: str) -> str | None:
    """Return the word for what is wrong with a member's name, None when it is a plain relative path.

    Names are judged as they stand and never mended: `tarfile.data_filter`, say, accepts /etc/passwd
    by stripping the slash, and so hides that the archive was made to do harm.
    """
    if not name or len(name) > limits.NAME_CHARACTERS:
        return "name_length"
    if not name.isprintable():  # control characters, lone surrogates, direction marks
        return "name_characters"
    if "\\" in name or ":" in name[:2] or name.startswith(("/", "~")):
        return "name_path"
    parts = name.split("/")
    if any(part in _RESERVED for part in parts) or "" in parts[:-1]:
        return "name_path"
    return None


def shown(name: str) -> str:
    """Return `name` fit to be shown: printable, bounded."""
    text = "".join(c if c.isprintable() else "�" for c in name[: limits.NAME_CHARACTERS])
    return text or "(no name)"
