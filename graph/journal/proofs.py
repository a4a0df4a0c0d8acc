"""What the journal can prove, and the proofs themselves."""

from dataclasses import dataclass

from graph.errors import JournalCorruptError, ProofUnavailableError
from graph.journal.merkle import (
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from graph.journal.reads.events import recorded_at
from graph.journal.stored_tree import StoredSubtrees
from graph.sql.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """That an event stands at its place in a tree: ``merkle.verify_inclusion`` checks it without the journal."""

    seq: int
    canonical: bytes
    """The event: what the leaf is the hash of."""
    leaf: bytes
    path: tuple[bytes, ...]
    tree_size: int
    root: bytes

    def holds(self) -> bool:
        """Whether the path leads from the leaf to the root."""
        return verify_inclusion(leaf=self.leaf, index=self.seq, size=self.tree_size, proof=self.path, root=self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyProof:
    """That the larger tree continues the smaller one."""

    first: int
    first_root: bytes
    second: int
    second_root: bytes
    path: tuple[bytes, ...]

    def holds(self) -> bool:
        """Whether the path leads to both roots."""
        return verify_consistency(
            first=self.first,
            first_root=self.first_root,
            second=self.second,
            second_root=self.second_root,
            proof=self.path,
        )


def prove_inclusion(connection: Connection, seq: int, size: int, tree_size: int | None) -> InclusionProof:
    """Prove that the event at ``seq`` is in the first ``tree_size`` events, or in all ``size`` of them.

    Raises:
        ProofUnavailableError: there is no such event, or no such tree.
        JournalCorruptError: the stored tree does not prove it.
    """
    chosen = size if tree_size is None else tree_size
    if chosen > size:
        raise ProofUnavailableError(chosen, size)
    recorded = recorded_at(connection, seq) if 0 <= seq < chosen else None
    if recorded is None:
        raise ProofUnavailableError(seq, chosen)
    subtrees = StoredSubtrees(connection)
    proof = InclusionProof(
        seq=seq,
        canonical=recorded.canonical,
        leaf=recorded.leaf,
        path=inclusion_proof(seq, chosen, subtrees),
        tree_size=chosen,
        root=root_of(chosen, subtrees),
    )
    if not proof.holds():
        raise JournalCorruptError("the stored tree does not hold the event", seq=seq)
    return proof


def prove_consistency(connection: Connection, first: int, second: int, size: int) -> ConsistencyProof:
    """Prove that the first ``second`` events continue the first ``first``.

    Raises:
        ProofUnavailableError: there are no such trees, or ``first`` is the larger.
        JournalCorruptError: the stored tree does not prove it.
    """
    if not 0 < first <= second <= size:
        raise ProofUnavailableError(second if second > size else first, size)
    subtrees = StoredSubtrees(connection)
    proof = ConsistencyProof(
        first=first,
        first_root=root_of(first, subtrees),
        second=second,
        second_root=root_of(second, subtrees),
        path=consistency_proof(first, second, subtrees),
    )
    if not proof.holds():
        raise JournalCorruptError("the stored tree is not one tree")
    return proof
