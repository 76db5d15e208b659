"""Stands in for a decoder that an attacker has taken over; runs only in the sandbox of the tests."""

import ctypes
import mmap
import os
import resource
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from clew.media import wire
from clew.media.inside import warm

LIBC = ctypes.CDLL(None, use_errno=True)
_ = (socket.socket, subprocess.Popen, mmap.mmap)  # loaded before hands are bound


def call(name: str, *arguments: Any) -> None:
    """Call libc and raise what it says."""
    if getattr(LIBC, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def system_call(number: int) -> None:
    if LIBC.syscall(number, 0, 0, 0, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), str(number))


def fork_bomb() -> None:
    while os.fork():
        pass
    os._exit(0)


def run_code_from_data() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def read(path: str) -> None:
    with open(path, "rb") as file:  # noqa: PTH123
        file.read()


def write(path: str) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"x")


def lift_limits() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))


ESCAPES: dict[str, Callable[[int], None]] = {
    "socket": lambda _: socket.socket().close(),
    "unix socket": lambda _: socket.socket(socket.AF_UNIX).close(),
    "socket pair": lambda _: socket.socketpair()[0].close(),
    "netlink": lambda _: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "passwords": lambda _: read("/etc/passwd"),
    "keys": lambda _: read("/home/clew/.config/clew/master.key"),
    "own code": lambda _: read("/code/clew/__init__.py"),
    "processes": lambda _: read("/proc/self/environ"),
    "devices": lambda _: read("/dev/zero"),
    "folder": lambda _: print(os.listdir("/")),  # noqa: PTH208
    "write tmp": lambda _: write("/tmp/x"),
    "write code": lambda _: write("/code/clew/x"),
    "memory file": lambda _: os.close(os.memfd_create("x")),
    "write input": lambda file: print(os.pwrite(file, b"x", 0)),
    "fork": lambda _: fork_bomb(),
    "shell": lambda _: os.execv("/bin/sh", ["sh"]),
    "program": lambda _: subprocess.run(["/usr/bin/true"], check=False) and None,
    "kill warm parent": lambda _: os.kill(os.getppid(), 9),
    "kill all": lambda _: os.kill(-1, 9),
    "ptrace": lambda _: call("ptrace", 16, os.getppid(), 0, 0),
    "read memory": lambda _: call("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0),
    "namespace": lambda _: call("unshare", 0x10000000),
    "mount": lambda _: call("mount", b"none", b"/", b"tmpfs", 0, None),
    "chroot": lambda _: os.chroot("/"),
    "user": lambda _: os.setuid(0),
    "keyring": lambda _: system_call(250),
    "bpf": lambda _: system_call(321),
    "userfaultfd": lambda _: system_call(323),
    "io_uring": lambda _: system_call(425),
    "32 bit call number": lambda _: system_call(0x3FFFFFFF),
    "new code": lambda _: run_code_from_data(),
    "lift limits": lambda _: lift_limits(),
    "undo filter": lambda _: call("prctl", 22, 0, 0, 0, 0),
}


def escape(file: int, answer: int, request: dict[str, Any]) -> None:
    """Try every way out; answer with what each led to."""
    tried = {}
    for name, attempt in ESCAPES.items():
        try:
            attempt(file)
            tried[name] = "succeeded"
        except BaseException as failure:
            tried[name] = type(failure).__name__
    held = [fd for fd in range(256) if _is_open(fd)]
    wire.send(answer, {"tried": tried, "environment": sorted(os.environ), "held": held,
                       "given": [file, answer], "user": os.getpid()})


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def eat_memory(file: int, answer: int, request: dict[str, Any]) -> None:
    held = []
    while True:
        held.append(bytearray(1 << 24))


def spin(file: int, answer: int, request: dict[str, Any]) -> None:
    while True:
        pass


def spin_threads(file: int, answer: int, request: dict[str, Any]) -> None:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


def sleep(file: int, answer: int, request: dict[str, Any]) -> None:
    time.sleep(600)


def crash(file: int, answer: int, request: dict[str, Any]) -> None:
    ctypes.string_at(0)


def leave(file: int, answer: int, request: dict[str, Any]) -> None:
    os._exit(0)


def garbage(file: int, answer: int, request: dict[str, Any]) -> None:
    os.write(answer, b"\xff" * 4096)


def pickle_bomb(file: int, answer: int, request: dict[str, Any]) -> None:
    os.write(answer, b"\0\0\0\x10\0\0\0\0\0\0\0\0cos\nsystem\n(S''\ntR.")


def flood(file: int, answer: int, request: dict[str, Any]) -> None:
    while True:
        wire.send(answer, {"frame": [4, 4], "time": 0.0}, memoryview(bytes(48)))


JOBS = {"escape": escape, "memory": eat_memory, "spin": spin, "threads": spin_threads, "sleep": sleep, "crash": crash,
        "leave": leave, "garbage": garbage, "pickle": pickle_bomb, "flood": flood,
        "fine": lambda file, answer, request: wire.send(answer, {"fine": os.pread(file, 9, 0).decode()})}


def main(control: int) -> None:
    warm.main(control, JOBS)
