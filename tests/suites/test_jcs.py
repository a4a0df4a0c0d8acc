"""The test data of RFC 8785, through the canonical form of policies."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from policies.canonical import canonical
from policies.errors import PolicyError
from policies.jsonld import intake, to_document
from tests.testkit.policies import an_offer
from tests.testkit.shared import shared

ROOT: Final = shared("suites", "jcs")
CASES: Final = sorted(path.stem for path in (ROOT / "input").iterdir())


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_are_the_published_ones(case: str) -> None:
    given = json.loads((ROOT / "input" / f"{case}.json").read_text("utf-8"))
    published = (ROOT / "output" / f"{case}.json").read_bytes()

    assert canonical(given) == published
    assert published.hex() == "".join((ROOT / "outhex" / f"{case}.txt").read_text("ascii").split())


def test_there_are_all_cases(tell: Callable[[str], None]) -> None:
    assert len(CASES) == 6
    tell(f"RFC 8785: {len(CASES)} of {len(CASES)} cases byte for byte")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 2**53, -(2**53), "\ud800", {"\udfff": 1}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(PolicyError):
        canonical(value)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace('"conflict":', '"conflict": "prohibit", "conflict":'),
        lambda text: text.replace('"prohibit"', "NaN"),
        lambda text: text.replace('"prohibit"', "-Infinity"),
        lambda text: text.replace('"prohibit"', '"\\ud800"'),
        lambda text: text.replace('"prohibit"', "1e999"),
    ],
)
def test_intake_refuses_what_json_cannot_agree_on(spoil: Callable[[str], str]) -> None:
    text = json.dumps(to_document(an_offer()))
    assert spoil(text) != text

    with pytest.raises(PolicyError):
        intake(spoil(text).encode())
