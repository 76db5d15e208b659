"""A node is backed up while it runs, lost, and restored whole; damage is found before it is trusted."""

import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clew.kernel.errors import BadInput, ClewError, Conflict, Refused, Unavailable
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.backup import Manifest, backup, copy_keys, restore, upgrade
from clew.store.blobs import Blobs, LocalFolder
from clew.store.migrate import newest, revision
from tests.database import TestServer

OBJECT_KEY = b"k" * 32
CONTENTS = [b"", b"harmless", bytes(range(256)) * 9000]


def own_keys(at: Settings, folder: Path) -> Settings:
    """Return the same settings with a keys folder of their own, as the server's is shared by all tests."""
    folder.mkdir()
    for login in postgres.LOGINS:
        (folder / f"{login}.password").write_text((at.keys / f"{login}.password").read_text())
    (folder / "master.key").write_text("master secret")
    (folder / "object.key").write_text("object secret")
    return at.model_copy(update={"keys": folder})


@pytest.fixture
def node(database: Settings, tmp_path: Path) -> Settings:
    """Return a node with three objects in the vault, a signed head and a running session's rows."""
    at = own_keys(database, tmp_path / "keys")
    blobs = Blobs(LocalFolder(Path(at.blob_place)), OBJECT_KEY)
    for content in CONTENTS:
        add(at, blobs, content)
    at.heads_path.write_text('{"size": 1}\n')
    return at


def add(at: Settings, blobs: Blobs, content: bytes) -> str:
    stored = blobs.put([content])
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as conn:
        conn.execute("INSERT INTO clew.media (id, sha256, sha1, md5, size, object_name) "
                     "VALUES (%s, %s, '', '', %s, %s)", [uuid.uuid4(), stored.sha256, len(content), stored.object_name])
        conn.execute("INSERT INTO clew.signals (media_id, matcher, version, value, quality, xid) "
                     "SELECT id, 'test', 1, '', 0, '999999999999' FROM clew.media WHERE object_name = %s",
                     [stored.object_name])
    return stored.object_name


@pytest.fixture
def empty(server: TestServer, tmp_path: Path) -> Iterator[Settings]:
    """Return a new machine: an empty database, no home, no keys but the database's passwords."""
    with server.database(tmp_path / "new-home", template="template0") as at:
        yield own_keys(at, tmp_path / "new-keys").model_copy(update={"home": tmp_path / "new-home"})


def rows(at: Settings, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as conn:
        return conn.execute(query.encode()).fetchall()


def test_a_lost_node_comes_back_whole(node: Settings, empty: Settings, tmp_path: Path) -> None:
    made = backup(tmp_path / "backup", node)
    assert (made.objects, made.missing, made.rows["media"], made.revision) == (3, 0, 3, newest())
    done = restore(tmp_path / "backup", empty)
    assert done.objects == 3
    media = "SELECT id, sha256, size, object_name FROM clew.media ORDER BY id"
    assert rows(empty, media) == rows(node, media)
    there, here = LocalFolder(Path(empty.blob_place)), LocalFolder(Path(node.blob_place))
    listed = [[(one.name, one.sealed_size) for one in place.found()] for place in (there, here)]
    assert listed[0] == listed[1]
    assert empty.heads_path.read_text() == '{"size": 1}\n'
    assert revision(empty) == newest()


def test_the_restored_node_keeps_its_walls(node: Settings, empty: Settings, tmp_path: Path) -> None:
    backup(tmp_path / "backup", node)
    restore(tmp_path / "backup", empty)
    walls = """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl::text, pg_get_userbyid(c.relowner)
        FROM pg_class c WHERE c.relnamespace = 'clew'::regnamespace ORDER BY 1"""
    policies = "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2"
    functions = """SELECT proname, proacl::text, prosecdef, pg_get_userbyid(proowner) FROM pg_proc
        WHERE pronamespace = 'clew'::regnamespace ORDER BY 1, pg_get_function_identity_arguments(oid)"""
    for query in (walls, policies, functions):
        assert rows(empty, query) == rows(node, query)
        assert rows(node, query)


def test_no_row_waits_for_a_transaction_number_of_the_old_server(
        node: Settings, empty: Settings, tmp_path: Path) -> None:
    backup(tmp_path / "backup", node)
    restore(tmp_path / "backup", empty)
    late = "SELECT count(*) FROM clew.signals WHERE xid >= pg_current_xact_id()"
    assert rows(node, late) == [(3,)]
    assert rows(empty, late) == [(0,)]


def test_a_second_backup_adds_what_is_new_and_drops_what_was_erased(node: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    backup(folder, node)
    blobs = Blobs(LocalFolder(Path(node.blob_place)), OBJECT_KEY)
    before = {path: path.stat().st_mtime_ns for path in (folder / "blobs").rglob("*") if len(path.name) == 64}
    erased = rows(node, "SELECT object_name FROM clew.media WHERE size = 8")[0][0]
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, node)) as conn:
        conn.execute("DELETE FROM clew.signals WHERE media_id IN (SELECT id FROM clew.media WHERE size = 8)")
        conn.execute("DELETE FROM clew.media WHERE size = 8")
    blobs.drop(str(erased))
    new = add(node, blobs, b"new")
    made = backup(folder, node)
    after = {path: path.stat().st_mtime_ns for path in (folder / "blobs").rglob("*") if len(path.name) == 64}
    assert made.objects == 3
    assert {path.name for path in after} == {path.name for path in before} - {erased} | {new}
    assert all(after[path] == before[path] for path in after.keys() & before.keys())


