from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clew.domain.matching.trial.files import Described
from clew.domain.matching.trial.lookups import is_itself
from clew.domain.matching.trial.negatives import Tried, tried
from clew.domain.matching.trial.truth import Truth

NAMES = ("a/1", "a/2", "b/1", "b/3", "4", "5")
RELATIONS = st.sampled_from(["copy", "different", "same_place"])
one_file = st.builds(
    lambda content, kind, refused: (content, kind, refused),
    st.sampled_from([b"x", b"y"]), st.sampled_from(["picture", "film"]), st.sampled_from(["", "", "broken"]))
folder = st.dictionaries(st.sampled_from(NAMES), one_file, max_size=6)
truths = st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), RELATIONS, max_size=8)


def files(made: dict[str, tuple[bytes, str, str]], root: str) -> list[Described]:
    return [Described(path, Path(root, path), (content, b"", b""), kind, refused=refused)  # type: ignore[arg-type]
            for path, (content, kind, refused) in made.items()]


def asked(a: str | None, b: str | None) -> bool:
    return "film" in (a, b)


def one_by_one(queries: list[Described], references: list[Described], truth: Truth) -> Tried:
    """Walk through all pairs."""
    pairs = {(q.path, r.path) for q in queries for r in references
             if not q.refused and not r.refused and asked(q.kind, r.kind) and not is_itself(q, r)
             and truth.answer(q.path, r.path) == "false"}
    once = {tuple(sorted(pair)) for pair in pairs} if truth.one_folder else pairs
    return Tried(len(once), len({query for query, _ in pairs}))


def usable(truth: Truth, queries: list[Described], references: list[Described]) -> Truth:
    """Keep what a trial keeps: pairs of files that are there, of its kind, and not one file."""
    mine, theirs = ({one.path: one for one in side} for side in (queries, references))
    return Truth({(a, b): relation for (a, b), relation in truth.relations.items() if a in mine and b in theirs
                  and asked(mine[a].kind, theirs[b].kind) and not is_itself(mine[a], theirs[b])}, truth.one_folder)


@given(folder, folder, truths)
def test_the_count_equals_a_walk_through_all_pairs_of_two_folders(mine: dict, theirs: dict, named: dict):
    queries, references = files(mine, "queries"), files(theirs, "references")
    truth = usable(Truth(named), queries, references)
    assert tried(queries, references, truth, asked) == one_by_one(queries, references, truth)


@given(folder, truths)
def test_and_of_one_folder(held: dict, named: dict):
    one = files(held, "folder")
    once = {pair: relation for pair, relation in named.items() if (pair[1], pair[0]) not in named or pair[0] <= pair[1]}
    truth = usable(Truth(once, one_folder=True), one, one)
    assert tried(one, one, truth, asked) == one_by_one(one, one, truth)
