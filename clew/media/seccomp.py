"""Filters of system calls as BPF programs (seccomp(2)), built by hand: what a reader may ask the kernel.

Runs on both sides of the sandbox; imports nothing but the standard library.
"""

import ctypes
import errno
import platform
import struct

# name -> (x86_64, aarch64); None where the machine has no such call
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "poll": (7, None),
    "lseek": (8, 62), "stat": (4, None),
    "lstat": (6, None), "getcwd": (79, 17), "readlink": (89, None), "readlinkat": (267, 78),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "pread64": (17, 67),
    "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124), "mremap": (25, 216),
    "madvise": (28, 233), "dup": (32, 23), "nanosleep": (35, 101), "getpid": (39, 172), "socket": (41, 198),
    "connect": (42, 203), "accept": (43, 202), "bind": (49, 200), "listen": (50, 201),
    "socketpair": (53, 199), "clone": (56, 220), "fork": (57, None), "vfork": (58, None),
    "execve": (59, 221), "exit": (60, 93), "uname": (63, 160), "fcntl": (72, 25), "gettimeofday": (96, 169),
    "getrusage": (98, 165), "sysinfo": (99, 179), "ptrace": (101, 117), "syslog": (103, 116),
    "sigaltstack": (131, 132), "personality": (135, 92), "pivot_root": (155, 41), "prctl": (157, 167),
    "chroot": (161, 51), "acct": (163, 89), "settimeofday": (164, 170), "mount": (165, 40),
    "umount2": (166, 39), "swapon": (167, 224), "reboot": (169, 142), "init_module": (175, 105),
    "delete_module": (176, 106), "quotactl": (179, 60), "gettid": (186, 178), "time": (201, None),
    "futex": (202, 98), "sched_getaffinity": (204, 123), "restart_syscall": (219, 128),
    "clock_settime": (227, 112), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "exit_group": (231, 94), "tgkill": (234, 131), "kexec_load": (246, 104),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "newfstatat": (262, 79),
    "unshare": (272, 97), "set_robust_list": (273, 99), "accept4": (288, 242),
    "perf_event_open": (298, 241), "prlimit64": (302, 261), "open_by_handle_at": (304, 265),
    "setns": (308, 268), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "finit_module": (313, 273), "getrandom": (318, 278), "kexec_file_load": (320, 294),
    "bpf": (321, 280), "execveat": (322, 281), "userfaultfd": (323, 282), "membarrier": (324, 283),
    "rseq": (334, 293), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "clone3": (435, 435), "pidfd_getfd": (438, 438), "mount_setattr": (442, 442),
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

# Nothing in the sandbox, its warm parent included, ever needs these.
NEVER = (
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "ptrace", "process_vm_readv",
    "process_vm_writev", "kcmp", "pidfd_getfd", "mount", "umount2", "pivot_root", "chroot", "open_tree",
    "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "unshare", "setns", "keyctl",
    "add_key", "request_key", "bpf", "userfaultfd", "perf_event_open", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
    "open_by_handle_at", "personality", "quotactl", "reboot", "swapon", "acct", "settimeofday",
    "clock_settime", "syslog",
)
# All that a reader of one file may do: compute, take memory, start threads, read and write what it holds.
READER = (
    "read", "write", "readv", "writev", "pread64", "lseek", "close", "fstat", "newfstatat", "dup", "fcntl",
    "poll", "munmap", "mremap", "madvise", "brk", "futex", "set_robust_list", "rseq", "exit", "exit_group",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "gettid", "getpid", "clock_gettime",
    "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getrandom", "sched_yield",
    "sched_getaffinity", "getrusage", "stat", "lstat", "getcwd", "readlink", "readlinkat",
    "sysinfo", "uname", "restart_syscall", "membarrier",
)

_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded once: each reader installs its filter first
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020080  # every CLONE_NEW* flag: namespaces
_PROT_EXEC = 4
_PR_SET_NAME = 15

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000

Step = tuple[int, int, int, int]
_EPERM: Step = (_RETURN, 0, 0, _ERROR | errno.EPERM)
_YES: Step = (_RETURN, 0, 0, _ALLOW)


def supported() -> bool:
    """Return whether filters are known for this processor."""
    return platform.machine() in _MACHINES


def warm_filter() -> bytes:
    """Return the program for bubblewrap: everything but NEVER, no new namespaces, no clone3."""
    steps = [_on(name, [_EPERM]) for name in NEVER]
    steps.append(_on("clone", [(_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _CLONE_NEW), _EPERM, _YES]))
    return _program(steps, _YES)


def reader_filter() -> bytes:
    """Return the program for a reader: READER, threads but no processes, no code made at run time."""
    steps = [_on(name, [_YES]) for name in READER]
    # A thread shares the process; without the flag it would be a fork.
    steps.append(_on("clone", [(_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _CLONE_THREAD), _YES, _EPERM]))
    for name in ("mmap", "mprotect"):
        steps.append(_on(name, [(_LOAD, 0, 0, 32), (_ANY_BIT, 0, 1, _PROT_EXEC), _EPERM, _YES]))
    steps.append(_on("prctl", [(_LOAD, 0, 0, 16), (_EQUAL, 0, 1, _PR_SET_NAME), _YES, _EPERM]))
    # Limits may be read, never set: both halves of the pointer to new ones must be 0.
    steps.append(_on("prlimit64", [(_LOAD, 0, 0, 32), (_EQUAL, 0, 3, 0), (_LOAD, 0, 0, 36), (_EQUAL, 0, 1, 0),
                                   _YES, _EPERM]))
    return _program(steps, _EPERM)


def install(program: bytes) -> None:
    """Bind this process and all it starts to `program`, for good."""
    held = ctypes.create_string_buffer(program, len(program))
    packed = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    if _LIBC.prctl(38, 1, 0, 0, 0) or _LIBC.prctl(22, 2, packed, 0, 0):  # NO_NEW_PRIVS, SET_SECCOMP FILTER
        raise OSError(ctypes.get_errno(), "The system call filter could not be set.")


def _on(name: str, then: list[Step]) -> list[Step]:
    """If the call is `name`, run `then` (which ends in a return); else go on. The number is loaded."""
    number = _NUMBERS[name][_MACHINES[platform.machine()][0]]
    return [] if number is None else [(_EQUAL, 0, len(then), number), *then]


def _program(steps: list[list[Step]], otherwise: Step) -> bytes:
    """Assemble: right processor or death, no x32 calls, clone3 unknown (so that libc uses clone)."""
    program: list[Step] = [
        (_LOAD, 0, 0, 4), (_EQUAL, 1, 0, _MACHINES[platform.machine()][1]), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0), (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL),
        *_on("clone3", [(_RETURN, 0, 0, _ERROR | errno.ENOSYS)]),
        *(step for block in steps for step in block), otherwise,
    ]
    return b"".join(struct.pack("HBBI", *step) for step in program)
