"""What a check of the log found, in words an auditor can act on. Pure records."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written: `kind` for programs, `words` for people."""

    kind: str
    subject: str
    words: str


@dataclass(slots=True)
class Report:
    """The result of `verify`: what was looked at, the signed head it ends in, and every finding."""

    events: int = 0
    waiting: int = 0
    erased: int = 0
    rows: int = 0
    heads: int = 0
    root: str = ""
    signer: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Tell whether the log is proved unchanged."""
        return not self.findings

    def found(self, kind: str, subject: str, words: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, subject, words))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        return {"ok": self.ok} | asdict(self)
