"""What an owner's standing rules accept, and what they leave to the owner."""

from dataclasses import replace

import pytest

from gateway.exchange import commands
from gateway.exchange.delegate_signing import delegate_signing, prepare_signing_key
from gateway.exchange.errors import NotFoundError, SignatureRefusedError, SigningKeyUnknownError
from graph.journal.events import AgreementSigned, OfferAccepted, SigningDelegated
from graph.signing import AGREEMENT_TYP, DELEGATION_TYP, SigningKey, sign, verify
from policies.terms import Rate
from policies.vocabulary import DPV, Iri
from tests.testkit.licensing import EURO_CENT, MARKETING, TERMS, Market


@pytest.mark.requirement("R21", "R24")
async def test_a_request_within_the_bounds_is_accepted_and_signed_at_once(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    key_id = await market.delegate(owner, dataset)

    view = await market.ask_one(developer, dataset)

    assert view.state == "AGREED"
    assert view.your_turn
    assert view.agreement is not None
    (signed,) = view.agreement.signatures
    assert (signed.by.party, signed.key_id, signed.delegated) == (owner.party, key_id, True)
    held = market.ports.keys.find(owner.party, dataset)
    assert held is not None
    assert verify(signed.jws, held.public_jwk, typ=AGREEMENT_TYP) == {
        "agreement": view.agreement.agreement,
        "policy": view.agreement.policy.hash,
    }
    assert [message.answered_by for message in view.messages] == [None, "STANDING_RULES", None]


@pytest.mark.requirement("R60")
async def test_the_developer_s_signature_finalises_what_the_rules_agreed_to(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)
    view = await market.ask_one(developer, dataset)

    done = await market.sign(developer, view)

    assert done.state == "FINALIZED"
    assert done.licence is not None
    assert done.licence.agreement.signatures[0].delegated
    assert not done.licence.agreement.signatures[1].delegated


@pytest.mark.requirement("R21", "R24")
@pytest.mark.parametrize(
    ("asked", "outside"),
    [
        ({"max_records": 10_001}, "rep:recordCount"),
        ({"days": 181}, "odrl:elapsedTime"),
        ({"purpose": MARKETING}, "odrl:purpose"),
        ({"price": Rate(amount_micro=9_999, currency="EUR")}, "price"),
        ({"columns": ("rated", "observed_at")}, "rep:field"),
    ],
)
async def test_a_request_outside_the_bounds_is_held_and_never_accepted(
    market: Market, asked: dict[str, object], outside: str
) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)

    view = await market.ask_one(developer, dataset, **asked)

    assert view.state == "REQUESTED"
    assert not view.your_turn
    assert await market.events(OfferAccepted, AgreementSigned) == []
    seen = await market.see(owner, view)
    assert seen.your_turn
    assert seen.hold is not None
    assert (seen.hold.reviewer, seen.hold.code) == ("STANDING_RULES", "OUTSIDE_BOUNDS")
    assert seen.hold.terms == (outside,)


@pytest.mark.requirement("R21", "R24")
async def test_a_term_that_cannot_be_compared_is_held_too(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)

    view = await market.ask_one(developer, dataset, price=Rate(amount_micro=1_000_000, currency="USD"))

    seen = await market.see(owner, view)
    assert seen.state == "REQUESTED"
    assert seen.hold is not None
    assert seen.hold.code == "BOUNDS_UNKNOWN"


async def test_which_terms_are_outside_is_not_told_to_the_developer(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)

    view = await market.ask_one(developer, dataset, days=181)

    assert view.hold is not None
    assert view.hold.code == "OUTSIDE_BOUNDS"
    assert view.hold.terms == ()


@pytest.mark.requirement("R21")
async def test_without_a_delegation_the_owner_has_to_answer(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)

    view = await market.ask_one(developer, dataset)

    assert view.state == "REQUESTED"
    assert view.hold is not None
    assert (view.hold.reviewer, view.hold.code) == ("OWNER", "OWNER_MUST_ANSWER")


@pytest.mark.requirement("R21")
async def test_a_counter_of_the_developer_within_the_bounds_is_agreed_to(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)
    view = await market.ask_one(developer, dataset, days=365)
    await market.counter(owner, view, replace(TERMS, days=30))

    view = await market.counter(developer, view, replace(TERMS, days=60))

    assert view.state == "AGREED"
    assert view.your_turn


@pytest.mark.requirement("R24")
async def test_bounds_can_be_closer_than_the_offer(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset, replace(TERMS, max_records=500))

    view = await market.ask_one(developer, dataset)

    assert view.state == "REQUESTED"


async def test_bounds_stay_private(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset, replace(TERMS, max_records=4_321))

    view = await market.ask_one(developer, dataset)

    assert "4321" not in repr(view)


async def test_the_prepared_key_is_the_same_when_asked_again(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.offered(owner)
    command = commands.PrepareSigningKey(dataset=dataset, bounds=TERMS)

    first = await prepare_signing_key(market.ports, owner.principal, command)
    second = await prepare_signing_key(market.ports, owner.principal, command)

    assert first.key_id == second.key_id
    assert await market.events(SigningDelegated) == []


async def test_a_delegation_needs_the_prepared_key(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.offered(owner)
    prepared = await prepare_signing_key(
        market.ports, owner.principal, commands.PrepareSigningKey(dataset=dataset, bounds=TERMS)
    )
    other = SigningKey.generate().thumbprint
    payload = {"bounds": prepared.bounds.hash, "dataset": dataset, "key": other}

    with pytest.raises(SigningKeyUnknownError) as refused:
        await delegate_signing(
            market.ports,
            owner.principal,
            commands.DelegateSigning(
                dataset=dataset,
                bounds=prepared.bounds.odrl,
                key_id=other,
                signature=sign(owner.key, payload, typ=DELEGATION_TYP),
            ),
        )

    assert refused.value.key_id == other
    assert await market.events(SigningDelegated) == []


@pytest.mark.parametrize("altered", ["bounds", "dataset", "key", "signer", "typ"])
async def test_a_delegation_that_covers_something_else_is_refused(market: Market, altered: str) -> None:
    owner = await market.owner()
    dataset = await market.offered(owner)
    prepared = await prepare_signing_key(
        market.ports, owner.principal, commands.PrepareSigningKey(dataset=dataset, bounds=TERMS)
    )
    payload = {"bounds": prepared.bounds.hash, "dataset": dataset, "key": prepared.key_id}
    if altered in payload:
        payload[altered] = "something else"
    key = SigningKey.generate() if altered == "signer" else owner.key
    typ = AGREEMENT_TYP if altered == "typ" else DELEGATION_TYP

    with pytest.raises(SignatureRefusedError):
        await delegate_signing(
            market.ports,
            owner.principal,
            commands.DelegateSigning(
                dataset=dataset,
                bounds=prepared.bounds.odrl,
                key_id=prepared.key_id,
                signature=sign(key, payload, typ=typ),
            ),
        )

    assert await market.events(SigningDelegated) == []


async def test_nobody_delegates_for_another_s_dataset(market: Market) -> None:
    owner = await market.owner()
    other = await market.owner("forum")
    dataset = await market.offered(owner)

    with pytest.raises(NotFoundError):
        await market.delegate(other, dataset)


@pytest.mark.requirement("R24")
async def test_a_later_delegation_replaces_the_earlier_bounds(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)
    await market.delegate(owner, dataset, replace(TERMS, purposes=frozenset({Iri(DPV + "PublicBenefit")})))

    view = await market.ask_one(developer, dataset, price=EURO_CENT)

    assert view.state == "REQUESTED"
