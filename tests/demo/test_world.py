"""The plan of the demo world, and the whole world once in `make soak`."""

from collections import Counter
from pathlib import Path

import pytest

from clew.demo.world import make_world, read_world
from clew.demo.world_files import Builder
from clew.demo.world_plan import agencies


@pytest.fixture
def planned(tmp_path: Path) -> Builder:
    builder = Builder(tmp_path, agencies())
    builder.plan()
    return builder


def test_every_file_is_planned_once_and_has_a_step(planned: Builder) -> None:
    paths = [file.path for _, case in planned.cases() for file in case.files]
    assert len(paths) == len(set(paths)) == len(planned.steps)
    assert 150 <= len(paths) <= 250


def test_truth_names_planned_files_and_every_relation(planned: Builder) -> None:
    paths = {file.path for _, case in planned.cases() for file in case.files}
    assert all({pair.first, pair.second} <= paths for pair in planned.truth)
    kinds = Counter(pair.relation for pair in planned.truth)
    expected = {
        "copy",
        "resized",
        "mirrored",
        "rotated",
        "segment",
        "still-in-film",
        "look-alike",
        "captioned",
        "cropped",
    }
    assert expected <= set(kinds)
    assert kinds["look-alike"] >= 10


def test_policies_meet_every_disclosure_level(planned: Builder) -> None:
    policies = {case.reference: case.policy for _, case in planned.cases()}
    assert {policy.hits for policy in policies.values()} == {"contact", "owner-first"}
    assert {policy.audience for policy in policies.values()} == {"own", "agencies", "network"}
    assert policies["XC-2024-61"].deny == ("country:XA",)


def test_officers_and_references_are_unique_and_cases_run_by_own_officers() -> None:
    logins = [officer.login for agency in agencies() for officer in agency.officers]
    assert len(logins) == len(set(logins))
    for agency in agencies():
        own = {officer.login for officer in agency.officers}
        assert all(case.officer in own for case in agency.cases)
        assert any("agency_administrator" in officer.roles for officer in agency.officers)


def test_overlaps_cross_borders(planned: Builder) -> None:
    crossing = [p for p in planned.truth if p.relation != "look-alike" and p.first[:2] != p.second[:2]]
    assert {frozenset((p.first[:2], p.second[:2])) for p in crossing} == {
        frozenset(("XA", "XB")),
        frozenset(("XA", "XC")),
        frozenset(("XB", "XC")),
    }


def test_scale_adds_pictures(tmp_path: Path, planned: Builder) -> None:
    larger = Builder(tmp_path, agencies(), 2)
    larger.plan()
    assert len(larger.steps) >= len(planned.steps) + 60


def test_half_made_world_is_not_taken_for_whole(tmp_path: Path) -> None:
    assert read_world(tmp_path) is None
    (tmp_path / "world.json").write_text(
        '{"edition": 1, "scale": 1, "agencies": [{"cases": [{"files": [{"path": "gone"}]}]}]}'
    )
    assert read_world(tmp_path) is None


@pytest.mark.soak
def test_whole_world_is_made_and_found_again(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    world = make_world(tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    files = [world.path(file) for _, case in world.cases() for file in case.files]
    assert all(file.stat().st_size > 1000 for file in files)
    assert sum(file.stat().st_size for file in files) < 60_000_000
    again = read_world(tmp_path)
    assert again is not None
    assert again.truth == world.truth
