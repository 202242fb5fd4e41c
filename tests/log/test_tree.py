"""The tree against RFC 6962's constants, other people's vectors and a naive reading of the definition."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.log.errors import ProofInvalid
from core.disclosure.log.tiles import TILE_WIDTH, TileStack, TileTree
from core.disclosure.log.tree import (
    EMPTY_ROOT,
    CompactRange,
    consistency_path,
    fold,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.support.tlog import vectors

PROOFS = vectors("transparency_dev_merkle_proofs")


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162 §2.1.1 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    left, right = naive_root(leaves[:middle]), naive_root(leaves[middle:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaves_of(size: int) -> list[bytes]:
    """Leaf hashes of invented entries."""
    return [leaf_hash(b"entry %d" % number) for number in range(size)]


def test_hashes_are_those_of_rfc_6962() -> None:
    """Empty tree, leaf and node hashes are the published constants."""
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    node = "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    assert node_hash(b"N123", b"N456").hex() == node


@pytest.mark.parametrize("size", range(9))
def test_reference_tree_has_its_roots(size: int) -> None:
    """The eight-leaf tree that Certificate Transparency's tools share has its root at each size, by every path."""
    tree = vectors("rfc6962_reference_tree")
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in tree["leaves_hex"]][:size]
    stack = CompactRange()
    for leaf in leaves:
        stack.append(leaf)
    expected = tree["roots_hex_by_size"][size]
    assert root_of(leaves).hex() == stack.root().hex() == (fold(leaves, None) or EMPTY_ROOT).hex() == expected


def _hashes(encoded: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in encoded or []]


def _bytes(encoded: str | None) -> bytes:
    return base64.b64decode(encoded or "")


@pytest.mark.parametrize("vector", PROOFS["inclusion"], ids=range(len(PROOFS["inclusion"])))
def test_inclusion_vector(vector: dict[str, Any]) -> None:
    """Each published inclusion probe is accepted or refused as its makers say."""

    def check() -> None:
        verify_inclusion(
            vector["leafIdx"],
            vector["treeSize"],
            _bytes(vector["leafHash"]),
            _hashes(vector["proof"]),
            _bytes(vector["root"]),
        )

    if vector["wantErr"]:
        with pytest.raises(ProofInvalid):
            check()
    else:
        check()


@pytest.mark.parametrize("vector", PROOFS["consistency"], ids=range(len(PROOFS["consistency"])))
def test_consistency_vector(vector: dict[str, Any]) -> None:
    """Each published consistency probe is accepted or refused as its makers say."""

    def check() -> None:
        verify_consistency(
            vector["size1"],
            vector["size2"],
            _bytes(vector["root1"]),
            _bytes(vector["root2"]),
            _hashes(vector["proof"]),
        )

    if vector["wantErr"]:
        with pytest.raises(ProofInvalid):
            check()
    else:
        check()


@given(st.integers(0, 700))
def test_every_path_gives_the_root_of_the_definition(size: int) -> None:
    """Stack, fold over tiles, joining by levels and the RFC's recursion agree on every size."""
    leaves = leaves_of(size)
    stack, tiles = CompactRange(), TileStack()
    for start in range(0, size, TILE_WIDTH):
        tiles.extend(leaves[start : start + TILE_WIDTH])
    for leaf in leaves:
        stack.append(leaf)
    assert stack.root() == tiles.root() == root_of(leaves) == naive_root(leaves)


def _tree(leaves: list[bytes]) -> TileTree:
    levels = [leaves]
    while len(levels[-1]) >= TILE_WIDTH:
        below = levels[-1]
        levels.append(
            [root_of(below[at : at + TILE_WIDTH]) for at in range(0, len(below) - TILE_WIDTH + 1, TILE_WIDTH)]
        )

    def read(level: int, number: int, width: int) -> list[bytes]:
        return levels[level][number * TILE_WIDTH : number * TILE_WIDTH + width]

    return TileTree(len(leaves), read)


@given(st.integers(1, 1200), st.data())
def test_proofs_from_tiles_verify_and_altered_ones_do_not(size: int, data: st.DataObject) -> None:
    """Inclusion and consistency proofs made from tiles verify; one hash more, less or other is refused."""
    leaves = leaves_of(size)
    tree = _tree(leaves)
    index = data.draw(st.integers(0, size - 1))
    smaller = data.draw(st.integers(0, size))
    root = tree.root(size)
    assert root == naive_root(leaves)
    assert tree.root(smaller) == naive_root(leaves[:smaller])
    path = inclusion_path(index, size, tree.subtree)
    verify_inclusion(index, size, leaves[index], path, root)
    proof = consistency_path(smaller, size, tree.subtree)
    verify_consistency(smaller, size, tree.root(smaller), root, proof)
    for wrong in (path[:-1] if path else [root], [*path, root], [leaf_hash(b"other"), *path[1:]]):
        with pytest.raises(ProofInvalid):
            verify_inclusion(index, size, leaves[index], wrong, root)
    for wrong in ([*proof, root], [leaf_hash(b"other"), *proof[1:]], *([proof[:-1]] if proof else [])):
        with pytest.raises(ProofInvalid):
            verify_consistency(smaller, size, tree.root(smaller), root, wrong)


def test_edges_are_refused() -> None:
    """An index at or past the size, sizes that shrink and hashes of another length are refused."""
    root = naive_root(leaves_of(3))
    for index in (-1, 3, 2**64):
        with pytest.raises(ProofInvalid):
            verify_inclusion(index, 3, leaves_of(3)[0], [], root)
        with pytest.raises(ProofInvalid):
            inclusion_path(index, 3, _tree(leaves_of(3)).subtree)
    with pytest.raises(ProofInvalid):
        verify_consistency(3, 2, root, root, [])
    with pytest.raises(ProofInvalid):
        consistency_path(3, 2, _tree(leaves_of(3)).subtree)
    with pytest.raises(ProofInvalid):
        verify_consistency(0, 3, root, root, [])
    with pytest.raises(ProofInvalid):
        verify_consistency(0, 0, root, root, [])
    with pytest.raises(ProofInvalid):
        verify_inclusion(0, 1, b"short", [], b"short")
    verify_consistency(0, 3, EMPTY_ROOT, root, [])
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
