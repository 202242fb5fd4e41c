"""The Merkle tree of RFC 6962 §2.1 (= RFC 9162 §2.1), SHA-256.

    leaf = SHA-256(0x00 || entry)      node = SHA-256(0x01 || left || right)      empty tree = SHA-256("")

Roots are computed in two ways that share nothing but the two hash functions: `CompactRange`, the stack that grows with
each append, and `fold`, which works from lists of hashes.  Signing compares them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from core.disclosure.log.errors import ProofInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Subtree = Callable[[int, int], bytes]

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry's bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, all in memory; joining neighbours level by level gives the RFC's tree."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        # `node_hash`, spelt out: the inner loop of every verification.
        joined = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            joined.append(level[-1])
        level = joined
    return level[0]


def fold(hashes: Sequence[bytes], rest: bytes | None) -> bytes | None:
    """The root over *hashes*, subtrees of one size, followed by *rest*, the root of a smaller tree (or nothing).

    Folding the hashes of each tile level, lowest first, each as the rest of the next, gives the root of the log.
    """
    end = len(hashes)
    while end:
        width = end & -end
        perfect = root_of(hashes[end - width : end])
        rest = perfect if rest is None else node_hash(perfect, rest)
        end -= width
    return rest


class CompactRange:
    """The roots of the perfect subtrees that make up a tree of *size* leaves, largest first: a binary counter."""

    def __init__(self, size: int = 0, frontier: Iterable[bytes] = ()) -> None:
        self.size = size
        self.frontier = list(frontier)

    def append(self, node: bytes, height: int = 0) -> list[tuple[int, bytes]]:
        """Add a leaf hash; returns the nodes that it completed as (height, hash), the leaf's own excluded.

        With a *height* it is the root of a perfect subtree of that height, which the size must be a multiple of.
        """
        completed = []
        grown = 1 << height
        while self.size >> height & 1:
            node = node_hash(self.frontier.pop(), node)
            height += 1
            completed.append((height, node))
        self.frontier.append(node)
        self.size += grown
        return completed

    def root(self) -> bytes:
        """The tree's root."""
        if not self.frontier:
            return EMPTY_ROOT
        root = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            root = node_hash(left, root)
        return root


def _check_lengths(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofInvalid


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Check that *leaf* (a leaf hash) stands at *index* of the tree of *size* with *root* (RFC 9162 §2.1.3.2).

    Raises:
        ProofInvalid: it does not follow, the path is too short or too long, or a hash has not 32 bytes.
    """
    _check_lengths(leaf, root, *path)
    if not 0 <= index < size:
        raise ProofInvalid
    at, last = index, size - 1
    computed = leaf
    for sibling in path:
        if not last:
            raise ProofInvalid
        if at & 1 or at == last:
            computed = node_hash(sibling, computed)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        at, last = at >> 1, last >> 1
    if last or computed != root:
        raise ProofInvalid


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, path: Sequence[bytes]) -> None:
    """Check that the tree of *size2* begins with the tree of *size1* (RFC 9162 §2.1.4.2).

    Raises:
        ProofInvalid: it does not follow, the path is too short or too long, or a hash has not 32 bytes.
    """
    if not 0 <= size1 <= size2:
        raise ProofInvalid
    if size1 == size2:
        # A tree begins with itself, whatever its root is made of (as transparency-dev's vectors have it).
        if path or root1 != root2 or (size1 == 0 and root1 != EMPTY_ROOT):
            raise ProofInvalid
        return
    _check_lengths(root1, root2, *path)
    if size1 == 0:
        if path or root1 != EMPTY_ROOT:
            raise ProofInvalid
        return
    if not path:
        raise ProofInvalid
    hashes = [root1, *path] if size1 & (size1 - 1) == 0 else path
    _walk_consistency(size1, size2, root1, root2, hashes)


def _walk_consistency(size1: int, size2: int, root1: bytes, root2: bytes, hashes: Sequence[bytes]) -> None:
    at, last = size1 - 1, size2 - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if not last:
            raise ProofInvalid
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    if last or old != root1 or new != root2:
        raise ProofInvalid


def _split(size: int) -> int:
    """The largest power of two below *size* (at least 2)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The inclusion proof of leaf *index* in the tree of *size*; ``subtree(start, end)`` is the root over a range.

    Raises:
        ProofInvalid: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofInvalid
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_path(size1: int, size2: int, subtree: Subtree) -> list[bytes]:
    """The proof that the tree of *size2* begins with that of *size1*; ``subtree(start, end)`` is the root over a range.

    Raises:
        ProofInvalid: the first tree is the larger.
    """
    if not 0 <= size1 <= size2:
        raise ProofInvalid
    if size1 in (0, size2):
        return []
    start, end = 0, size2
    path = []
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:
        path.append(subtree(start, end))
    return path[::-1]
