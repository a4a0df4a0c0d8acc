from hypothesis import given, settings
from hypothesis import strategies as st

from graph.journal.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    peaks_of,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.testkit.merkle import Leaves, naive_path, naive_root, naive_subproof

LEAVES = Leaves(130)


@given(st.integers(0, 130))
def test_the_right_edge_gives_the_root_of_the_definition(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES.hashes[:size]:
        frontier.append(leaf)

    assert frontier.root() == naive_root(LEAVES.hashes[:size])
    assert root_of(size, LEAVES) == frontier.root()
    assert frontier.peaks == list(LEAVES(peaks_of(size)))


@given(st.data())
@settings(max_examples=60)
def test_an_inclusion_proof_is_that_of_the_definition_and_holds_for_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    root = naive_root(LEAVES.hashes[:size])

    proof = inclusion_proof(index, size, LEAVES)

    assert list(proof) == naive_path(index, LEAVES.hashes[:size])
    assert verify_inclusion(leaf=LEAVES[index], index=index, size=size, proof=proof, root=root)
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index)) if size > 1 else None
    assert other is None or not verify_inclusion(leaf=LEAVES[index], index=other, size=size, proof=proof, root=root)


@given(st.data())
@settings(max_examples=60)
def test_a_consistency_proof_is_that_of_the_definition_and_ties_both_roots(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 130))
    first = data.draw(st.integers(1, second))
    roots = naive_root(LEAVES.hashes[:first]), naive_root(LEAVES.hashes[:second])

    proof = consistency_proof(first, second, LEAVES)

    assert list(proof) == naive_subproof(first, LEAVES.hashes[:second])
    assert verify_consistency(first=first, first_root=roots[0], second=second, second_root=roots[1], proof=proof)
    flipped = bytes([roots[0][0] ^ 1]) + roots[0][1:]
    assert not verify_consistency(first=first, first_root=flipped, second=second, second_root=roots[1], proof=proof)


@given(st.data())
@settings(max_examples=40)
def test_a_flipped_bit_anywhere_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 130))
    index = data.draw(st.integers(0, size - 1))
    parts = [LEAVES[index], naive_root(LEAVES.hashes[:size]), *inclusion_proof(index, size, LEAVES)]
    place = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    parts[place] = bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(parts[place]))

    leaf, root, *proof = parts

    assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root)
