"""The rehearsal meets every family of decoder, so that a reader finds all of it loaded."""

import sys

from clew.media.inside import rehearsal


def test_it_runs_and_leaves_no_late_module() -> None:
    rehearsal.warm_up()
    before = set(sys.modules)
    rehearsal.warm_up()
    assert set(sys.modules) == before
    assert {"av.subtitles.stream", "PIL.ImageCms", "PIL.MpoImagePlugin"} <= before
