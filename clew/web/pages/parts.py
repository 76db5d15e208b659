"""Small steps from the verbs' answers to the views, used by several pages."""

import base64
import uuid
from typing import Any

from clew.access.paging import MOST
from clew.domain.cases import service as cases
from clew.domain.cases.model import Case
from clew.domain.exhibits.model import Exhibit
from clew.domain.links.model import Link
from clew.kernel.cursor import DAMAGED
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import CaseId
from clew.web.pages.frame import Visit
from clew.web.views import Agency, LinkRow


def picture(thumbnail: bytes | None) -> str:
    """Return a safe thumbnail as an address that holds it; empty where there is none."""
    return "" if thumbnail is None else f"data:image/webp;base64,{base64.b64encode(thumbnail).decode()}"


def place(given: str) -> uuid.UUID | None:
    """Return the cursor of a page's address: the id of the last item seen. Raises BadInput for another."""
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        raise BadInput(DAMAGED) from None


def owner(case: Case) -> Agency:
    """Return the owner of a case."""
    return Agency(case.agency_code, case.country, case.agency_name)


def asked_of(exhibit: Exhibit) -> str:
    """Return what the owner asks of whoever sees an exhibit, with his handling code."""
    return " ".join(part for part in (exhibit.conditions, exhibit.handling) if part)


def case_of(v: Visit, case_id: CaseId) -> Case | None:
    """Return the case around an exhibit; None where the exhibit alone was granted."""
    try:
        return cases.get_case.within(v.work, v.viewer, case_id)
    except NotFound:
        return None


def every_case(v: Visit) -> list[Case]:
    """Return all cases in sight, to choose one from."""
    found = cases.list_cases.within(v.work, v.viewer)
    while found and len(found) % MOST == 0:
        more = cases.list_cases.within(v.work, v.viewer, after=found[-1].id)
        if not more:
            break
        found += more
    return found


def name_of(path: str) -> str:
    """Return the last part of a path."""
    return path.rsplit("/", 1)[-1]


def why(v: Visit, message: str, parameters: dict[str, Any], where: dict[str, Any]) -> str:
    """Return a matcher's reason in the officer's language."""
    return v.words.why(message, {"orientation": where.get("orientation", "upright"), **parameters}) if message else ""


def link_row(v: Visit, link: Link) -> LinkRow:
    """Return a link as one row, whatever its level."""
    return LinkRow(
        str(link.link_id or ""), link.level, str(link.exhibit_id), link.path, str(link.other_exhibit_id or ""),
        link.other_path, str(link.other_case_id or ""), link.reference,
        Agency(link.agency_code, link.country, link.agency_name), link.contact, link.since, link.matcher, link.verdict,
        link.band, link.value, why(v, link.why, link.parameters, link.where), link.answer)
