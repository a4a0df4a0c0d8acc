"""The W3C JSON-LD 1.1 API suite: the processor that policies are expanded with, behind the product's own loader."""

import json
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.suites.json_ld import Suite, canonical_quads, equal, is_old
from tests.testkit.shared import shared
from tests.testkit.sockets import sockets

SUITE: Final = Suite(shared("suites", "json-ld-api", "tests"))

PASSING: Final = {"expand": 367, "toRdf": 442}
SKIPPED: Final = {"expand": 18, "toRdf": 19}
FAILING: Final[dict[str, dict[str, str]]] = {
    "expand": {},
    "toRdf": {
        "#te111": "a relative `@vocab` after another one: a property that is a fragment is kept, and should be dropped",
        "#te112": "the same, with two relative ones",
        "#te122": "an IRI that looks like a keyword makes the sorting of the dataset fail",
        "#tli12": "an IRI that is not well formed is written into a list",
        "#tli14": "a relative IRI without base inside a list makes the writing fail",
        "#twf05": "a language tag that is not well formed is written",
    },
}
"""What pyld is known to get wrong; policies are never written as RDF, and expansion has no known failure."""


@pytest.mark.parametrize("manifest", ["expand", "toRdf"])
@pytest.mark.filterwarnings("ignore:.*beginning with:SyntaxWarning")
def test_the_published_counts_hold_without_the_network(manifest: str, tell: Callable[[str], None]) -> None:
    started = time.perf_counter()
    with sockets() as heard:
        outcomes = SUITE.run(manifest)
    took = time.perf_counter() - started

    assert set(outcomes.failed) == FAILING[manifest].keys()
    assert len(outcomes.passed) == PASSING[manifest]
    assert len(outcomes.skipped) == SKIPPED[manifest]
    assert heard == []
    run = len(outcomes.passed) + len(outcomes.failed)
    known = f", known failures {', '.join(sorted(outcomes.failed))}" if outcomes.failed else ""
    tell(
        f"W3C JSON-LD suite, {manifest}: {len(outcomes.passed)} of {run} pass{known}, {len(outcomes.skipped)} of "
        f"JSON-LD 1.0 alone skipped, {len(heard)} sockets opened, {took:.1f} s"
    )


def test_the_comparison_of_documents_sees_every_changed_value() -> None:
    for entry in SUITE.entries("expand"):
        if "expect" in entry and not is_old(entry):
            expected = json.loads(SUITE.text(entry["expect"]))

            assert equal(expected, expected)
            assert not equal(expected, [*expected, {}])
            for changed in _with_one_text_changed(expected):
                assert not equal(changed, expected), entry["@id"]


def _with_one_text_changed(value: Any) -> list[Any]:
    """The value, once for each text in it, with that text changed."""
    if isinstance(value, str):
        return [value + "?"]
    if isinstance(value, dict):
        return [value | {key: each} for key, child in value.items() for each in _with_one_text_changed(child)]
    if isinstance(value, list):
        return [
            [*value[:index], each, *value[index + 1 :]]
            for index, child in enumerate(value)
            for each in _with_one_text_changed(child)
        ]
    return []


def test_the_order_of_arrays_counts_in_lists_alone() -> None:
    assert equal({"a": [1, 2]}, {"a": [2, 1]})
    assert not equal({"@list": [1, 2]}, {"@list": [2, 1]})
    assert not equal([1, 1, 2], [1, 2, 2])
    assert not equal([True], [1])


def test_datasets_are_compared_up_to_the_names_of_blank_nodes() -> None:
    assert canonical_quads("_:a <urn:p> _:b .\n") == canonical_quads("_:x <urn:p> _:y .\n")
    assert canonical_quads("_:a <urn:p> _:b .\n") != canonical_quads("_:a <urn:p> _:a .\n")
