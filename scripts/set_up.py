"""Makes this checkout ready to run or test, with nothing but Python: `python3 scripts/set_up.py run|test`.

Each step leaves a stamp in .venv, so that the next start takes a fraction of a second. Needs root and apt
for system programs only; without them it prints the one line to run and goes on with those functions off.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILT = ROOT / "clew" / "web" / "static" / "built"
OLDEST_NODE = 20
# program -> (Debian's package, what is off without it)
PROGRAMS = {
    "bwrap": ("bubblewrap", "nothing can be opened: ingest refuses every file"),
    "exiftool": ("libimage-exiftool-perl", "camera and place data of files"),
    "fpcalc": ("libchromaprint-tools", "comparison of sounds"),
}
TEST_PROGRAMS = {"chromium": ("chromium", "the tests in a real browser")}


def say(line: str) -> None:
    """Print one line of progress."""
    print(f"[set-up] {line}", flush=True)  # noqa: T201


def run(*command: object, **options: object) -> None:
    """Run a command in the checkout; show its output only when it fails, and stop then."""
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=options.pop("cwd", ROOT), check=False, text=True,  # noqa: S603
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{done.stdout}\n[set-up] failed: {' '.join(words)}")


def digest(*paths: Path) -> str:
    """Return a fingerprint of files by name and content."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def fresh(step: str, mark: str) -> bool:
    """Say whether `step` was done with this fingerprint."""
    stamp = VENV / f".clew-{step}"
    return stamp.exists() and stamp.read_text() == mark


def stamp(step: str, mark: str) -> None:
    """Remember that `step` is done."""
    (VENV / f".clew-{step}").write_text(mark)


def apt(packages: list[str]) -> bool:
    """Install Debian packages when we may; otherwise, or when it fails, return False."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"installing system programs: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (install, ["apt-get", "update", "-q"], install):
        done = subprocess.run(command, check=False, capture_output=True, env=environment,  # noqa: S603
                              stdin=subprocess.DEVNULL)
        if done.returncode == 0 and command is install:
            return True
    return False


def make_venv() -> None:
    """Make .venv with this Python, and python3-venv first where Debian left it out."""
    if fresh("python", sys.version) and PYTHON.exists():
        return
    if PYTHON.exists():
        asked = subprocess.run([PYTHON, "-c", "import sys, pip; print(sys.version)"], check=False,  # noqa: S603
                               capture_output=True, text=True)
        if asked.stdout.strip() == sys.version.strip():
            stamp("python", sys.version)
            return
    say(f"making .venv with Python {platform.python_version()}")
    try:
        import ensurepip  # noqa: F401, PLC0415
    except ImportError:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not apt([package]):
            sys.exit(f"[set-up] Python's venv is missing. Run this line, then start again:\n"
                     f"  sudo apt-get install -y {package}")
    run(sys.executable, "-m", "venv", "--clear", VENV)
    stamp("python", sys.version)


def install_packages(kind: str) -> None:
    """Install the pinned, hash-checked packages of requirements/<kind>.lock, and this checkout on top."""
    lock = ROOT / "requirements" / f"{kind}.lock"
    mark = digest(lock, ROOT / "pyproject.toml")
    if fresh(kind, mark) or (kind == "run" and fresh("test", digest(lock.with_name("test.lock"),
                                                                   ROOT / "pyproject.toml"))):
        return
    say(f"installing the packages of {lock.relative_to(ROOT)} (a few minutes the first time)")
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    stamp(kind, mark)


def node_folder() -> Path:
    """Return the folder with node and npm: the system's when new enough, else the one from the package index."""
    found = shutil.which("npm")
    node = shutil.which("node")
    if found and node:
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        if shown.startswith("v") and int(shown[1:].split(".")[0]) >= OLDEST_NODE:
            return Path(found).parent
    lock = ROOT / "requirements" / "node.lock"
    if not fresh("node", digest(lock)):
        say("installing Node.js into .venv for the front-end build")
        run(PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes",
            "--only-binary", ":all:", "-r", lock)
        stamp("node", digest(lock))
    return VENV / "bin"


def build_front_end() -> None:
    """Build clew/web/static/built from frontend/ and the islands."""
    web = ROOT / "clew" / "web"
    sources = [path for folder in (ROOT / "frontend", web / "islands", web / "static")
               for path in folder.rglob("*") if path.is_file() and "node_modules" not in path.parts
               and BUILT not in path.parents]
    mark = digest(*sources)
    if fresh("front-end", mark) and BUILT.exists():
        return
    folder = node_folder()
    say("building the front end")
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    run(folder / "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", cwd=ROOT / "frontend", env=environment)
    run(folder / "npm", "run", "--silent", "build", cwd=ROOT / "frontend", env=environment)
    stamp("front-end", mark)


def install_programs(kind: str) -> None:
    """Install the system programs that are missing, or say what is off and which line mends it."""
    wanted = PROGRAMS | (TEST_PROGRAMS if kind == "test" else {})
    missing = {program: entry for program, entry in wanted.items() if shutil.which(program) is None}
    if not missing:
        return
    packages = [package for package, _ in missing.values()]
    if apt(packages):
        return
    for program, (_, off) in missing.items():
        say(f"without {program}: {off}")
    say("run this line to have them, then start again:")
    say(f"  sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(packages)}")


def main() -> None:
    """Do every step that is not done yet."""
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in ("run", "test"):
        sys.exit("usage: set_up.py run|test")
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(f"[set-up] Clew needs Python 3.11 or newer, and this is {platform.python_version()}. "
                 "Run: make PYTHON=python3.12 ... (whichever newer one you have)")
    make_venv()
    install_packages(kind)
    build_front_end()
    install_programs(kind)


if __name__ == "__main__":
    main()
