from datetime import datetime, timedelta
from typing import Any

import pytest

from policies.errors import PolicyError
from policies.jsonld import intake, to_document
from policies.model import Transform
from policies.templates import TEMPLATES, TYPES, Template, template
from policies.terms import Rate, terms_of
from policies.validate import validate
from policies.vocabulary import PSEUDONYMISE, Iri
from tests.testkit.policies import ASSET, COLUMNS, GERMANY, MARKETING, NOW, OWNER

FILLED: dict[str, Any] = {
    "columns": frozenset({"rater", "value"}),
    "price": Rate(amount_micro=2_000, currency="EUR"),
    "max_records": 500,
    "max_queries": 5,
    "days": 90,
    "valid_until": NOW + timedelta(365),
    "places": frozenset({GERMANY}),
    "purposes": frozenset({MARKETING}),
    "transforms": {"rater": Transform(term=PSEUDONYMISE)},
}


def names() -> list[str]:
    return [each.name for each in TEMPLATES]


def filled(made_from: Template, **changes: Any) -> dict[str, Any]:
    return {name: FILLED[name] for name in made_from.required} | changes


@pytest.mark.requirement("R18")
@pytest.mark.parametrize("name", names())
def test_a_template_is_used_again_and_again(name: str) -> None:
    made_from = template(name)

    for number in (1, 2):
        offer = made_from.offer(filled(made_from), uid=f"urn:offer:{number}", assigner=OWNER, target=ASSET)
        validate(offer, now=NOW, columns=COLUMNS)
        assert intake(to_document(offer)) == offer
        assert terms_of(offer) == made_from.fill(filled(made_from))


@pytest.mark.requirement("R18", "R84")
def test_an_offer_says_which_version_of_a_template_it_was_made_from() -> None:
    made_from = template("open-research")
    offer = made_from.offer(filled(made_from), uid="urn:offer:1", assigner=OWNER, target=ASSET)

    assert made_from.iri.endswith("/template/open-research/1")
    assert offer.description == f"Made from the template {made_from.iri}."
    assert template("open-research", 1) == made_from


def test_names_and_versions_are_unique() -> None:
    keys = [(each.name, each.version) for each in TEMPLATES]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("made_from", TEMPLATES)
def test_every_hole_takes_its_type(made_from: Template) -> None:
    given = {name: FILLED[name] for name in made_from.required | made_from.optional}
    terms = made_from.fill(given)

    assert {name: getattr(terms, name) for name in given} == given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("columns", frozenset[str]()),
        ("columns", {"value"}),
        ("columns", frozenset({"No Column"})),
        ("columns", frozenset({1})),
        ("price", 5),
        ("max_records", 0),
        ("max_records", True),
        ("days", "90"),
        ("valid_until", datetime(2027, 1, 1)),  # noqa: DTZ001
        ("valid_until", "2027-01-01"),
        ("places", frozenset({Iri("urn:sea")})),
        ("purposes", frozenset({Iri("urn:unheard")})),
        ("purposes", frozenset({1})),
        ("transforms", {"rater": "pseudonymise"}),
        ("transforms", {"No Column": Transform(term=PSEUDONYMISE)}),
        ("transforms", "all"),
    ],
)
def test_a_value_of_another_type_is_refused_and_named(name: str, value: object) -> None:
    made_from = template("commercial-fine-tuning")

    with pytest.raises(PolicyError) as refused:
        made_from.fill(filled(made_from) | {name: value})

    assert (refused.value.code, refused.value.pointer) == ("POLICY_VALUE_INVALID", f"/{name}")
    assert TYPES[name].told in refused.value.message


def test_a_hole_that_is_missing_or_unknown_is_named() -> None:
    made_from = template("commercial-fine-tuning")

    with pytest.raises(PolicyError, match="needs `columns`") as missing:
        made_from.fill({"price": FILLED["price"], "max_records": 5, "days": 5})
    with pytest.raises(PolicyError, match="unknown hole of the template `ethics`") as unknown:
        made_from.fill(filled(made_from, ethics=False))

    assert (missing.value.code, unknown.value.code) == ("POLICY_MALFORMED", "POLICY_TERM_UNKNOWN")
    assert missing.value.hint


@pytest.mark.parametrize(("name", "version"), [("unheard", None), ("open-research", 99)])
def test_what_is_no_template_is_refused(name: str, version: int | None) -> None:
    with pytest.raises(PolicyError, match="unknown template"):
        template(name, version)
