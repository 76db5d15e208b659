"""Checks the signed heads: signatures, the chain from one to the next, and the file outside the database. Pure."""

from clew.kernel import clock
from clew.store.audit.canonical import microseconds
from clew.store.audit.checks.report import Report
from clew.store.audit.heads import FIRST, Head, is_signed

GRACE = 60 * 1_000_000  # microseconds a head may be missing from the file while the sequencer runs


def check_heads(heads: list[Head], outside: tuple[list[Head], list[int]], trusted: str, report: Report) -> None:
    """Report what is wrong with `heads` (the database's, ascending) or with the file's heads and spoilt lines."""
    report.heads = len(heads)
    _check_chain(heads, trusted, report)
    filed, spoilt = outside
    for line in spoilt:
        report.found("heads_file", f"line {line}", f"Line {line} of the heads file is not a head.")
    _check_file({head.size: head for head in heads}, filed, trusted, report)
    _check_missing(heads, set(filed), report)


def _check_chain(heads: list[Head], trusted: str, report: Report) -> None:
    """Check signatures and that each head names the one before."""
    previous = FIRST
    for head in heads:
        if not is_signed(head, trusted):
            report.found("head_signature", str(head.size),
                         f"The head over {head.size} events is not signed by this node's key.")
        if head.previous != previous:
            report.found("head_chain", str(head.size), f"The head over {head.size} events does not follow the "
                         "head before it: one was removed or replaced.")
        previous = head.digest()


def _check_file(stored: dict[int, Head], filed: list[Head], trusted: str, report: Report) -> None:
    """Check that the database still has every head of the file."""
    longest = max(stored, default=0)
    for head in filed:
        if not is_signed(head, trusted):
            report.found("heads_file", str(head.size), f"The heads file has a head over {head.size} events that "
                         "this node's key did not sign.")
        elif head.size > longest:
            report.found("cut_off", str(head.size), f"The heads file knows a signed log of {head.size} events, "
                         f"the database ends at {longest}: the end of the log was cut off.")
        elif stored.get(head.size) != head:
            report.found("head_changed", str(head.size), f"The head over {head.size} events in the heads file "
                         "is not the one in the database.")


def _check_missing(heads: list[Head], filed: set[Head], report: Report) -> None:
    """Check that the file has every head of the database but those of the last moment."""
    now = microseconds(clock.now())
    missing = [head for head in heads if head not in filed and not _is_fresh(head, now)]
    if missing:
        report.found("heads_file", str(missing[0].size), f"{len(missing)} heads of the database are missing from "
                     f"the heads file, the first over {missing[0].size} events: the file was shortened or replaced.")


def _is_fresh(head: Head, now: int) -> bool:
    """Tell whether the sequencer may not yet have written `head` to the file."""
    return head.at is not None and now - head.at < GRACE
