"""Backup, restore and upgrade of a whole node. Keys go to a folder of their own or nowhere: a backup opens nothing.

Dump first, objects second: an object is written before the row that names it and never changes, so what
the dump names is there to be copied, unless it was erased in between.
"""

from clew.store.backup.keys_copy import copy_keys
from clew.store.backup.make import backup
from clew.store.backup.manifest import Manifest
from clew.store.backup.restore import Restored, restore
from clew.store.backup.upgrade import upgrade

__all__ = ["Manifest", "Restored", "backup", "copy_keys", "restore", "upgrade"]
