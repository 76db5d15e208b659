"""The triage page of a case: a selection in its address, facets beside it, saved views, batches."""

import json
import re
import uuid
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from clew.domain.cases import service as cases
from clew.domain.cases.model import Case
from clew.domain.triage import profiles, views
from clew.domain.triage.model import Profile, SavedView, Selection
from clew.domain.triage.rules import ORDERS, plain, read_selection
from clew.kernel.ids import CaseId, SavedViewId
from clew.web.api.triage import read
from clew.web.pages.facets import address_of, facets_view, is_id
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go, shell_of, visit
from clew.web.phrases import KIND, STATUS
from clew.web.phrases_of_triage import GRID
from clew.web.rendering import render
from clew.web.views import Choice, CodeView, ProfileView, SavedViewRow, TriageView
from clew.web.words import Words

BATCH = 60


def triage_page(request: Request, case_id: uuid.UUID, asked: str = "", order: str = "", selection: str = "") -> Response:
    """Show a selection of a case's exhibits."""
    chosen = read_selection(read(asked) | ({"order": order} if order in ORDERS else {}))
    with visit(request, "cases", "read") as v:
        case = cases.get_case.within(v.work, v.viewer, CaseId(case_id))
        return v.page("triage/triage.html", _view(v, case, chosen, str(uuid.UUID(selection)) if is_id(selection) else ""))




def _view(v: Visit, case: Case, chosen: Selection, selection: str) -> TriageView:
    asked = plain(chosen)
    known = profiles.list_profiles.within(v.work, v.viewer)
    profile = next(one for one in known if one.chosen)
    orders = tuple(Choice(one, v.words.named("order", one), one == chosen.order) for one in ORDERS
                   if one != "likeness" or chosen.like is not None)
    saved = views.list_views.within(v.work, v.viewer, case.id)
    return TriageView(
        str(case.id), case.reference, json.dumps(asked), address_of(str(case.id), asked), facets_view(v, case, chosen, known),
        orders, chosen.folded, address_of(str(case.id), {**asked, "folded": not chosen.folded}), profile_view(profile, v.words),
        json.dumps({one.code: {"label": one.label, "none": one.means_none} for one in profile.codes}),
        json.dumps(_words(v.words, known)), tuple(_saved(str(case.id), one) for one in saved), selection, v.may("categorise"))


def profile_view(profile: Profile, words: Words) -> ProfileView:
    """Return a profile with the labels of packaged codes in the officer's language."""
    return ProfileView(str(profile.id), profile.name, profile.own, profile.chosen, tuple(
        CodeView(one.code, one.label if profile.own else words.named("category", one.label), one.means_none)
        for one in profile.codes))


def _saved(case_id: str, one: SavedView) -> SavedViewRow:
    return SavedViewRow(str(one.id), one.name, address_of(case_id, one.asked), one.own, one.shared)


def _words(words: Words, known: list[Profile]) -> dict[str, Any]:
    """Return what the grid says, in the officer's language."""
    return {
        "language": words.language,
        **{one: re.sub(r"\{(\w+)\}", r"%\1", words.named("grid", one)) for one in GRID},
        "kinds": {one: words.named("kind", one) for one in KIND},
        "states": {one: words.named("status", one) for one in STATUS},
        "labels": {one.label: words.named("category", one.label) for profile in known if not profile.own
                   for one in profile.codes}}


def counts_part(request: Request, case_id: uuid.UUID, asked: str = "", links: bool = False) -> Response:
    """Answer the page that asks for its facets again."""
    with visit(request, "cases", "read") as v:
        case = cases.get_case.within(v.work, v.viewer, CaseId(case_id))
        known = profiles.list_profiles.within(v.work, v.viewer)
        view = facets_view(v, case, read_selection(read(asked)), known, links=links)
        return HTMLResponse(render("triage/facets.html", shell_of(v.viewer), view))


def save_view(form: OwnForm, case_id: uuid.UUID) -> Response:
    """Keep the selection of the page under a name and return to it."""
    saved = views.save_view(form.viewer, CaseId(case_id), name=form["name"], asked=read(form["asked"]),
                            shared=bool(form["shared"]))
    return go(address_of(str(case_id), saved.asked))


def drop_view(form: OwnForm, view_id: uuid.UUID) -> Response:
    """Forget a saved view and return to the page."""
    views.drop_view(form.viewer, SavedViewId(view_id))
    case = form["case"] if is_id(form["case"]) else ""
    return go(f"/cases/{case}/triage" if case else "/cases")


def next_batch(form: OwnForm, case_id: uuid.UUID) -> Response:
    """Take the next files of the page's selection into one's hands and show them."""
    asked = read(form["asked"])
    batch = views.next_batch(form.viewer, CaseId(case_id), asked=asked, most=BATCH)
    return go(f"/cases/{case_id}/triage?{urlencode({'asked': json.dumps(asked), 'selection': str(batch.id)})}")