def test_an_object_lost_by_the_node_is_counted(node: Settings, tmp_path: Path) -> None:
    lost = str(rows(node, "SELECT object_name FROM clew.media WHERE size = 8")[0][0])
    LocalFolder(Path(node.blob_place)).drop(lost)
    assert backup(tmp_path / "backup", node).missing == 1


def test_a_backup_holds_no_key_and_nobody_else_may_read_it(node: Settings, tmp_path: Path) -> None:
    backup(tmp_path / "backup", node)
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in (".key", ".password")]
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    everything = b"".join(path.read_bytes() for path in files)
    for secret in node.keys.iterdir():
        assert secret.read_bytes() not in everything


@pytest.mark.parametrize("damage", ["database.dump", "objects.txt", "blob", "manifest.json"])
def test_damage_is_found_and_nothing_is_restored(
        node: Settings, empty: Settings, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "backup"
    backup(folder, node)
    victim = folder / damage
    if damage == "blob":
        victim = max((folder / "blobs").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(b"" if damage == "manifest.json" else content)
    with pytest.raises(ClewError, match="backup"):
        restore(folder, empty)
    assert revision(empty) is None
    assert rows(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'clew'") == [(0,)]


def test_rows_that_differ_from_the_manifest_are_reported(node: Settings, empty: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    made = backup(folder, node)
    Manifest(**(vars(made) | {"rows": made.rows | {"media": 4}})).write(folder)
    with pytest.raises(Unavailable, match="media"):
        restore(folder, empty)


def test_an_interrupted_backup_is_none(node: Settings, empty: Settings, tmp_path: Path) -> None:
    backup(tmp_path / "backup", node)
    (tmp_path / "backup" / "manifest.json").unlink()
    with pytest.raises(BadInput, match="no complete backup"):
        restore(tmp_path / "backup", empty)


def test_a_node_in_use_is_not_overwritten(node: Settings, tmp_path: Path) -> None:
    backup(tmp_path / "backup", node)
    with pytest.raises(Conflict):
        restore(tmp_path / "backup", node)


def test_backups_stay_out_of_the_nodes_own_folders(node: Settings, tmp_path: Path) -> None:
    for folder in (node.home, node.home / "b", node.keys, tmp_path, Path(node.blob_place) / "b"):
        with pytest.raises(BadInput):
            backup(folder, node)


def test_a_policy_that_hides_rows_from_the_backup_stops_it(node: Settings, tmp_path: Path) -> None:
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, node)) as conn:
        conn.execute("CREATE TABLE clew.hidden (a int)")
        conn.execute("ALTER TABLE clew.hidden ENABLE ROW LEVEL SECURITY")
        conn.execute("ALTER TABLE clew.hidden FORCE ROW LEVEL SECURITY")
    with pytest.raises(Unavailable, match="hidden"):
        backup(tmp_path / "backup", node)
    assert not (tmp_path / "backup" / "manifest.json").exists()


def test_keys_go_apart_and_come_back(node: Settings, empty: Settings, tmp_path: Path) -> None:
    backup(tmp_path / "backup", node)
    with pytest.raises(BadInput):
        copy_keys(tmp_path / "backup" / "keys", node)
    assert copy_keys(tmp_path / "safe", node) == 2
    assert copy_keys(tmp_path / "safe", node) == 2
    assert sorted(path.name for path in (tmp_path / "safe").iterdir()) == ["master.key", "object.key"]
    for key in empty.keys.glob("*.key"):
        key.unlink()
    assert restore(tmp_path / "backup", empty, keys_folder=tmp_path / "safe").keys == 2
    assert (empty.keys / "master.key").read_text() == "master secret"
    (node.keys / "master.key").write_text("another")
    with pytest.raises(Conflict):
        copy_keys(tmp_path / "safe", node)


def test_an_upgrade_asks_for_a_backup_only_when_it_changes_something(
        node: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert upgrade(node, backed_up=False) == (newest(), newest())
    monkeypatch.setitem(upgrade.__globals__, "newest", lambda: "9999")
    with pytest.raises(Refused, match="clew backup"):
        upgrade(node, backed_up=False)
    assert upgrade(node, backed_up=True)[0] == revision(node)
