"""Archives: whole members come out, hostile ones are refused with a reason and the rest go on."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable

import py7zr
import pytest

from clew.kernel.errors import Refused
from clew.media import limits
from clew.media.inside import jobs
from clew.media.members import Budget, receive
from clew.media.sandbox import Sandbox
from clew.media.wire import Inbox
from tests.media.conftest import run_here
from tests.media.made import picture

Listing = list[tuple[str, bytes | None, str | None]]
Unpack = Callable[[bytes], Listing]


def here(data: bytes) -> Listing:
    """Take one archive apart in this process (no nesting)."""
    def take(inbox: Inbox) -> Listing:
        found: Listing = []
        seen: set[str] = set()
        budget = Budget(len(data))
        while (member := receive(inbox, seen, budget)) is not None:
            found.append((member.name, member.file and member.file.read(), member.refused))
            if member.file:
                member.file.close()
        return found

    return run_here(jobs.unpack, data, take, {})  # type: ignore[no-any-return]


@pytest.fixture(params=["caged", "plain"])
def unpack(request: pytest.FixtureRequest, sandbox: Sandbox) -> Unpack:
    if request.param == "plain":
        return here
    return lambda data: [(found.name, found.file and found.file.read(), found.refused)
                         for found in sandbox.unpack(data)]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w", *odd: tarfile.TarInfo) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in odd:
            archive.addfile(info)
    return held.getvalue()


def sevened(members: dict[str, bytes], password: str | None = None) -> bytes:
    held = io.BytesIO()
    with py7zr.SevenZipFile(held, "w", password=password) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return held.getvalue()


GOOD = {"a.jpg": picture("JPEG"), "Été/ب.png": picture("PNG"), "empty": b"", "big.bin": os.urandom(3_000_000)}


@pytest.mark.parametrize("data", [
    zipped(GOOD), zipped(GOOD, zipfile.ZIP_STORED), zipped(GOOD, zipfile.ZIP_LZMA), zipped(GOOD, zipfile.ZIP_BZIP2),
    tarred(GOOD), tarred(GOOD, "w:gz"), tarred(GOOD, "w:bz2"), tarred(GOOD, "w:xz"), sevened(GOOD),
], ids=["zip", "stored", "lzma", "bzip2", "tar", "tar.gz", "tar.bz2", "tar.xz", "7z"])
def test_every_member_comes_out_whole(unpack: Unpack, data: bytes) -> None:
    found = unpack(data)
    assert {name: content for name, content, _ in found} == GOOD
    assert all(refused is None for *_, refused in found)


HOSTILE = {"../up.jpg": b"x", "/etc/cron.d/x": b"x", "a/../../b": b"x", "tab\there": b"x"}


def test_odd_names_are_refused_and_the_rest_go_on(unpack: Unpack) -> None:
    for data in (zipped(HOSTILE | {"good.txt": b"good"}), tarred(HOSTILE | {"good.txt": b"good"})):
        found = unpack(data)
        assert [(name, content) for name, content, _ in found if content is not None] == [("good.txt", b"good")]
        assert len(found) == 5
        assert all(refused for _, content, refused in found if content is None)


def test_backslashes_and_nul_in_zip_names_are_seen(unpack: Unpack) -> None:
    data = zipped({"aXb.txt": b"1", "cYd.txt": b"2", "good": b"3"})
    found = unpack(data.replace(b"aXb.txt", b"a\\b.txt").replace(b"cYd.txt", b"c\0d.txt"))
    assert [content for _, content, _ in found] == [None, None, b"3"]


def test_links_and_devices_are_refused(unpack: Unpack) -> None:
    odd = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        info = tarfile.TarInfo(f"odd{kind!r}")
        info.type, info.linkname = kind, "/etc/passwd"
        odd.append(info)
    found = unpack(tarred({"good": b"1"}, "w", *odd))
    assert [refused and refused[:12] for *_, refused in found] == [None] + ["It is a link"] * 5
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert unpack(held.getvalue())[0][1:] == (None, "It is a link or a device, not a file.")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_given_twice_counts_once(unpack: Unpack) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a", "first")
        archive.writestr("a", "second")
    first, second = unpack(held.getvalue())
    assert first[1] == b"first" and second[1] is None and second[2] and "twice" in second[2]


def test_a_locked_member_is_refused(unpack: Unpack) -> None:
    data = bytearray(zipped({"a": b"secret", "b": b"open"}, zipfile.ZIP_STORED))
    data[6] |= 1  # the flag in the first local header
    at = data.index(b"PK\1\2")
    data[at + 8] |= 1
    first, second = unpack(bytes(data))
    assert first[1] is None and first[2] and "password" in first[2]
    assert second == ("b", b"open", None)


def test_a_locked_7z_is_refused(unpack: Unpack) -> None:
    with pytest.raises(Refused, match="password"):
        unpack(sevened({"a": b"x" * 100}, "secret"))


def test_a_damaged_member_is_refused_and_the_rest_go_on(unpack: Unpack) -> None:
    data = bytearray(zipped({"a": b"abc" * 100, "b": b"good"}, zipfile.ZIP_STORED))
    data[50] ^= 0xFF
    first, second = unpack(bytes(data))
    assert first[1] is None and first[2] and "damaged" in first[2]
    assert second[1] == b"good"


@pytest.mark.parametrize("data", [
    zipped(GOOD)[:-30], sevened(GOOD)[:-30], b"PK\3\4" + bytes(100), b"\x1f\x8b\x08" + bytes(50)])
def test_a_cut_off_archive_is_refused(unpack: Unpack, data: bytes) -> None:
    with pytest.raises(Refused):
        unpack(data)


def read_of(sandbox: Sandbox, data: bytes) -> Listing:
    """Return the members that came although the archive was refused in the end."""
    came: Listing = []
    with pytest.raises(Refused, match="What could be read of it was taken"):
        for found in sandbox.unpack(data):
            came.append((found.name, found.file and found.file.read(), found.refused))
    return came


MEMBERS = {"m0": b"a" * 600, "m1": b"b" * 600, "m2": b"c" * 600}
SECOND = 512 + 1024  # where the second header of these stands


def test_what_stands_behind_a_damaged_header_of_a_tar_is_found_and_the_damage_told(sandbox: Sandbox) -> None:
    data = bytearray(tarred(MEMBERS))
    data[SECOND + 150] ^= 0xFF
    assert [name for name, _, _ in read_of(sandbox, bytes(data))] == ["m0", "m2"]


@pytest.mark.parametrize("left", [2 * SECOND + 100, 2 * SECOND])
def test_a_tar_cut_off_in_or_before_a_header_is_told(sandbox: Sandbox, left: int) -> None:
    assert [name for name, _, _ in read_of(sandbox, tarred(MEMBERS)[:left])] == ["m0", "m1"]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_two_tars_in_a_row_give_the_members_of_both(unpack: Unpack, mode: str) -> None:
    data = tarred({"a": b"1"}, mode) + tarred({"b": b"2"}, mode)
    assert [(name, content) for name, content, _ in unpack(data)] == [("a", b"1"), ("b", b"2")]


def test_a_zip_entry_named_like_a_folder_keeps_its_bytes_or_says_why(unpack: Unpack) -> None:
    [(name, content, refused)] = unpack(zipped({"photo.jpg/": b"bytes", "folder/": b""}))
    assert name.startswith("photo.jpg") and (content == b"bytes" or refused)


def test_an_empty_archive_in_an_archive_is_told(sandbox: Sandbox) -> None:
    [found] = list(sandbox.unpack(zipped({"in.zip": zipped({})})))
    assert found.name == "in.zip" and "holds no files" in str(found.refused)


def test_a_file_that_is_no_archive_is_refused(unpack: Unpack) -> None:
    with pytest.raises(Refused):
        unpack(picture("PNG"))


def test_archives_in_archives_are_walked_to_a_depth(sandbox: Sandbox) -> None:
    data = zipped({"deep.txt": b"x"})
    for level in range(limits.NESTING):
        data = zipped({f"{level}.zip": data, "beside.txt": b"y"})
    found = {found.name: found.refused for found in sandbox.unpack(data)}
    assert found["beside.txt"] is None and found["2.zip!/1.zip!/beside.txt"] is None
    assert "levels deep" in str(found["2.zip!/1.zip!/0.zip"])
    broken = {found.name: found.refused for found in sandbox.unpack(zipped({"in.zip": b"PK\3\4nonsense", "z": b"1"}))}
    assert broken["z"] is None and "damaged" in str(broken["in.zip"])


def test_a_swelling_archive_is_stopped(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RATIO_FROM", 1 << 20)
    bomb = zipped({"bomb": bytes(8 << 20), "z": b"1"})
    with pytest.raises(Refused, match="swells"):
        list(sandbox.unpack(bomb))
    with pytest.raises(Refused, match="swells"):
        list(sandbox.unpack(zipped({"inner.zip": bomb})))


def test_too_many_members_are_stopped(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMBERS", 10)
    with pytest.raises(Refused, match="too much"):
        list(sandbox.unpack(zipped({str(number): b"" for number in range(11)})))


def test_stopping_half_way_leaves_nothing_running(sandbox: Sandbox) -> None:
    walk = sandbox.unpack(zipped(GOOD))
    assert next(walk).name == "a.jpg"
    walk.close()  # type: ignore[attr-defined]
    assert sandbox.open(picture("PNG")).kind == "picture"


def test_a_member_can_be_opened_while_unpacking(sandbox: Sandbox) -> None:
    opened = [sandbox.open(found.file).media_type for found in sandbox.unpack(zipped(GOOD))
              if found.file and found.name.endswith(("jpg", "png"))]
    assert opened == ["image/jpeg", "image/png"]
