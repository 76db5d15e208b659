"""A reader in an adversary's hands cannot make the parent believe a value out of range."""

import os
import threading
from collections.abc import Iterable
from time import monotonic
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.media import answers, limits
from clew.media.opened import Opened
from clew.media.wire import Garbled, Inbox, send

PICTURE = ({"picture": [2, 3]}, bytes(18))
LAST = {"kind": "picture", "media_type": "image/png", "width": 3, "height": 2, "duration": 0.0, "facts": {}}


def opened(messages: Iterable[tuple[dict[str, Any], bytes]]) -> Opened:
    read, write = os.pipe()

    def work() -> None:
        try:
            for header, raw in messages:
                send(write, header, raw)
        except BrokenPipeError:
            pass
        finally:
            os.close(write)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        return answers.opened(Inbox(read, monotonic() + 10))
    finally:
        os.close(read)
        thread.join()


def test_an_honest_answer_is_taken() -> None:
    got = opened([PICTURE, ({"frame": [1, 1], "time": 0.0}, b"abc"), ({"frame": [1, 1], "time": 2}, b"abc"),
                  ({"sound": True}, np.array([0.5, np.nan, 7], np.float32).tobytes()),
                  (LAST | {"facts": {"camera_make": "Ä", "n": 3, "x": 0.5}}, b"")])
    assert got.picture is not None and got.picture.shape == (2, 3, 3)
    assert [frame.time for frame in got.frames] == [0.0, 2.0]
    assert got.sound is not None and got.sound.samples.tolist() == [0.5, 0.0, 1.0]
    assert got.facts == {"camera_make": "Ä", "n": 3, "x": 0.5}
    with pytest.raises(ValueError, match="read-only"):
        got.picture[0, 0, 0] = 1


def test_glances_are_taken_in_time_order_and_only_so_many_and_so_large(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ({"glance": [2, 1], "time": 1.0}, b"ab"), ({"glance": [1, 1], "time": 2.0}, b"c")
    got = opened([PICTURE, first, second, (LAST, b"")])
    assert [(one.time, one.grey.shape) for one in got.glances] == [(1.0, (2, 1)), (2.0, (1, 1))]
    side = limits.GLANCE_SIDE + 1
    large = ({"glance": [1, side], "time": 0}, bytes(side))
    for wrong in ([second, first], [({"glance": [2, 1], "time": 1.0}, b"abc")], [large]):
        with pytest.raises(Garbled):
            opened([PICTURE, *wrong, (LAST, b"")])
    monkeypatch.setattr(limits, "GLANCES", 1)
    with pytest.raises(Garbled):
        opened([PICTURE, first, second, (LAST, b"")])


@pytest.mark.parametrize("change", [
    {"kind": "program"}, {"kind": None}, {"media_type": "text/html"}, {"media_type": "application/zip"},
    {"width": -1}, {"width": 1 << 30}, {"width": 1.5}, {"width": True}, {"height": "2"}, {"duration": -1},
    {"duration": 1e300}, {"duration": "1"}, {"duration": True}, {"facts": None}, {"facts": {"A": "x"}},
    {"facts": {"<b>": "x"}}, {"facts": {"a": "x\x1b"}}, {"facts": {"a": "x" * 401}}, {"facts": {"a": True}},
    {"facts": {"a": [1]}}, {"facts": {"a": None}}, {"facts": {"a": 1 << 60}}, {"facts": {"a": {}}},
    {"facts": {f"k{n}": 1 for n in range(limits.FACTS + 1)}}, {"kind": "sound"}, {"refused": "rm -rf"},
    {"refused": ["time"]}, {"media_type": []}, {"kind": {}},
])
def test_a_value_out_of_range_is_garbled(change: dict[str, Any]) -> None:
    with pytest.raises(Garbled):
        opened([PICTURE, (LAST | change, b"")])


@pytest.mark.parametrize("messages", [
    [(LAST, b"")], [PICTURE, PICTURE, (LAST, b"")], [PICTURE], [({"picture": [2, 3]}, bytes(17))],
    [({"picture": [0, 3]}, b"")], [({"picture": [1, limits.PICTURE_SIDE + 1]}, bytes(3 * (limits.PICTURE_SIDE + 1)))],
    [({"picture": [1]}, b"abc")], [({"picture": "x"}, b"")], [({"picture": [1.0, 1]}, b"abc")],
    [({"frame": [1, 1], "time": 3}, b"abc"), ({"frame": [1, 1], "time": 2}, b"abc")],
    [({"frame": [1, 1]}, b"abc")], [({"frame": [1, 1], "time": 0}, b"abc")] * (limits.FRAMES + 1),
    [({"sound": True}, b"abc")], [({"unknown": 1}, b"")], [PICTURE, (LAST, b"x")],
])
def test_a_wrong_order_or_shape_is_garbled(messages: list[tuple[dict[str, Any], bytes]]) -> None:
    with pytest.raises(Garbled):
        opened(messages)


@given(st.dictionaries(st.sampled_from([*LAST, "picture", "frame", "time", "sound", "refused"]),
                       st.none() | st.integers() | st.text(max_size=3) | st.lists(st.integers(0, 3), max_size=3)),
       st.binary(max_size=30))
def test_no_header_brings_the_parent_down(header: dict[str, Any], raw: bytes) -> None:
    with pytest.raises((Garbled, answers.GaveUp)):
        opened([(header, raw)])


def test_a_reason_is_a_word_of_the_list() -> None:
    with pytest.raises(answers.GaveUp) as caught:
        opened([({"refused": "memory"}, b"")])
    assert caught.value.reason == "memory"


def test_every_reason_says_something_and_a_name_is_cleaned() -> None:
    for reason in ("unsupported", "broken", "time", "memory", "crash", "encrypted"):
        assert answers.sentence(reason).endswith(".")
    assert answers.sentence("empty", "a\nb\u202e.jpg") == "ab.jpg: The file is empty."
