"""Contributions of a case: live progress, the files and how each ended, and taking one back."""

import uuid
from collections import Counter
from datetime import timedelta

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.exhibits.model import Progress
from clew.kernel import clock
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId, ContributionId
from clew.web.pages import parts
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go, shell_of, visit
from clew.web.rendering import render
from clew.web.views import ContributionRow, FileRow, FilesView, ProgressView

_FRESH = timedelta(minutes=30)  # an open contribution older than this is not waited for
_DEEP = timedelta(days=1)  # nor is one older than this asked how far it is looked at in depth
_EXPLAINED = 5  # the newest contributions say on the page why files were refused
_PAGE = 500
_SHOWN = 50  # contributions on a case's page
STATUSES = ("waiting", "imported", "duplicate", "refused")


def contribution_rows(v: Visit, found: list[Progress]) -> tuple[ContributionRow, ...]:
    """Return the contributions of a case, newest first."""
    explained = [one.contribution.id for one in found if one.refused][:_EXPLAINED]
    return tuple(_row(v, one, one.contribution.id in explained) for one in found)


def _row(v: Visit, progress: Progress, explained: bool) -> ContributionRow:
    made, state = progress.contribution, _state(progress)
    rate, left = _pace(progress)
    age = clock.now() - made.made_at
    return ContributionRow(
        str(made.id), made.source, made.made_at, state, progress.files, progress.imported, progress.matched,
        progress.duplicate, progress.refused, progress.size, rate, left, _reasons(v, made.id) if explained else (),
        state in ("done", "receiving") and v.may("contribute"), state == "running" or (state == "receiving" and age < _FRESH),
        progress.in_depth, state in ("done", "receiving") and progress.in_depth < progress.matched and age < _DEEP)


def _state(progress: Progress) -> str:
    if progress.contribution.withdrawn_at:
        return "withdrawn"
    if not progress.finished:
        return "running"
    return "done" if progress.contribution.closed_at else "receiving"


def _pace(progress: Progress) -> tuple[float, int | None]:
    """Return files a second so far and seconds left, where that can be told."""
    ended = progress.files - progress.waiting
    if not (progress.first_at and progress.last_at and progress.waiting and ended):
        return 0.0, None
    seconds = max(1.0, (progress.last_at - progress.first_at).total_seconds())
    return ended / seconds, round(progress.waiting * seconds / ended)


def _reasons(v: Visit, contribution_id: ContributionId) -> tuple[tuple[str, int], ...]:
    files = contributions.list_files.within(v.work, v.viewer, contribution_id, status="refused", limit=_PAGE)
    return tuple(Counter(v.words.reason(file.reason) for file in files).most_common())


def contributions_page(v: Visit, case_id: CaseId, after: str) -> tuple[tuple[ContributionRow, ...], str]:
    """Return a page of a case's contributions, and the cursor of the next one."""
    last = parts.place(after)
    found = contributions.list_contributions.within(v.work, v.viewer, case_id, limit=_SHOWN,
                                                    after=None if last is None else ContributionId(last))
    return contribution_rows(v, found), str(found[-1].contribution.id) if len(found) == _SHOWN else ""


def contributions_part(request: Request, case_id: uuid.UUID, after: str = "", slow: bool = False) -> Response:
    """Answer the page that asks how far its contributions are; `slow`: how far they are looked at in depth."""
    with visit(request, "cases", "read") as v:
        rows, following = contributions_page(v, CaseId(case_id), after)
        view = ProgressView(str(case_id), rows, after, following)
        moving = any(row.moving for row in view.contributions)
        # At the end the whole page is fetched again: what is known elsewhere may be new. Not while somebody works on it,
        # long after his files came in.
        return HTMLResponse(render("cases/contributions.html", shell_of(v.viewer), view),
                            headers={} if moving or slow else {"HX-Refresh": "true"})


def files_page(request: Request, contribution_id: uuid.UUID, status: str = "", after: str = "") -> Response:
    """Show the files of a contribution and how each ended."""
    status = status if status in STATUSES else ""
    with visit(request, "cases", "read") as v:
        progress = contributions.get_progress.within(v.work, v.viewer, ContributionId(contribution_id))
        case = cases.get_case.within(v.work, v.viewer, progress.contribution.case_id)
        files = contributions.list_files.within(v.work, v.viewer, progress.contribution.id, status=status,
                                                after=_after(after), limit=_PAGE)
        rows = tuple(FileRow(f.path, f.status, v.words.reason(f.reason), f.size, str(f.exhibit_id or "")) for f in files)
        return v.page("cases/files.html", FilesView(
            str(case.id), case.reference, _row(v, progress, False), status, rows,
            files[-1].id if len(files) == _PAGE else ""))


def _after(given: str) -> str:
    try:
        return str(uuid.UUID(given)) if given else ""
    except ValueError:
        raise NotFound from None


def withdraw(form: OwnForm, contribution_id: uuid.UUID) -> Response:
    """Take a contribution back and return to its case."""
    progress = contributions.get_progress(form.viewer, ContributionId(contribution_id))
    contributions.withdraw(form.viewer, progress.contribution.id)
    return go(f"/cases/{progress.contribution.case_id}")
