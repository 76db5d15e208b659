import cv2
import numpy as np
import pytest

from clew.signals.local.scale_space import LAYER, OCTAVE, SCALE, STRENGTH, X, Y, octaves_of, points_of
from clew.signals.local.surroundings import described, turned
from tests.signals.local.drawn import drawn


def _points(seed: int, most: int = 200):
    grey = cv2.cvtColor(drawn(seed, 240, 320), cv2.COLOR_RGB2GRAY)
    octaves = octaves_of(grey)
    found = points_of(octaves, 0.03)
    found = found[np.argsort(-found[:, STRENGTH])][:most]
    which, angles = turned(octaves, found, 10_000)
    return grey, octaves, found[which], angles


def _unit(raw):
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_angles_and_numbers_are_those_of_opencv(seed):
    grey, octaves, points, angles = _points(seed)
    detector = cv2.SIFT.create(nfeatures=0, contrastThreshold=0.03)
    theirs = np.array([[*p.pt, p.size, np.deg2rad(p.angle)] for p in detector.detect(grey, None)])
    near = np.abs(points[:, None, [X, Y, SCALE]] - theirs[None, :, :3]).max(axis=2) < 0.3
    off = np.abs(np.angle(np.exp(1j * (angles[:, None] - theirs[None, :, 3])))) < 0.05
    assert (near & off).any(axis=1).mean() > 0.9
    keys = [
        cv2.KeyPoint(float(p[X]), float(p[Y]), float(p[SCALE]), float(np.rad2deg(a)), float(p[STRENGTH]),
                     (int(p[OCTAVE]) - 1) & 255 | int(p[LAYER]) << 8)
        for p, a in zip(points, angles, strict=True)
    ]
    _, raw = detector.compute(grey, keys)
    alike = (_unit(described(octaves, points, angles)) * _unit(np.asarray(raw))).sum(axis=1)
    assert np.median(alike) > 0.99
    assert alike.min() > 0.9


def test_a_point_between_two_edges_is_turned_both_ways_and_the_budget_holds():
    _, octaves, _, angles = _points(3)
    again = points_of(octaves, 0.03)
    which, _ = turned(octaves, again, 10_000)
    assert 1.02 < len(which) / len(np.unique(which)) < 1.6
    few, turns = turned(octaves, again, 7)
    assert len(few) == len(turns) == 7
    assert ((angles >= 0) & (angles < 2 * np.pi + 1e-6)).all()


def test_light_and_contrast_do_not_change_what_is_said():
    grey, octaves, points, angles = _points(4)
    first = _unit(described(octaves, points, angles))
    paler = octaves_of((grey * 0.6 + 40).astype(np.uint8))
    assert np.median((first * _unit(described(paler, points, angles))).sum(axis=1)) > 0.995


def test_a_point_at_the_very_edge_is_described_by_what_is_there():
    _, octaves, points, angles = _points(5, 1)
    corner = points[:1].copy()
    corner[:, [X, Y]] = 2.6
    said = described(octaves, corner, angles[:1])
    assert np.isfinite(said).all() and said.any()


def test_no_points_are_no_numbers():
    _, octaves, points, angles = _points(6, 1)
    assert described(octaves, points[:0], angles[:0]).shape == (0, 128)
    assert len(turned(octaves, points[:0], 10)[0]) == 0
