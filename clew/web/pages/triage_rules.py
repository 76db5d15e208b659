"""What an agency sets for its triage: the order of priorities with their effect on a case, and its category profiles."""

import uuid
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from clew.domain.cases import service as cases
from clew.domain.triage import priorities, profiles
from clew.domain.triage.model import Code, Priority
from clew.domain.triage.rules import plain, read_selection
from clew.kernel.errors import BadInput, Conflict
from clew.kernel.ids import CaseId, ProfileId
from clew.web.api.triage import read
from clew.web.pages.facets import in_words
from clew.web.pages.forms import OwnForm, Posted
from clew.web.pages.frame import go, visit
from clew.web.pages.triage import profile_view
from clew.web.views import CodeView, PrioritiesView, PriorityRow, ProfilesView, ProfileView


def priorities_page(request: Request, case_id: uuid.UUID) -> Response:
    """Show the rules of what comes first and how many exhibits of a case each takes."""
    with visit(request, "cases", "read") as v:
        case = cases.get_case.within(v.work, v.viewer, CaseId(case_id))
        rules = priorities.list_priorities.within(v.work, v.viewer)
        taken = priorities.preview_priorities.within(v.work, v.viewer, case.id, rules=rules)
        known = profiles.list_profiles.within(v.work, v.viewer)
        rows = tuple(PriorityRow(one.name, in_words(v.words, one.where, known), effect.exhibits)
                     for one, effect in zip(rules, taken, strict=False))
        return v.page("triage/priorities.html", PrioritiesView(str(case.id), case.reference, rows, taken[-1].exhibits))


def set_priorities(form: OwnForm, case_id: uuid.UUID) -> Response:
    """Add a rule made of a selection, or move or take out one, and show the effect."""
    rules = priorities.list_priorities(form.viewer)
    priorities.set_priorities(form.viewer, _changed(form, rules))
    return go(f"/cases/{case_id}/priorities")


def _changed(form: Posted, rules: list[Priority]) -> list[Priority]:
    if form["act"] == "add":
        asked: dict[str, Any] = plain(read_selection(read(form["asked"])))
        where = {name: value for name, value in asked.items() if name not in ("order", "folded", "like")}
        if not where:
            raise BadInput("Choose something on the page of the case first: a rule that takes everything orders nothing.")
        return [*rules, Priority(form["name"], where)]
    at = int(form["at"]) if form["at"].isdecimal() and int(form["at"][:4]) < len(rules) else None
    if at is None:
        return rules
    left = rules[:at] + rules[at + 1:]
    to = {"up": max(0, at - 1), "down": min(len(left), at + 1)}.get(form["act"])
    return left if to is None else [*left[:to], rules[at], *left[to:]]


def profiles_page(request: Request) -> Response:
    """Show the category profiles of one's own agency."""
    return _profiles(request)


def _profiles(request: Request, typed: ProfileView | None = None, *, error: str = "", status: int = 200) -> Response:
    with visit(request, "profiles", "set_profiles") as v:
        known = profiles.list_profiles.within(v.work, v.viewer)
        view = ProfilesView(tuple(profile_view(one, v.words) for one in known), typed)
        return v.page("triage/profiles.html", view, error=error, status=status)


def _codes(form: Posted) -> list[Code]:
    return [Code(code, form[f"label{code}"].strip(), form["none"] == str(code)) for code in range(10)
            if form[f"label{code}"].strip()]


def add_profile(request: Request, form: OwnForm) -> Response:
    """Make a profile, and show what is wrong with it beside what was typed."""
    try:
        profiles.add_profile(form.viewer, form["name"], codes=_codes(form))
    except BadInput as wrong:
        return _profiles(request, _typed(form, ""), error=wrong.message, status=wrong.status)
    return go("/profiles")


def _typed(form: Posted, profile_id: str) -> ProfileView:
    return ProfileView(profile_id, form["name"], True, False, tuple(
        CodeView(one.code, one.label, one.means_none) for one in _codes(form)))


def change_profile(request: Request, form: OwnForm, profile_id: uuid.UUID) -> Response:
    """Change a profile of one's own agency."""
    try:
        profiles.change_profile(form.viewer, ProfileId(profile_id), name=form["name"], codes=_codes(form))
    except (BadInput, Conflict) as wrong:
        return _profiles(request, _typed(form, str(profile_id)), error=wrong.message, status=wrong.status)
    return go("/profiles")


def choose_profile(form: OwnForm, profile_id: uuid.UUID) -> Response:
    """Work with a profile from now on."""
    profiles.choose_profile(form.viewer, ProfileId(profile_id))
    return go("/profiles")
