"""Triage: selections, tiles, facets, categories and their undoing, saved views, batches, profiles and priorities."""

import base64
import json
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from clew.domain.triage import acts, priorities, profiles, service, views
from clew.domain.triage.model import Act, Change, Code, Facets, Marked, Opened, Priority, Profile, SavedView, Taken, Tile
from clew.domain.triage.rules import WRONG
from clew.kernel.errors import BadInput
from clew.kernel.ids import ActId, CaseId, ExhibitId, ProfileId, SavedViewId, SelectionId
from clew.web.session import Asking, Key

router = APIRouter(tags=["triage"])
Place = Annotated[int, Query(ge=0, le=2**31 - 10_000)]
Spelled = Annotated[str, Query(max_length=100_000, description="A selection as JSON")]


class Asked(BaseModel):
    """A selection: what it asks for (clew/domain/triage/model.py, Selection)."""

    asked: dict[str, Any] = {}


def read(spelled: str) -> dict[str, Any]:
    """Return the selection of an address. Raises BadInput for what is no JSON object."""
    try:
        asked = json.loads(spelled or "{}")
    except (ValueError, RecursionError):
        raise BadInput(WRONG) from None
    if not isinstance(asked, dict):
        raise BadInput(WRONG)
    return asked


@router.post("/cases/{case_id}/selections", status_code=201)
def open_selection(viewer: Asking, case_id: uuid.UUID, body: Asked, key: Key) -> Opened:
    """Open a selection: its exhibits keep their places from now on."""
    return service.open_selection.once(key, viewer, CaseId(case_id), asked=body.asked)


@router.get("/selections/{selection_id}")
def get_selection(viewer: Asking, selection_id: uuid.UUID) -> Opened:
    """Show how many places an open selection has."""
    return service.get_selection(viewer, SelectionId(selection_id))


def _tile(tile: Tile) -> dict[str, Any]:
    shown = None if tile.thumbnail is None else f"data:image/webp;base64,{base64.b64encode(tile.thumbnail).decode()}"
    return {"at": tile.at, "id": tile.id, "path": tile.path, "kind": tile.kind, "state": tile.state, "reason": tile.reason,
            "size": tile.size, "duration": tile.duration, "taken_at": tile.taken_at, "links": tile.links, "stack": tile.stack,
            "seen": tile.seen, "said": tile.said, "thumbnail": shown, "covered": tile.covered}


@router.get("/selections/{selection_id}/tiles")
def show_tiles(viewer: Asking, selection_id: uuid.UUID, start: Place = 0,
               count: Annotated[int, Query(ge=1, le=service.PAGE)] = 60, decided: bool = False) -> dict[str, Any]:
    """Show the safe thumbnails at some places of a selection; of what is decided only when asked for."""
    tiles = service.show_tiles(viewer, SelectionId(selection_id), start=start, count=count, decided=decided)
    return {"tiles": [_tile(tile) for tile in tiles]}


@router.get("/selections/{selection_id}/categories")
def show_categories(viewer: Asking, selection_id: uuid.UUID, start: Place = 0,
                    count: Annotated[int, Query(ge=1, le=1000)] = 60) -> dict[str, list[Marked]]:
    """Show one's own agency's categories at some places of a selection, without pictures."""
    return {"categories": service.show_categories(viewer, SelectionId(selection_id), start=start, count=count)}


@router.get("/cases/{case_id}/facets")
def count_facets(viewer: Asking, case_id: uuid.UUID, asked: Spelled = "", links: bool = False) -> Facets:
    """Count what a selection could be narrowed by; `links` counts linked exhibits too, which takes longer."""
    return service.count_facets(viewer, CaseId(case_id), asked=read(asked), links=links)


class NewAct(BaseModel):
    """A category for places of an open selection ([first, last] each), or for a few exhibits by their ids."""

    profile_id: uuid.UUID
    code: int = Field(ge=0, le=9)
    selection_id: uuid.UUID | None = None
    places: list[tuple[int, int]] = Field([], max_length=acts.RANGES)
    exhibits: list[uuid.UUID] = Field([], max_length=acts.NAMED)
    stacks: bool = False


@router.post("/cases/{case_id}/acts", status_code=201)
def categorise(viewer: Asking, case_id: uuid.UUID, body: NewAct, key: Key) -> Act:
    """Categorise exhibits; a long act goes on in the worker, and its state says how far it is."""
    return acts.categorise.once(
        key, viewer, CaseId(case_id), profile_id=ProfileId(body.profile_id), code=body.code,
        selection_id=None if body.selection_id is None else SelectionId(body.selection_id), places=body.places,
        exhibits=[ExhibitId(one) for one in body.exhibits], stacks=body.stacks)


