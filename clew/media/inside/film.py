"""Stills of a film: steadily sampled and at scene cuts, glances between them, turned upright, by PyAV.

Damage costs frames, not the film.
"""

import time
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from clew.media import limits

Pixels = NDArray[np.uint8]

_CUT = 22.0  # mean change of the thumbnail (of 255) that counts as a new scene
_GRID = (18, 32)
_SKIPPED = {"h264", "hevc", "mpeg4", "mpeg2video"}
_FAST = 20.0  # frames a second from which those that no other frame leans on are left out
_EARLY = 0.01  # seconds a glance may come too soon, so that every third frame of 25 a second will do
_SPARSE = 0.2  # seconds between frames from which none is left out after all
_EIGHT_BIT_LUMA = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"}


class Sampler:
    """Picks stills of one video stream; `until` tells how far it came when time ran out, else None; `looked` at how many."""

    def __init__(self, container: Any, stream: Any, duration: float, deadline: float, *, show_all: bool) -> None:
        self.container, self.stream, self.duration = container, stream, duration
        self.begun = time.monotonic()
        self.deadline = deadline
        self.until: float | None = None
        self.damaged = False
        self.step = max(limits.FRAME_STEP, duration / limits.STEADY_FRAMES)
        self.glance = max(limits.GLANCE_STEP, duration / limits.GLANCES)
        self._first: float | None = None
        self._count = 0
        self._glances = 0
        self.looked = 0
        context = stream.codec_context
        context.thread_type = "AUTO"
        context.thread_count = limits.THREADS
        if show_all:  # a film without key frames: take what the decoder can make of it
            context.flags |= av.codec.context.Flags.output_corrupt
            context.flags2 |= av.codec.context.Flags2.show_all
        elif context.name in _SKIPPED and float(stream.average_rate or 0) >= _FAST:
            context.skip_frame = "NONREF"  # half the work; a film that leans otherwise shows it by its gaps

    def stills(self) -> Iterator[tuple[float, VideoFrame, bool]]:
        """Yield (seconds, frame, whether a whole still or a glance), in time order: first all are looked at, then jumps."""
        last = -1.0
        for at, frame, whole in self._chosen():
            if whole and self._count >= limits.FRAMES:
                self.until = at
                return
            if at > last:
                self._count += whole
                self._glances += not whole
                last = at
                yield at, frame, whole

    def _chosen(self) -> Iterator[tuple[float, VideoFrame, bool]]:
        half = self.begun + (self.deadline - self.begun) / 2
        due, glanced, cuts, steady = 0.0, 0.0, limits.CUT_FRAMES, 0
        before: NDArray[np.int16] | None = None
        for at, frame in self._timed(self.container.demux(self.stream)):
            self.looked += 1
            now = luma_grid(frame)
            cut = before is not None and cuts > 0 and float(np.abs(now - before).mean()) > _CUT
            before = now
            whole = at >= due or cut
            if whole:
                steady += at >= due
                cuts -= at < due
                pace = min(self.step, limits.FRAME_STEP * 2 ** (steady // limits.DENSE_FRAMES))
                due = (at // pace + 1) * pace
            if whole or (at >= glanced and self._glances < limits.GLANCES):
                glanced = at + self.glance - _EARLY
                yield at, frame, whole
            if time.monotonic() > half:
                for jumped in self._jumps(due):
                    yield *jumped, True
                return

    def _jumps(self, start: float) -> Iterator[tuple[float, VideoFrame]]:
        """Yield the key frame before each step from `start`: far cheaper than every frame of a long film."""
        self.stream.codec_context.skip_frame = "NONKEY"
        target = start
        if not self.duration:
            self.until = target
        while target < self.duration:
            if time.monotonic() > self.deadline:
                self.until = target
                return
            found = self._key_frame(target)
            if found is None:
                self.until = target
                return
            yield found
            target += self.step

    def _key_frame(self, target: float) -> tuple[float, VideoFrame] | None:
        try:
            self.container.seek(int((target + (self._first or 0.0)) / self.stream.time_base), stream=self.stream)
            return next(self._timed(self.container.demux(self.stream)), None)
        except av.FFmpegError:
            return None

    def _timed(self, packets: Iterator[Any]) -> Iterator[tuple[float, VideoFrame]]:
        """Decode packet by packet; a packet that fails is left out."""
        rate = float(self.stream.average_rate or 25)
        counted, before = 0, 0.0
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except MemoryError:
                raise
            except (av.FFmpegError, ValueError):
                self.damaged = True
                counted += 1
                if counted > 100_000:
                    return
                continue
            for frame in frames:
                counted += 1
                at = frame.time if frame.time is not None else counted / rate
                self._first = at if self._first is None else self._first
                if frame.time is None or (counted > 1 and at - before > _SPARSE):
                    self._look_at_all()
                before = at
                yield min(max(0.0, at - self._first), limits.DURATION_SECONDS), frame

    def _look_at_all(self) -> None:
        if self.stream.codec_context.skip_frame == "NONREF":
            self.stream.codec_context.skip_frame = "DEFAULT"


def luma_grid(frame: VideoFrame) -> NDArray[np.int16]:
    """Return a coarse grid of brightness, for telling scene cuts."""
    rows, columns = _GRID
    if frame.format.name in _EIGHT_BIT_LUMA and frame.height >= rows and frame.width >= columns:
        plane = frame.planes[0]
        held: Any = plane  # a plane is a buffer, though its types do not say so
        luma = np.frombuffer(held, np.uint8).reshape(plane.height, -1)[:, :plane.width]
        return luma[:: plane.height // rows, :: plane.width // columns][:rows, :columns].astype(np.int16)
    small = frame.reformat(width=columns, height=rows, format="gray")
    grid: NDArray[np.int16] = small.to_ndarray().astype(np.int16)
    return grid


def display_size(frame: VideoFrame, stream: Any) -> tuple[int, int]:
    """Return width and height as shown: pixels made square, turned upright."""
    wide = float(stream.sample_aspect_ratio or 1)
    width = round(frame.width * wide) if 0.25 <= wide <= 4 else frame.width
    return (frame.height, width) if turns(frame) % 2 else (width, frame.height)


def turns(frame: VideoFrame) -> int:
    """Return the quarter turns, counter-clockwise, that the film's display matrix asks for."""
    return round(frame.rotation / 90) % 4


def pixels(frame: VideoFrame, stream: Any, side: int, form: str = "rgb24") -> Pixels:
    """Return the frame upright as (height, width, 3), or (height, width) for the form "gray", long side <= `side`."""
    width, height = display_size(frame, stream)
    scale = min(1.0, side / max(width, height))
    size = [max(1, round(width * scale)), max(1, round(height * scale))]
    if turns(frame) % 2:
        size.reverse()
    rgb = frame.reformat(width=size[0], height=size[1], format=form).to_ndarray()
    return np.ascontiguousarray(np.rot90(rgb, turns(frame)))
