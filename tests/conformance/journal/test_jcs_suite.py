"""The vectors of RFC 8785: the canonical form that leaves, signatures and policies rest on."""

import json
from pathlib import Path

import pytest
import rfc8785

from tests.testkit.shared import shared

SUITE = shared("suites", "jcs")
CASES = sorted((SUITE / "input").glob("*.json"))


def test_the_suite_is_complete() -> None:
    assert len(CASES) == 6


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_canonical_bytes(path: Path) -> None:
    canonical = rfc8785.dumps(json.loads(path.read_text(encoding="utf-8")))

    assert canonical == (SUITE / "output" / path.name).read_bytes()
    assert canonical == bytes.fromhex((SUITE / "outhex" / f"{path.stem}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {1: "one"}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, TypeError)):
        rfc8785.dumps(value)  # type: ignore[arg-type]  # the point of the test
