"""A token names the live licences of its own party, as they are now (RFC 9396)."""

import json

import pytest
from joserfc.jwk import OKPKey

from gateway.auth.principal import Grant
from policies.model import LicenceStatus
from tests.integration.auth.world import World, refusal, wish
from tests.testkit.tokens import AUDIENCE

INVALID = (400, "invalid_authorization_details", "AUTHORIZATION_DETAILS_INVALID")


async def test_a_token_for_a_live_licence_pins_its_version_and_terms(world: World) -> None:
    developer = await world.actor()
    licence = await world.licence(developer.party)

    response = await world.ask(developer, authorization_details=wish(licence.licence))

    (detail,) = response.json()["authorization_details"]
    assert detail == {
        "type": "data_licence",
        "identifier": licence.licence,
        "locations": [AUDIENCE],
        "licence_version": licence.version,
        "terms_digest": licence.policy,
    }
    principal = await world.verifier.verify(f"Bearer {response.json()['access_token']}")
    assert principal.grants == {
        licence.licence: Grant(licence=licence.licence, version=licence.version, policy=licence.policy)
    }


async def test_a_client_can_narrow_a_licence(world: World) -> None:
    developer = await world.actor()
    licence = await world.licence(developer.party)
    details = wish(licence.licence, actions=["urn:a"], privileges=["urn:p", "urn:q"])

    token = await world.token(developer, authorization_details=details)

    grant = (await world.verifier.verify(f"Bearer {token}")).grants[licence.licence]
    assert grant.actions == frozenset({"urn:a"})
    assert grant.privileges == frozenset({"urn:p", "urn:q"})


async def test_a_token_can_name_several_licences_each_by_itself(world: World) -> None:
    developer = await world.actor()
    one, two = await world.licence(developer.party), await world.licence(developer.party)

    token = await world.token(developer, authorization_details=wish(one.licence, two.licence))

    assert (await world.verifier.verify(f"Bearer {token}")).grants.keys() == {one.licence, two.licence}


async def test_one_bad_licence_spoils_the_whole_token(world: World) -> None:
    developer = await world.actor()
    good = await world.licence(developer.party)

    response = await world.ask(developer, authorization_details=wish(good.licence, "urn:muniment:licence:none"))

    assert refusal(response) == INVALID
    assert "at element 1" in response.json()["error_description"]


@pytest.mark.requirement("R72")
async def test_absent_and_foreign_licences_are_refused_alike(world: World) -> None:
    developer, other = await world.actor(), await world.actor()
    foreign = await world.licence(other.party)
    absent = foreign.licence[:-1] + "x"

    answers = [await world.ask(developer, authorization_details=wish(each)) for each in (foreign.licence, absent)]

    assert [refusal(answer) for answer in answers] == [INVALID] * 2
    assert answers[0].text.replace(foreign.licence, "") == answers[1].text.replace(absent, "")


async def test_the_owner_gets_no_token_for_the_licence_that_she_gave(world: World) -> None:
    developer = await world.actor()
    licence = await world.licence(developer.party)
    owner = world.kept(OKPKey.generate_key("Ed25519"), party=licence.assigner)

    assert refusal(await world.ask(owner, authorization_details=wish(licence.licence))) == INVALID


@pytest.mark.parametrize("state", [LicenceStatus.SUSPENDED, LicenceStatus.TERMINATED, LicenceStatus.EXPIRED])
async def test_a_licence_that_is_not_active_gets_no_token(world: World, state: LicenceStatus) -> None:
    developer = await world.actor()
    licence = await world.licence(developer.party, state)

    assert refusal(await world.ask(developer, authorization_details=wish(licence.licence))) == INVALID


@pytest.mark.parametrize(
    "details",
    [
        "no json",
        "[]",
        "{}",
        json.dumps([{"type": "payment", "identifier": "urn:x"}]),
        json.dumps([{"type": "data_licence", "identifier": "urn:x", "datatypes": ["rating"]}]),
        json.dumps([{"type": "data_licence", "identifier": "urn:x", "licence_version": 1}]),
        json.dumps([{"type": "data_licence"}]),
        wish("urn:x", "urn:x"),
        wish(*(f"urn:{number}" for number in range(500))),
        '[{"type":"data_licence","identifier":"urn:x","identifier":"urn:y"}]',
        '[{"type":"data_licence","identifier":"\\ud800"}]',
    ],
    ids=lambda text: text[:60],
)
async def test_details_that_are_not_exactly_of_the_type_are_refused(world: World, details: str) -> None:
    assert refusal(await world.ask(await world.actor(), authorization_details=details)) == INVALID


async def test_a_token_that_no_verifier_would_read_is_not_issued(world: World) -> None:
    developer = await world.actor()
    licence = await world.licence(developer.party)
    long = [f"urn:{number}:" + "x" * 240 for number in range(32)]

    response = await world.ask(developer, authorization_details=wish(licence.licence, actions=long, privileges=long))

    assert refusal(response) == INVALID
    assert "too long" in response.json()["error_description"]
