"""Agreements are signed by both sides, provider first, and nothing but the exact agreement counts."""

import pytest

from gateway.exchange import commands
from gateway.exchange.agree import sign_agreement
from gateway.exchange.errors import NotFoundError, NotYourTurnError, SignatureRefusedError, VersionConflictError
from gateway.exchange.views import NegotiationView
from graph.journal.events import AgreementSigned, LicenceFinalised
from graph.signing import AGREEMENT_TYP, DELEGATION_TYP, SigningKey, sign
from policies.canonical import policy_hash
from policies.jsonld import intake
from policies.model import PolicyClass
from tests.testkit.licensing import Market, Member, signature


async def accepted(market: Market) -> tuple[Member, Member, NegotiationView]:
    """Owner, developer, and terms that the owner accepted."""
    owner, developer = await market.owner(), await market.developer()
    view = await market.ask_one(developer, await market.offered(owner))
    return owner, developer, await market.accept(owner, view)


async def send(market: Market, member: Member, view: NegotiationView, jws: str, key: str | None = None) -> None:
    """Send a signature."""
    await sign_agreement(
        market.ports,
        member.principal,
        commands.SignAgreement(negotiation=view.negotiation, signature=jws, idempotency_key=key),
    )


async def test_what_is_to_be_signed_is_the_accepted_terms_plus_the_licensee(market: Market) -> None:
    _, developer, view = await accepted(market)

    assert view.agreement is not None
    policy = intake(view.agreement.policy.odrl)
    assert policy_hash(policy) == view.agreement.policy.hash
    assert policy.policy_class is PolicyClass.AGREEMENT
    assert policy.assignee == developer.party
    assert policy.uid == view.agreement.agreement
    assert view.agreement.agreement.split(":")[-1] == view.negotiation.split(":")[-1]


async def test_both_sides_see_the_same_agreement(market: Market) -> None:
    owner, developer, view = await accepted(market)
    first = await market.sign(owner, view)

    second = await market.see(developer, view)

    assert first.agreement is not None
    assert second.agreement is not None
    assert view.agreement is not None
    assert first.agreement.policy == second.agreement.policy == view.agreement.policy
    assert [each.key_id for each in second.agreement.signatures] == [owner.key.thumbprint]


@pytest.mark.parametrize("altered", ["agreement", "policy", "extra", "typ", "key", "bytes", "nothing"])
async def test_an_altered_signature_is_refused(market: Market, altered: str) -> None:
    owner, _, view = await accepted(market)
    assert view.agreement is not None
    payload = {"agreement": view.agreement.agreement, "policy": view.agreement.policy.hash}
    if altered in {"agreement", "policy", "extra"}:
        payload[altered] = "urn:muniment:agreement:another"
    typ = DELEGATION_TYP if altered == "typ" else AGREEMENT_TYP
    jws = sign(SigningKey.generate() if altered == "key" else owner.key, payload, typ=typ)
    if altered == "bytes":
        head, body, tail = jws.split(".")
        jws = ".".join((head, body, ("A" if tail[0] != "A" else "B") + tail[1:]))
    if altered == "nothing":
        jws = ""

    with pytest.raises(SignatureRefusedError) as refused:
        await send(market, owner, view, jws)

    assert refused.value.about == view.agreement.agreement
    assert await market.events(AgreementSigned) == []
    assert (await market.see(owner, view)).state == "ACCEPTED"


async def test_the_other_side_s_signature_is_not_one_s_own(market: Market) -> None:
    owner, developer, view = await accepted(market)

    with pytest.raises(SignatureRefusedError):
        await send(market, owner, view, signature(developer, view))


async def test_the_provider_signs_first(market: Market) -> None:
    owner, developer, view = await accepted(market)

    with pytest.raises(NotYourTurnError):
        await market.sign(developer, view)

    await market.sign(owner, view)
    with pytest.raises(NotYourTurnError):
        await market.sign(owner, view)
    done = await market.sign(developer, view)
    assert done.state == "FINALIZED"
    for member in (owner, developer):
        with pytest.raises(NotYourTurnError):
            await market.sign(member, view)


async def test_a_client_that_is_kept_out_cannot_sign(market: Market) -> None:
    owner, _, view = await accepted(market)
    market.ports.clients.set_active(owner.principal.client, active=False)

    with pytest.raises(SignatureRefusedError):
        await market.sign(owner, view)


async def test_a_stranger_cannot_sign(market: Market) -> None:
    _, _, view = await accepted(market)
    stranger = await market.developer()

    with pytest.raises(NotFoundError):
        await market.sign(stranger, view)


async def test_of_two_signatures_at_once_one_gets_a_conflict(market: Market) -> None:
    owner, developer, view = await accepted(market)
    await market.sign(owner, view)
    racing = market.racing(lambda: market.sign(developer, view))

    with pytest.raises(VersionConflictError):
        await sign_agreement(
            racing,
            developer.principal,
            commands.SignAgreement(negotiation=view.negotiation, signature=signature(developer, view)),
        )

    assert len(await market.events(LicenceFinalised)) == 1
