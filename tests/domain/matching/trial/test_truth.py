from pathlib import Path

import pytest

from clew.domain.matching.trial.truth import Truth, is_true, read_truth
from clew.kernel.errors import BadInput


def table(folder: Path, *rows: str, head: str = "query,reference,relation") -> Path:
    path = folder / "truth.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


@pytest.mark.parametrize(("relation", "same"), [
    ("copy:mirrored", True), ("clip", True), ("different", False), ("same_place:office", False), ("unreadable", False)])
def test_which_relations_claim_the_same_pixels(relation: str, same: bool):
    assert is_true(relation) is same


def test_rows_of_absent_files_are_left_out_and_counted(tmp_path: Path):
    path = table(tmp_path, "q.jpg, r.jpg , copy", "q.jpg,gone.jpg,copy", "./a/q.jpg,r.jpg,different")
    truth, absent = read_truth(path, {"q.jpg", "a/q.jpg"}, {"r.jpg"})
    assert truth.relations == {("q.jpg", "r.jpg"): "copy", ("a/q.jpg", "r.jpg"): "different"}
    assert absent == 1


def test_a_byte_order_mark_and_other_columns_do_no_harm(tmp_path: Path):
    path = table(tmp_path, "7,q,r,copy", head="﻿id,Query,Reference,Relation")
    assert read_truth(path, {"q"}, {"r"})[0].relations == {("q", "r"): "copy"}


@pytest.mark.parametrize("content", [b"query;reference\n", b"\xff\xfe\x00", b""])
def test_what_is_no_such_table_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "truth.csv").write_bytes(content)
    with pytest.raises(BadInput):
        read_truth(tmp_path / "truth.csv", set(), set())


def test_unnamed_pairs_are_false_only_for_queries_without_a_true_reference():
    truth = Truth({("has", "r1"): "copy", ("none", "r1"): "different", ("place", "r1"): "same_place"})
    assert truth.answer("has", "r1") == "true"
    assert truth.answer("has", "r2") == "unknown"
    assert truth.answer("none", "r2") == "false"
    assert truth.answer("place", "r1") == "unknown"
    assert truth.answer("place", "r2") == "false"
    assert truth.answer("never named", "r1") == "false"


def test_in_one_folder_pairs_have_no_order_and_unlabelled_files_are_not_known():
    truth = Truth({("a", "b"): "copy", ("c", "b"): "different"}, one_folder=True)
    assert truth.answer("b", "a") == "true"
    assert truth.answer("b", "c") == "false"
    assert truth.answer("b", "d") == "unknown"
    assert truth.answer("c", "d") == "false"
    assert truth.answer("d", "c") == "unknown"
