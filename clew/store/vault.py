"""The node's keys and sealed content together, opened once a process; nothing else reads the key files."""

from clew.kernel.settings import Settings, settings
from clew.store.blobs import Blobs, open_place
from clew.store.keys import KeyRing
from clew.store.uploads import Uploads


class Vault:
    """Key ring, sealed objects and uploads under way of one node."""

    def __init__(self, at: Settings) -> None:
        self.keyring = KeyRing.open(at.keys, data=at.home)
        place = open_place(at.blob_place, spool=at.home / "spool", secret_file=at.blobs_secret_file)
        self.blobs = Blobs(place, self.keyring.object_key)
        self.uploads = Uploads(at.home / "uploads", self.keyring)


_open: dict[Settings, Vault] = {}


def vault() -> Vault:
    """Return the process's vault, by the process's settings."""
    at = settings()
    if at not in _open:
        _open.setdefault(at, Vault(at))
    return _open[at]
