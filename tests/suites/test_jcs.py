"""The vectors of RFC 8785: the canonical form that leaves, signatures and policies rest on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import rfc8785

from policies.canonical import canonical, policy_hash
from policies.errors import PolicyMalformedError
from policies.jsonld import intake, to_document
from tests.testkit.policies import an_offer
from tests.testkit.shared import shared

SUITE: Final = shared("suites", "jcs")
CASES: Final = sorted((SUITE / "input").glob("*.json"))
SAFE: Final = 2**53 - 1
"""The largest whole number that every reader of JSON reads exactly."""

FORMS: Final[dict[str, Callable[[Any], bytes]]] = {"what signs": rfc8785.dumps, "what hashes policies": canonical}


def value_of(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def expected_of(path: Path) -> bytes:
    return (SUITE / "output" / path.name).read_bytes()


def test_the_suite_is_complete(tell: Callable[[str], None]) -> None:
    same = [path for path in CASES if all(form(value_of(path)) == expected_of(path) for form in FORMS.values())]

    assert len(same) == len(CASES) == 6
    tell(f"RFC 8785 vectors: {len(same)} of {len(CASES)} give the published bytes")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_canonical_bytes(path: Path, form: Callable[[Any], bytes]) -> None:
    found = form(value_of(path))

    assert found == expected_of(path)
    assert found == bytes.fromhex((SUITE / "outhex" / f"{path.stem}.txt").read_text("utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_changed_value_has_other_bytes(path: Path) -> None:
    value = value_of(path)
    grown = [*value, 0] if isinstance(value, list) else value | {"": 0}

    assert canonical(grown) != expected_of(path)


NO_FORM: Final = {
    "not a number": float("nan"),
    "infinite": float("inf"),
    "infinite below": float("-inf"),
    "beyond 2^53": SAFE + 1,
    "below -2^53": -SAFE - 1,
    "lone surrogate": "\ud800",
    "surrogates in the wrong order": "\udc00\ud800",
}


@pytest.mark.parametrize("value", NO_FORM.values(), ids=NO_FORM)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [{"a": [value]}]], ids=["bare", "inside"])
def test_what_has_no_canonical_form_is_refused(value: Any, wrap: Callable[[Any], Any]) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        rfc8785.dumps(wrap(value))
    with pytest.raises(PolicyMalformedError, match="no canonical form"):
        canonical(wrap(value))


@pytest.mark.parametrize("key", [1, "\ud800"])
def test_keys_are_text(key: Any) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        rfc8785.dumps({key: "one"})


@pytest.mark.parametrize("number", [SAFE, -SAFE, 0])
def test_whole_numbers_up_to_the_limit_stand_as_they_are(number: int) -> None:
    assert canonical(number) == str(number).encode()


def counting(bound: str) -> bytes:
    """An offer of a number of uses, with the number spelt as given."""
    document = json.dumps(to_document(an_offer(max_queries=77))).encode()
    spelt = document.replace(b'{"@value": "77", "@type": "xsd:integer"}', bound.encode())
    assert spelt != document
    return spelt


def test_numbers_of_policies_stay_exact_beyond_what_json_readers_share() -> None:
    hashes = {policy_hash(intake(counting(str(number)))) for number in (SAFE, SAFE + 1, SAFE + 2, SAFE + 3)}

    assert len(hashes) == 4
    quoted = f'{{"@value": "{SAFE + 2}", "@type": "xsd:integer"}}'
    assert policy_hash(intake(counting(quoted))) in hashes


@pytest.mark.parametrize(
    "bound",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "-1e400",
        "1.0",
        "1E2",
        '"\\ud800"',
        "1, 1",
        "null",
        "077",
        "+77",
        "0x4d",
    ],
)
def test_intake_refuses_numbers_and_texts_without_one_canonical_form(bound: str) -> None:
    with pytest.raises(PolicyMalformedError):
        intake(counting(bound))


@pytest.mark.parametrize(
    "twice",
    [
        b'"uid": "urn:offer:1", "uid": "urn:offer:1"',
        b'"uid": "urn:offer:1", "u\\u0069d": "urn:offer:2"',
        b'"uid": "urn:offer:1", "@id": "urn:offer:2"',
    ],
    ids=["same", "spelt with an escape", "under its alias"],
)
def test_intake_refuses_a_key_that_stands_twice(twice: bytes) -> None:
    document = json.dumps(to_document(an_offer())).encode()
    doubled = document.replace(b'"uid": "urn:offer:1"', twice, 1)
    assert doubled != document

    with pytest.raises(PolicyMalformedError):
        intake(doubled)
