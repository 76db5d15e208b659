"""A viewer never shows its token; an event is a plain record."""

import dataclasses
import uuid

import pytest

from clew.kernel.events import Event
from clew.kernel.ids import AgencyId, OfficerId, SessionId
from clew.kernel.viewer import Viewer

ME = Viewer(OfficerId(uuid.uuid4()), AgencyId(uuid.uuid4()), "XA-VIU", "XA", "anna", frozenset({"analyst"}),
            SessionId(uuid.uuid4()), "very-secret-token")


def test_the_token_is_never_shown() -> None:
    assert "very-secret-token" not in repr(ME)
    assert "very-secret-token" not in f"{ME}"


def test_viewer_and_event_cannot_be_changed() -> None:
    for thing, name in ((ME, "roles"), (Event("judge"), "verb")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, "x")


def test_an_event_keeps_its_own_lists() -> None:
    one, other = Event("judge"), Event("judge")
    assert one == other
    assert one.detail is not other.detail
    assert one.row_hashes is not other.row_hashes
