"""What every page has around it, and the two small values that many pages share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as an outsider may know it: short code, ISO or user-assigned country code, full name."""

    code: str
    country: str
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a form: the value sent, the words shown, whether it is chosen now."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page. `may` names the doors in the bar: cases search officers agencies events health.

    `notice` and `error` are sentences already in the officer's language; `mode` is none, safe or full.
    """

    language: str = "en"
    csrf: str = ""
    officer: str = ""
    agency: str = ""
    may: frozenset[str] = frozenset()
    here: str = ""
    mode: str = "safe"
    notice: str = ""
    error: str = ""
    warnings: tuple[str, ...] = ()
