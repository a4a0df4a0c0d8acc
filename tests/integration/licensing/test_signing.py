"""Agreements are signed by both sides, provider first, and nothing but the exact agreement counts."""

from collections.abc import Mapping
from typing import Any

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
from policies.render import summary
from policies.vocabulary import DELETE
from tests.testkit.licensing import Market, Member, signature
from tests.testkit.whole import licence_of


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


@pytest.mark.requirement("R53")
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


@pytest.mark.requirement("R53")
async def test_the_text_that_people_read_is_made_from_the_policy_that_is_enforced(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    view = await market.licensed(owner, developer, await market.offered(owner))
    assert view.licence is not None
    shown = view.licence.agreement.policy

    row = await market.ports.journal.view(lambda record: record.licence(licence_of(view)))
    assert row is not None
    enforced = await market.policy(row.policy)

    assert policy_hash(enforced) == policy_hash(intake(shown.odrl)) == shown.hash
    assert shown.summary == summary(enforced)
    assert any("`rated` or `value`" in sentence for sentence in shown.summary)
    (finalised,) = await market.events(LicenceFinalised)
    assert isinstance(finalised, LicenceFinalised)
    assert finalised.policy == shown.hash


def a_remedy(action: str, days: int) -> dict[str, Any]:
    """A duty that follows a breach."""
    due = {"@value": f"P{days}D", "@type": "xsd:duration"}
    refinement = [{"@type": "Constraint", "leftOperand": "rep:dueBy", "operator": "lteq", "rightOperand": due}]
    return {
        "@type": "Duty",
        "uid": f"urn:x:remedy:{days}",
        "action": {"rdf:value": {"@id": action}, "refinement": refinement},
    }


def remedied(odrl: Mapping[str, object], days: int) -> dict[str, Any]:
    """The terms, with a remedy of the first prohibition and a consequence of the first obligation."""
    document: dict[str, Any] = dict(odrl)
    first, *prohibitions = document["prohibition"]
    owed, *obligations = document["obligation"]
    consequence = a_remedy("odrl:delete", days + 1)
    return {
        **document,
        "prohibition": [{**first, "remedy": [a_remedy("odrl:delete", days)]}, *prohibitions],
        "obligation": [{**owed, "consequence": [consequence]}, *obligations],
    }


@pytest.mark.requirement("R34")
async def test_remedies_are_terms_and_others_make_another_agreement(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    asked = await market.ask_one(developer, await market.offered(owner))
    await market.counter(owner, asked, remedied(asked.terms.odrl, 7))
    week = await market.see(developer, asked)
    agreed = await market.accept(developer, week)
    assert agreed.agreement is not None
    same = agreed.agreement.agreement

    other = policy_hash(intake(remedied(agreed.agreement.policy.odrl, 9)))
    with pytest.raises(SignatureRefusedError):
        await send(market, owner, agreed, sign(owner.key, {"agreement": same, "policy": other}, typ=AGREEMENT_TYP))
    await market.sign(owner, agreed)
    done = await market.sign(developer, agreed)
    with pytest.raises(NotYourTurnError):
        await market.counter(owner, done, remedied(asked.terms.odrl, 9))

    assert [change.term for change in week.changes] == ["obligation:rep:reportRun", "prohibition:odrl:distribute"]
    assert done.licence is not None
    assert (done.licence.version, done.licence.agreement.policy.hash) == (1, agreed.agreement.policy.hash)
    policy = await market.policy(done.licence.agreement.policy.hash)
    assert [each.action.term for rule in policy.prohibitions for each in rule.remedies] == [DELETE]
    assert [each.action.term for duty in policy.obligations for each in duty.consequences] == [DELETE]
    said = done.licence.agreement.policy.summary
    assert any("if it happened: delete what was delivered" in each and "7 days" in each for each in said)
    assert any("if not: delete what was delivered" in each and "8 days" in each for each in said)
    assert other != agreed.agreement.policy.hash


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
