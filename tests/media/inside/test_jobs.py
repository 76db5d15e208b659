"""A reader's jobs, without the sandbox: what each answers and when it gives up."""

import pytest

from clew.kernel.errors import Refused
from clew.media import answers
from clew.media.inside import jobs
from tests.media import made
from tests.media.conftest import run_here


def render(data: bytes, time: float = 0.0, side: int = 4096) -> tuple[int, ...]:
    request = {"side": side, "time": time}
    return tuple(run_here(jobs.render, data, lambda inbox: answers.rendered(inbox, side), request).shape)


def test_a_picture_and_a_film_are_rendered() -> None:
    assert render(made.picture("JPEG", width=2000, height=1000)) == (1000, 2000, 3)
    assert render(made.picture("PNG"), side=160) == (120, 160, 3)
    assert render(made.film("mp4", "libx264"), time=1.0) == (240, 320, 3)
    assert render(made.film("mp4", "libx264"), time=1e9) == (240, 320, 3)


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty"), (b"#!/bin/sh", "not opened"), (b"PK\3\4", "archive"), (made.sound("wav", "pcm_s16le", 0.2), "neither"),
])
def test_what_cannot_be_rendered_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        render(data)


def test_only_archives_are_unpacked() -> None:
    with pytest.raises(Refused, match="not opened"):
        run_here(jobs.unpack, made.picture("PNG"), answers.next_header, {})
