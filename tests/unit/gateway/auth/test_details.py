"""A token names live licences of its own party, each once, in the form of RFC 9396, or is not issued."""

import json

import pytest

from gateway.auth.errors import DetailsInvalidError
from gateway.auth.profile import DETAILS_MAX
from gateway.auth.server.details import Asked, asked, granted
from graph.journal.rows import LicenceRow
from policies.model import LicenceStatus
from tests.testkit.tokens import AUDIENCE, DEVELOPER, LICENCE, POLICY

OTHER = "urn:muniment:licence:0199-two"


def a_licence(state: LicenceStatus = LicenceStatus.ACTIVE, assignee: str = DEVELOPER) -> LicenceRow:
    return LicenceRow(
        licence=LICENCE,
        negotiation="urn:muniment:negotiation:1",
        agreement="urn:muniment:agreement:1",
        version=3,
        policy=POLICY,
        dataset="urn:muniment:dataset:1",
        assigner="urn:muniment:party:owner",
        assignee=assignee,
        state=state,
        valid_until=None,
        first_delivery=None,
        released_columns=frozenset(),
        stream_version=1,
        seq=9,
    )


def element(**changed: object) -> dict[str, object]:
    return {"type": "data_licence", "identifier": LICENCE, **changed}


def test_without_the_parameter_no_licence_is_asked_for() -> None:
    assert asked(None, AUDIENCE) == ()


def test_licences_are_read_with_what_the_client_restricts_itself_to() -> None:
    parameter = json.dumps(
        [element(actions=["urn:a", "urn:b"], privileges=["urn:c"], locations=[AUDIENCE]), element(identifier=OTHER)]
    )

    assert asked(parameter, AUDIENCE) == (
        Asked(licence=LICENCE, actions=("urn:a", "urn:b"), privileges=("urn:c",)),
        Asked(licence=OTHER),
    )


@pytest.mark.parametrize(
    ("parameter", "problem"),
    [
        ("", "strict JSON"),
        ("{", "strict JSON"),
        ('[{"type":"data_licence","type":"data_licence"}]', "strict JSON"),
        ("[" * 30_000, "strict JSON"),
        ("{}", "array"),
        ("[]", "array"),
        ('"data_licence"', "array"),
        ("[1]", "not a JSON object, at element 0"),
        (json.dumps([element(), element(identifier=OTHER, colour="red")]), "unknown member `colour`, at element 1"),
        (json.dumps([element(datatypes=["x"])]), "unknown member `datatypes`"),
        (json.dumps([element(licence_version=3)]), "unknown member `licence_version`"),
        (json.dumps([element(terms_digest=POLICY)]), "unknown member `terms_digest`"),
        (json.dumps([element(type="payment")]), "`type` must be"),
        (json.dumps([{"identifier": LICENCE}]), "`type` must be"),
        (json.dumps([{"type": "data_licence"}]), "`identifier`"),
        (json.dumps([element(identifier=7)]), "`identifier`"),
        (json.dumps([element(identifier="")]), "`identifier`"),
        (json.dumps([element(identifier="a b")]), "`identifier`"),
        (json.dumps([element(identifier="x" * 257)]), "`identifier`"),
        (json.dumps([element(identifier="\u0000")]), "`identifier`"),
        (json.dumps([element(locations=[])]), "`locations`"),
        (json.dumps([element(locations=AUDIENCE)]), "`locations`"),
        (json.dumps([element(locations=[AUDIENCE, "https://other.example"])]), "`locations`"),
        (json.dumps([element(actions=[])]), "`actions`"),
        (json.dumps([element(actions="urn:a")]), "`actions`"),
        (json.dumps([element(actions=[1])]), "`actions`"),
        (json.dumps([element(actions=None)]), "`actions`"),
        (json.dumps([element(privileges=["urn:a", "urn:a"])]), "`privileges` holds an IRI twice"),
        (json.dumps([element(privileges=[f"urn:{n}" for n in range(33)])]), "`privileges`"),
        (json.dumps([element(), element()]), "named twice, at element 1"),
        (json.dumps([element(identifier=f"urn:{n}") for n in range(DETAILS_MAX + 1)]), "32 licences, not 33"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_exactly_of_the_type_is_refused(parameter: str, problem: str) -> None:
    with pytest.raises(DetailsInvalidError) as refused:
        asked(parameter, AUDIENCE)

    assert problem in refused.value.message
    assert refused.value.oauth_error == "invalid_authorization_details"


def test_a_live_licence_of_the_party_is_granted_with_its_present_version_and_terms() -> None:
    wanted = [Asked(licence=LICENCE, actions=("urn:a",), privileges=("urn:p",))]

    assert granted(wanted, {LICENCE: a_licence()}, party=DEVELOPER, audience=AUDIENCE) == [
        {
            "type": "data_licence",
            "identifier": LICENCE,
            "locations": [AUDIENCE],
            "licence_version": 3,
            "terms_digest": POLICY,
            "actions": ["urn:a"],
            "privileges": ["urn:p"],
        }
    ]


@pytest.mark.parametrize(
    "row",
    [
        None,
        a_licence(assignee="urn:muniment:party:other"),
        a_licence(LicenceStatus.SUSPENDED),
        a_licence(LicenceStatus.EXPIRED),
        a_licence(LicenceStatus.TERMINATED),
    ],
    ids=["absent", "foreign", "suspended", "expired", "terminated"],
)
def test_absent_foreign_and_dead_licences_are_refused_in_the_same_words(row: LicenceRow | None) -> None:
    with pytest.raises(DetailsInvalidError) as refused:
        granted([Asked(licence=LICENCE)], {LICENCE: row}, party=DEVELOPER, audience=AUDIENCE)

    assert refused.value.message == f"`{LICENCE}` is no active licence of this client, at element 0"


def test_the_owner_of_a_dataset_gets_no_token_for_the_licence_of_the_developer() -> None:
    with pytest.raises(DetailsInvalidError):
        granted(
            [Asked(licence=LICENCE)],
            {LICENCE: a_licence()},
            party="urn:muniment:party:owner",
            audience=AUDIENCE,
        )