@router.post("/cases/{case_id}/undo")
def undo(viewer: Asking, case_id: uuid.UUID, key: Key) -> Act | None:
    """Take back one's own newest act in a case; null where nothing is left."""
    return acts.undo.once(key, viewer, CaseId(case_id))


@router.post("/cases/{case_id}/redo")
def redo(viewer: Asking, case_id: uuid.UUID, key: Key) -> Act | None:
    """Do again what was undone last; null where nothing is left."""
    return acts.redo.once(key, viewer, CaseId(case_id))


@router.get("/acts/{act_id}")
def get_act(viewer: Asking, act_id: uuid.UUID) -> Act:
    """Show how far an act is."""
    return acts.get_act(viewer, ActId(act_id))


@router.get("/exhibits/{exhibit_id}/categories")
def list_changes(viewer: Asking, exhibit_id: uuid.UUID) -> dict[str, list[Change]]:
    """List every change of an exhibit's category, newest first."""
    return {"changes": acts.list_changes(viewer, ExhibitId(exhibit_id))}


class NewView(Asked):
    """A selection under a name."""

    name: str = Field(max_length=80)
    shared: bool = False


@router.post("/cases/{case_id}/views", status_code=201)
def save_view(viewer: Asking, case_id: uuid.UUID, body: NewView, key: Key) -> SavedView:
    """Keep a selection under a name."""
    return views.save_view.once(key, viewer, CaseId(case_id), name=body.name, asked=body.asked, shared=body.shared)


@router.get("/cases/{case_id}/views")
def list_views(viewer: Asking, case_id: uuid.UUID) -> list[SavedView]:
    """List the saved views of a case."""
    return views.list_views(viewer, CaseId(case_id))


@router.delete("/views/{view_id}", status_code=204)
def drop_view(viewer: Asking, view_id: uuid.UUID, key: Key) -> None:
    """Forget one of one's own saved views."""
    views.drop_view.once(key, viewer, SavedViewId(view_id))


class NewBatch(Asked):
    """How many files to take into one's hands."""

    most: int = Field(60, ge=1, le=views.LARGEST)


@router.post("/cases/{case_id}/batches", status_code=201)
def next_batch(viewer: Asking, case_id: uuid.UUID, body: NewBatch, key: Key) -> Opened:
    """Take the next uncategorised files of a selection; no colleague gets the same ones for an hour."""
    return views.next_batch.once(key, viewer, CaseId(case_id), asked=body.asked, most=body.most)


@router.get("/profiles")
def list_profiles(viewer: Asking) -> list[Profile]:
    """List the category profiles of one's own agency and those that come with Clew."""
    return profiles.list_profiles(viewer)


class NewProfile(BaseModel):
    """A name and the codes with their labels."""

    name: str = Field(max_length=80)
    codes: list[Code] = Field(max_length=10)


@router.post("/profiles", status_code=201)
def add_profile(viewer: Asking, body: NewProfile, key: Key) -> Profile:
    """Make a category profile."""
    return profiles.add_profile.once(key, viewer, body.name, codes=body.codes)


@router.put("/profiles/{profile_id}")
def change_profile(viewer: Asking, profile_id: uuid.UUID, body: NewProfile, key: Key) -> Profile:
    """Change a profile of one's own agency; a code in use stays."""
    return profiles.change_profile.once(key, viewer, ProfileId(profile_id), name=body.name, codes=body.codes)


@router.put("/profiles/{profile_id}/chosen", status_code=204)
def choose_profile(viewer: Asking, profile_id: uuid.UUID, key: Key) -> None:
    """Choose the profile one's own agency works with."""
    profiles.choose_profile.once(key, viewer, ProfileId(profile_id))


class NewPriorities(BaseModel):
    """The whole ordered list of rules."""

    rules: list[Priority] = Field(max_length=priorities.MOST)


@router.get("/priorities")
def list_priorities(viewer: Asking) -> list[Priority]:
    """List one's own agency's rules of what comes first."""
    return priorities.list_priorities(viewer)


@router.put("/priorities")
def set_priorities(viewer: Asking, body: NewPriorities, key: Key) -> dict[str, list[Priority]]:
    """Set one's own agency's rules of what comes first."""
    return {"rules": priorities.set_priorities.once(key, viewer, body.rules)}


@router.get("/cases/{case_id}/priorities")
def preview_priorities(viewer: Asking, case_id: uuid.UUID, rules: Spelled = "") -> dict[str, list[Taken]]:
    """Show how many exhibits of a case each rule of a list ({"rules": [...]}) takes; the last number is what is left over."""
    return {"taken": priorities.preview_priorities(viewer, CaseId(case_id), rules=_rules(read(rules)))}


def _rules(spelled: dict[str, Any]) -> list[Priority]:
    try:
        return NewPriorities.model_validate(spelled or {"rules": []}).rules
    except ValueError:
        raise BadInput(WRONG) from None
