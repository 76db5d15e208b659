"""The tree is RFC 6962's: published vectors, and laws against the naive definition for every small size."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.store.audit import tree

# Test data of the Certificate Transparency reference implementation: eight leaves and the root after each.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
sizes = st.integers(1, 70)


def naive_root(data: list[bytes]) -> bytes:
    """The definition of RFC 6962 2.1, word for word."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    split = max(2**power for power in range(8) if 2**power < len(data))
    return hashlib.sha256(b"\x01" + naive_root(data[:split]) + naive_root(data[split:])).digest()


def data_of(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


def leaves_of(size: int) -> list[bytes]:
    return [tree.leaf_hash(data) for data in data_of(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]
    assert tree.root_of(leaves).hex() == ROOTS[size - 1]


def test_published_proofs() -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    inclusion = [step.hex() for step in tree.inclusion_proof(leaves, 5)]
    assert inclusion == ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                         "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]
    assert [step.hex() for step in tree.consistency_proof(leaves, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]


def test_empty_tree() -> None:
    assert tree.Frontier().root() == tree.EMPTY_ROOT == naive_root([])


@given(sizes)
def test_frontier_equals_the_definition_and_survives_storing(size: int) -> None:
    frontier = tree.Frontier()
    for leaf in leaves_of(size):
        frontier = tree.Frontier.from_bytes(frontier.size, frontier.to_bytes())
        frontier.append(leaf)
    assert frontier.root() == naive_root(data_of(size))
    assert len(frontier.peaks) == size.bit_count()


@given(sizes, st.data())
def test_inclusion_holds_for_its_leaf_and_nothing_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof, root = tree.inclusion_proof(leaves, index), naive_root(data_of(size))
    assert tree.check_inclusion(leaves[index], index, size, proof, root)
    assert not tree.check_inclusion(tree.leaf_hash(b"other"), index, size, proof, root)
    assert not tree.check_inclusion(leaves[index], index, size, proof, tree.EMPTY_ROOT)
    assert not tree.check_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not tree.check_inclusion(leaves[index], size, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index)) if size > 1 else -1
    assert not tree.check_inclusion(leaves[index], other, size, proof, root)


@given(sizes, st.data())
def test_consistency_holds_for_a_beginning_and_nothing_else(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    proof = tree.consistency_proof(leaves, first)
    old, new = naive_root(data_of(first)), naive_root(data_of(size))
    assert tree.check_consistency(first, size, old, new, proof)
    assert not tree.check_consistency(first, size, tree.EMPTY_ROOT, new, proof)
    assert not tree.check_consistency(first, size, old, tree.EMPTY_ROOT, proof)
    assert not tree.check_consistency(first, size, old, new, [*proof, new])
    assert not tree.check_consistency(0, size, old, new, proof)
    if proof:
        assert not tree.check_consistency(first, size, old, new, proof[1:])


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="peaks"):
        tree.Frontier.from_bytes(2, b"x" * 64)
    with pytest.raises(ValueError, match="leaf"):
        tree.inclusion_proof(leaves_of(3), 3)
    with pytest.raises(ValueError, match="older"):
        tree.consistency_proof(leaves_of(3), 0)
    root = tree.root_of(leaves_of(4))
    assert not tree.check_inclusion(leaves_of(4)[0], 0, 4, [], root)
    assert not tree.check_consistency(4, 5, root, root, [])
