"""The tree of hashes over the journal (RFC 9162, section 2): appending, roots, proofs and their verification.

A tree is stored as its *perfect* subtrees: ``(level, position)`` is the hash over the leaves ``position * 2**level`` up
to, not including, ``(position + 1) * 2**level``. They never change once they are complete, so appending touches the
right edge only, and every proof is made of a handful of them.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NewType, Protocol

Hash = NewType("Hash", bytes)
"""32 bytes."""

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = Hash(sha256(b"").digest())


class Subtrees(Protocol):
    """Where the hashes of complete subtrees are read from."""

    def __call__(self, wanted: Sequence[tuple[int, int]]) -> Sequence[Hash]:
        """The hashes of these ``(level, position)``, in the order asked; level 0 are the leaves."""
        ...


def leaf_hash(content: bytes) -> Hash:
    """Hash of one leaf."""
    return Hash(sha256(b"\x00" + content).digest())


def node_hash(left: bytes, right: bytes) -> Hash:
    """Hash of an inner node."""
    return Hash(sha256(b"\x01" + left + right).digest())


class Frontier:
    """The right edge of a growing tree: all that appending needs."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[Hash] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        """Roots of the perfect subtrees, left to right; one per set bit of ``size``, the highest first."""

    def append(self, leaf: Hash) -> list[tuple[int, int, Hash]]:
        """Add a leaf; gives the inner nodes ``(level, position, hash)`` that became complete, lowest first."""
        completed: list[tuple[int, int, Hash]] = []
        level, position, node = 0, self.size, leaf
        while position & 1:
            node = node_hash(self.peaks.pop(), node)
            level, position = level + 1, position >> 1
            completed.append((level, position, node))
        self.peaks.append(node)
        self.size += 1
        return completed

    def root(self) -> Hash:
        """Root of the tree as it is now."""
        return _join(self.peaks)


def peaks_of(size: int) -> list[tuple[int, int]]:
    """``(level, position)`` of the perfect subtrees that a tree of this size consists of, left to right."""
    return list(_perfect(0, size))


def root_of(size: int, subtrees: Subtrees) -> Hash:
    """Root of the first ``size`` leaves."""
    return _join(subtrees(peaks_of(size)))


def inclusion_proof(index: int, size: int, subtrees: Subtrees) -> tuple[Hash, ...]:
    """The path from leaf ``index`` to the root of the first ``size`` leaves, lowest first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not among {size}")
    return _hashes(_path(index, 0, size), subtrees)


def consistency_proof(first: int, second: int, subtrees: Subtrees) -> tuple[Hash, ...]:
    """What shows that the first ``first`` leaves are a prefix of the first ``second``.

    Raises:
        ValueError: one of the trees is empty, or ``first`` is the larger.
    """
    if not 0 < first <= second:
        raise ValueError(f"no consistency between sizes {first} and {second} can be shown")
    return _hashes(_subproof(first, 0, second, whole=True), subtrees)


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """True when ``proof`` shows that ``leaf`` stands at ``index`` of the tree of that size and root."""
    if not 0 <= index < size or not _well_formed(leaf, root, *proof):
        return False
    node, last = leaf, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and hmac.compare_digest(node, root)


def verify_consistency(
    *, first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """True when ``proof`` shows that the tree of size ``second`` continues the tree of size ``first``."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and hmac.compare_digest(first_root, second_root)
    if not _well_formed(first_root, second_root, *proof):
        return False
    # WHY: the old root of a complete tree is itself the first node, and is therefore not sent.
    nodes = list(proof) if first & (first - 1) else [first_root, *proof]
    if not nodes:
        return False
    index, last = first - 1, second - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and hmac.compare_digest(old, first_root) and hmac.compare_digest(new, second_root)


_Range = tuple[int, int]


def _path(index: int, start: int, end: int) -> Iterator[_Range]:
    """Leaf ranges whose roots are the path of leaf ``start + index``, lowest first."""
    if end - start == 1:
        return
    middle = start + _split(end - start)
    if start + index < middle:
        yield from _path(index, start, middle)
        yield middle, end
    else:
        yield from _path(start + index - middle, middle, end)
        yield start, middle


def _subproof(first: int, start: int, end: int, *, whole: bool) -> Iterator[_Range]:
    if first == end - start:
        if not whole:
            yield start, end
        return
    middle = start + _split(end - start)
    if start + first <= middle:
        yield from _subproof(first, start, middle, whole=whole)
        yield middle, end
    else:
        yield from _subproof(start + first - middle, middle, end, whole=False)
        yield start, middle


def _split(leaves: int) -> int:
    """The largest power of two below ``leaves``."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _perfect(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees of a range that begins where a subtree of its size begins, left to right."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _hashes(ranges: Iterable[_Range], subtrees: Subtrees) -> tuple[Hash, ...]:
    """The root of every range; one look-up for all of them."""
    parts = [list(_perfect(start, end)) for start, end in ranges]
    found = iter(subtrees([place for part in parts for place in part]))
    return tuple(_join([next(found) for _ in part]) for part in parts)


def _join(peaks: Sequence[Hash]) -> Hash:
    if not peaks:
        return EMPTY_ROOT
    node = peaks[-1]
    for left in reversed(peaks[:-1]):
        node = node_hash(left, node)
    return node


def _well_formed(*hashes: bytes) -> bool:
    return all(len(each) == HASH_BYTES for each in hashes)
