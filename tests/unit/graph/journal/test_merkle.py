import pytest

from graph.journal.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.testkit.merkle import Leaves

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_known_answer_of_eight_leaves() -> None:
    frontier = Frontier()
    for each in INPUTS:
        frontier.append(leaf_hash(bytes.fromhex(each)))

    assert frontier.root().hex() == ROOT_OF_EIGHT
    assert frontier.size == 8
    assert len(frontier.peaks) == 1


def test_appending_gives_the_nodes_that_became_complete() -> None:
    frontier = Frontier()
    completed = [[(level, position) for level, position, _ in frontier.append(leaf_hash(b"x"))] for _ in range(8)]

    assert completed == [[], [(1, 0)], [], [(1, 1), (2, 0)], [], [(1, 2)], [], [(1, 3), (2, 1), (3, 0)]]


def test_every_small_tree_continues_every_smaller_one() -> None:
    leaves = Leaves(9)
    roots = [root_of(size, leaves) for size in range(10)]

    assert all(
        verify_consistency(
            first=first,
            first_root=roots[first],
            second=second,
            second_root=roots[second],
            proof=consistency_proof(first, second, leaves),
        )
        for second in range(1, 10)
        for first in range(1, second + 1)
    )


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="is not among"):
        inclusion_proof(index, size, Leaves(3))


@pytest.mark.parametrize(("first", "second"), [(0, 3), (3, 2)])
def test_there_is_no_proof_between_impossible_sizes(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="no consistency"):
        consistency_proof(first, second, Leaves(3))


def test_an_inclusion_proof_with_a_surplus_hash_is_refused() -> None:
    leaves = Leaves(5)
    root = root_of(5, leaves)
    proof = inclusion_proof(2, 5, leaves)

    assert verify_inclusion(leaf=leaves[2], index=2, size=5, proof=proof, root=root)
    assert not verify_inclusion(leaf=leaves[2], index=2, size=5, proof=(*proof, proof[0]), root=root)
    assert not verify_inclusion(leaf=leaves[2], index=2, size=5, proof=proof[:-1], root=root)
    assert not verify_inclusion(leaf=leaves[2], index=5, size=5, proof=proof, root=root)
    assert not verify_inclusion(leaf=leaves[2][:-1], index=2, size=5, proof=proof, root=root)
    assert not verify_inclusion(leaf=leaves[0], index=0, size=1, proof=(proof[0],), root=leaves[0])


def test_a_consistency_proof_of_another_form_is_refused() -> None:
    leaves = Leaves(7)
    roots = {size: root_of(size, leaves) for size in (3, 4, 7)}

    def holds(first: int, second: int, *proof: bytes) -> bool:
        return verify_consistency(
            first=first, first_root=roots[first], second=second, second_root=roots[second], proof=proof
        )

    proof = consistency_proof(3, 7, leaves)
    assert holds(3, 7, *proof)
    assert not holds(3, 7, *proof, proof[0])
    assert not holds(3, 7, *proof[:-1])
    assert not holds(3, 7)
    assert holds(7, 7)
    assert not holds(7, 7, proof[0])
    assert not holds(3, 7, proof[0][:-1], *proof[1:])
    assert not verify_consistency(first=0, first_root=EMPTY_ROOT, second=7, second_root=roots[7], proof=())
    assert not verify_consistency(first=7, first_root=roots[7], second=3, second_root=roots[3], proof=())
