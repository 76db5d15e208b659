"""What a backup holds, written last: a folder without a manifest is no backup."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from clew.kernel.errors import BadInput
from clew.store.blobs.local import flush_folder

MANIFEST, DUMP, HEADS, OBJECTS, BLOBS = "manifest.json", "database.dump", "heads.jsonl", "objects.txt", "blobs"


@dataclass(frozen=True)
class Manifest:
    """Counts and hashes of one backup. `missing`: objects the database names that were nowhere to copy from."""

    made_at: str
    clew: str
    revision: str
    dump_sha256: str
    objects_sha256: str
    objects: int
    object_bytes: int
    rows: dict[str, int] = field(default_factory=dict)
    missing: int = 0

    def write(self, folder: Path) -> None:
        """Put the manifest in place, durably: from now on the folder is a backup."""
        write_durably(folder / MANIFEST, json.dumps(asdict(self), indent=1, sort_keys=True).encode())

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Return the manifest of a backup. Raises BadInput when there is none."""
        try:
            return cls(**json.loads((folder / MANIFEST).read_text()))
        except (OSError, ValueError, TypeError):
            raise BadInput("This folder is no complete backup: it has no readable manifest. A backup that was "
                           "interrupted is finished by running it again into the same folder.") from None


def write_durably(path: Path, content: bytes) -> None:
    """Write a 0600 file beside, flush it, and rename it into place."""
    draft = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    flush_folder(path.parent)


def sha256_of(path: Path) -> str:
    """Return the hash of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
