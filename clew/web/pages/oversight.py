"""Events for administrators and auditors, health for the system administrator. Never content."""

import datetime

from fastapi import Request
from fastapi.responses import Response

from clew import __version__
from clew.domain.events import health, service
from clew.kernel import clock
from clew.web.pages.frame import visit
from clew.web.pages.parts import place
from clew.web.phrases import VERB
from clew.web.views import CheckRow, Choice, EventRow, EventsView, FailedRow, HealthView, JobRow

PAGE = 100


def events_page(request: Request, verb: str = "", officer: str = "", until: str = "", after: str = "") -> Response:
    """Show events, newest first."""
    with visit(request, "events", "read_events") as v:
        found = service.list_events.within(v.work, v.viewer, verb_name=verb[:60], officer=officer.strip().lower()[:80],
                                           before=_end_of(until), after=place(after), limit=PAGE)
        rows = tuple(EventRow(str(e.id), e.at, e.verb, e.officer, e.agency_code, str(e.case_id or ""), e.subject,
                              e.purpose, e.seq) for e in found)
        verbs = tuple(Choice(name, v.words.named("verb", name), name == verb) for name in VERB)
        return v.page("oversight/events.html", EventsView(
            rows, "auditor" in v.viewer.roles, tuple(sorted(verbs, key=lambda one: one.label)), verb[:60],
            officer[:80], until if _end_of(until) else "", str(found[-1].id) if len(found) == PAGE else ""))


def _end_of(day: str) -> datetime.datetime | None:
    """Return the moment a day ends (UTC), or None for no day."""
    try:
        start = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(), datetime.UTC)
    except ValueError:
        return None
    return start + datetime.timedelta(days=1)


def health_page(request: Request) -> Response:
    """Show whether the parts of this node work, and the queue."""
    with visit(request, "health", "health") as v:
        found = health.get_health.within(v.work, v.viewer)
        checks = tuple(CheckRow(one.name, one.state, one.finding, one.remedy) for one in found.parts)
        jobs = tuple(JobRow(t.entrypoint, t.waiting, t.running, t.failed, round(t.oldest_s)) for t in found.jobs)
        failed = tuple(FailedRow(f.entrypoint, f.failed_at, f.attempts, f.reason) for f in found.failed)
        return v.page("oversight/health.html", HealthView(checks, jobs, clock.now(), __version__, failed))
