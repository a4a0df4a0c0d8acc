"""The vectors of transparency-dev/merkle: every inclusion and consistency file."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from graph.journal.merkle import verify_consistency, verify_inclusion
from tests.testkit.shared import shared

SUITE = shared("suites", "merkle", "testdata")
CASES = {kind: sorted((SUITE / kind).rglob("*.json")) for kind in ("inclusion", "consistency")}


def read(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def hashes(*texts: str) -> list[bytes]:
    return [b64decode(text) for text in texts]


def included(case: dict[str, Any], leaf: bytes, root: bytes, proof: list[bytes]) -> bool:
    return verify_inclusion(leaf=leaf, index=case["leafIdx"], size=case["treeSize"], proof=proof, root=root)


def consistent(case: dict[str, Any], first: bytes, second: bytes, proof: list[bytes]) -> bool:
    return verify_consistency(
        first=case["size1"], first_root=first, second=case["size2"], second_root=second, proof=proof
    )


def test_the_suite_is_complete() -> None:
    assert {kind: len(paths) for kind, paths in CASES.items()} == {"inclusion": 98, "consistency": 98}


@pytest.mark.parametrize("path", CASES["inclusion"], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_inclusion(path: Path) -> None:
    case = read(path)
    leaf, root, *proof = hashes(case["leafHash"], case["root"], *(case["proof"] or ()))

    assert included(case, leaf, root, proof) is not case["wantErr"]
    if not case["wantErr"]:
        assert not any(included(case, *parts) for parts in flipped(leaf, root, proof))


@pytest.mark.parametrize("path", CASES["consistency"], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_consistency(path: Path) -> None:
    case = read(path)
    first, second, *proof = hashes(case["root1"], case["root2"], *(case["proof"] or ()))

    assert consistent(case, first, second, proof) is not case["wantErr"]
    if not case["wantErr"]:
        assert not any(consistent(case, *parts) for parts in flipped(first, second, proof))


def flipped(one: bytes, other: bytes, proof: list[bytes]) -> list[tuple[bytes, bytes, list[bytes]]]:
    """The same with one bit turned, in each hash."""
    parts = [one, other, *proof]
    turned = []
    for place, part in enumerate(parts):
        mutant = [*parts]
        mutant[place] = bytes([part[0] ^ 0x80]) + part[1:]
        turned.append((mutant[0], mutant[1], mutant[2:]))
    return turned
