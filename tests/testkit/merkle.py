"""The tree by its definition (RFC 9162, 2.1): slow, and plainly right."""

from collections.abc import Sequence
from hashlib import sha256

from graph.journal.merkle import Hash


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """Hash of a list of leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha256(b"\x01" + naive_root(leaves[:middle]) + naive_root(leaves[middle:])).digest()


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Audit path of a leaf (RFC 9162, 2.1.3.1)."""
    if len(leaves) == 1:
        return []
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    if index < middle:
        return [*naive_path(index, leaves[:middle]), naive_root(leaves[middle:])]
    return [*naive_path(index - middle, leaves[middle:]), naive_root(leaves[:middle])]


def naive_subproof(first: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """Consistency path (RFC 9162, 2.1.4.1)."""
    if first == len(leaves):
        return [] if whole else [naive_root(leaves)]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    if first <= middle:
        return [*naive_subproof(first, leaves[:middle], whole=whole), naive_root(leaves[middle:])]
    return [*naive_subproof(first - middle, leaves[middle:], whole=False), naive_root(leaves[:middle])]


class Leaves:
    """So many leaves; called as ``graph.journal.merkle.Subtrees``."""

    def __init__(self, count: int) -> None:
        self.hashes = [Hash(sha256(b"\x00" + str(number).encode()).digest()) for number in range(count)]

    def __getitem__(self, index: int) -> Hash:
        return self.hashes[index]

    def __call__(self, wanted: Sequence[tuple[int, int]]) -> Sequence[Hash]:
        return [
            Hash(naive_root(self.hashes[position << level : (position + 1) << level])) for level, position in wanted
        ]
