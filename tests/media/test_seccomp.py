"""The filters, run step by step as the kernel would: what is allowed and what is not."""

import errno
import platform
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.media import seccomp

ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[platform.machine()]
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def decide(program: bytes, number: int, *arguments: int, architecture: int = ARCHITECTURE) -> int:
    """Run a BPF program over the kernel's `struct seccomp_data`."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(*arguments, *[0] * 6)[:6])
    steps = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    at = value = 0
    while True:
        code, if_true, if_false, k = steps[at]
        at += 1
        if code == 0x20:
            value = struct.unpack_from("<I", data, k)[0]
        elif code == 0x06:
            return int(k)
        else:
            held = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[code]
            at += if_true if held else if_false


def number(name: str) -> int:
    found = seccomp._NUMBERS[name][0 if platform.machine() == "x86_64" else 1]
    assert found is not None
    return found


def test_a_reader_computes_and_answers() -> None:
    rules = seccomp.reader_filter()
    for name in ("read", "write", "mmap", "munmap", "futex", "exit_group", "madvise"):
        assert decide(rules, number(name)) == ALLOW, name


@pytest.mark.parametrize("name", [*seccomp.NEVER, "execve", "execveat", "tgkill"])
def test_a_reader_may_not(name: str) -> None:
    assert decide(seccomp.reader_filter(), number(name)) == ERROR | errno.EPERM


@pytest.mark.parametrize("name", seccomp.NEVER)
def test_the_warm_parent_may_not_either(name: str) -> None:
    assert decide(seccomp.warm_filter(), number(name)) == ERROR | errno.EPERM


def test_threads_yes_processes_and_namespaces_no() -> None:
    clone = number("clone")
    assert decide(seccomp.reader_filter(), clone, 0x3D0F00) == ALLOW  # what pthread_create asks
    assert decide(seccomp.reader_filter(), clone, 0x01200011) == ERROR | errno.EPERM  # what fork asks
    assert decide(seccomp.warm_filter(), clone, 0x01200011) == ALLOW
    for flag in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert decide(seccomp.warm_filter(), clone, flag) == ERROR | errno.EPERM
    for rules in (seccomp.warm_filter(), seccomp.reader_filter()):
        assert decide(rules, number("clone3")) == ERROR | errno.ENOSYS


def test_no_code_made_at_run_time() -> None:
    rules = seccomp.reader_filter()
    for name in ("mmap", "mprotect"):
        assert decide(rules, number(name), 0, 4096, 3) == ALLOW
        assert decide(rules, number(name), 0, 4096, 7) == ERROR | errno.EPERM
        assert decide(rules, number(name), 0, 4096, 4) == ERROR | errno.EPERM


def test_limits_are_read_never_set() -> None:
    rules = seccomp.reader_filter()
    assert decide(rules, number("prlimit64"), 0, 7, 0, 0x7FFF0000) == ALLOW
    assert decide(rules, number("prlimit64"), 0, 7, 0x7FFF0000, 0) == ERROR | errno.EPERM
    assert decide(rules, number("prlimit64"), 0, 7, 0x7FFF_0000_0000, 0) == ERROR | errno.EPERM
    assert decide(rules, number("prctl"), 15) == ALLOW
    assert decide(rules, number("prctl"), 22) == ERROR | errno.EPERM


@given(st.integers(0, 2**32 - 1))
def test_another_architecture_dies(architecture: int) -> None:
    for rules in (seccomp.warm_filter(), seccomp.reader_filter()):
        if architecture != ARCHITECTURE:
            assert decide(rules, 0, architecture=architecture) == KILL


@given(st.integers(0x40000000, 2**32 - 1))
def test_calls_of_the_other_numbering_die(call: int) -> None:
    assert decide(seccomp.reader_filter(), call) == KILL


@given(st.integers(450, 0x3FFFFFFF))
def test_a_call_nobody_knows_is_not_allowed(call: int) -> None:
    assert decide(seccomp.reader_filter(), call) == ERROR | errno.EPERM
