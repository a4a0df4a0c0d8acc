"""A repeated call changes nothing and gives the first result; a key used for something else is refused."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.exchange import commands
from gateway.exchange.accept import accept_offer
from gateway.exchange.agree import sign_agreement
from gateway.exchange.appending import Draft, append
from gateway.exchange.consents import object_to_use, record_consents, withdraw_consent
from gateway.exchange.counter import counter_offer
from gateway.exchange.decide_ethics_case import decide_ethics_case
from gateway.exchange.decide_platform_terms import decide_platform_terms
from gateway.exchange.delegate_signing import delegate_signing, prepare_signing_key
from gateway.exchange.errors import IdempotencyKeyReusedError, InputInvalidError
from gateway.exchange.invite import invite_party
from gateway.exchange.lookup_ethics import ethics_cases
from gateway.exchange.publish_dataset import publish_dataset
from gateway.exchange.publish_offer import publish_offer
from gateway.exchange.reject import reject_request
from gateway.exchange.request import request_licence
from gateway.exchange.revoke import suspend_licence
from graph.journal.events import ObjectionRaised, PartyKind, RowScope, TermReason
from graph.signing import DELEGATION_TYP, sign
from policies.vocabulary import FINE_TUNE, PD
from tests.testkit.licensing import ACADEMIC, INTEREST, TERMS, Market, a_collection, a_request, signature

KEY = "once"


async def _nothing_new(market: Market, act: Callable[[], Awaitable[Any]]) -> Any:
    """Act twice; the second time nothing is recorded. Gives both results."""
    first = await act()
    recorded = await market.events()

    second = await act()

    assert await market.events() == recorded
    return first, second


@pytest.mark.parametrize("key", ["", "k" * 256, "a\nb"])
@pytest.mark.parametrize("command", [commands.ObjectToUse, commands.WithdrawConsent])
def test_a_key_that_nobody_would_choose_is_refused_everywhere(command: type[commands.Command], key: str) -> None:
    with pytest.raises(InputInvalidError) as refused:
        command(idempotency_key=key)

    assert refused.value.field == "idempotencyKey"
    assert len(refused.value.message) < 200
    assert command(idempotency_key="k" * 255).idempotency_key == "k" * 255


async def test_inviting(market: Market) -> None:
    command = commands.InviteParty(kind=PartyKind.AUDITOR, idempotency_key=KEY)

    first, second = await _nothing_new(market, lambda: invite_party(market.ports, market.operator.principal, command))

    assert first == second
    other = commands.InviteParty(kind=PartyKind.ETHICS_BOARD, idempotency_key=KEY)
    with pytest.raises(IdempotencyKeyReusedError):
        await invite_party(market.ports, market.operator.principal, other)


async def test_publishing_and_offering(market: Market) -> None:
    owner = await market.owner("bazaar", a_collection(), a_collection("scores"))
    published = commands.PublishDataset(
        source="bazaar",
        collection="ratings",
        rows=RowScope.ALL,
        lawful_basis=INTEREST,
        sensitive=False,
        idempotency_key=KEY,
    )

    first, second = await _nothing_new(market, lambda: publish_dataset(market.ports, owner.principal, published))

    assert first == second
    dataset = first.dataset
    offered = commands.PublishOffer(dataset=dataset, policy=TERMS, idempotency_key="offer")
    first, second = await _nothing_new(market, lambda: publish_offer(market.ports, owner.principal, offered))
    assert first == second
    with pytest.raises(IdempotencyKeyReusedError):
        await publish_offer(
            market.ports, owner.principal, commands.PublishOffer(dataset=dataset, policy=TERMS, idempotency_key=KEY)
        )
    with pytest.raises(IdempotencyKeyReusedError) as refused:
        await market.publish(owner, collection="scores", idempotency_key=KEY)
    assert refused.value.key == KEY


async def test_deciding_terms_and_delegating(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.offered(owner)
    decided = commands.DecidePlatformTerms(
        dataset=dataset, action=FINE_TUNE, allowed=True, reason="r", source="https://x.example", idempotency_key=KEY
    )

    await _nothing_new(market, lambda: decide_platform_terms(market.ports, owner.principal, decided))

    prepared = await prepare_signing_key(
        market.ports, owner.principal, commands.PrepareSigningKey(dataset=dataset, bounds=TERMS)
    )
    payload = {"bounds": prepared.bounds.hash, "dataset": dataset, "key": prepared.key_id}
    delegated = commands.DelegateSigning(
        dataset=dataset,
        bounds=prepared.bounds.odrl,
        key_id=prepared.key_id,
        signature=sign(owner.key, payload, typ=DELEGATION_TYP),
        idempotency_key="delegate",
    )
    first, second = await _nothing_new(market, lambda: delegate_signing(market.ports, owner.principal, delegated))
    assert first == second == prepared.key_id


async def test_a_negotiation_from_request_to_licence(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    asked = a_request(dataset, idempotency_key=KEY, message="Please.")

    ((view,), (again,)) = await _nothing_new(market, lambda: request_licence(market.ports, developer.principal, asked))

    assert view == again
    negotiation = view.negotiation
    with pytest.raises(IdempotencyKeyReusedError):
        await request_licence(market.ports, developer.principal, a_request(dataset, dataset, idempotency_key=KEY))
    counter = commands.CounterOffer(negotiation=negotiation, policy=TERMS, idempotency_key="counter")
    await _nothing_new(market, lambda: counter_offer(market.ports, owner.principal, counter))
    accept = commands.AcceptOffer(negotiation=negotiation, idempotency_key="accept")
    first, second = await _nothing_new(market, lambda: accept_offer(market.ports, developer.principal, accept))
    assert first == second
    for member in (owner, developer):
        command = commands.SignAgreement(
            negotiation=negotiation, signature=signature(member, first), idempotency_key="sign"
        )
        done, same = await _nothing_new(
            market,
            lambda: sign_agreement(market.ports, member.principal, command),  # noqa: B023  # called at once
        )
        assert done == same
    assert done.licence is not None
    suspend = commands.SuspendLicence(licence=done.licence.licence, code="AUDIT", idempotency_key="suspend")
    first, second = await _nothing_new(market, lambda: suspend_licence(market.ports, owner.principal, suspend))
    assert first == second
    with pytest.raises(IdempotencyKeyReusedError):
        await accept_offer(
            market.ports, owner.principal, commands.AcceptOffer(negotiation=negotiation, idempotency_key="sign")
        )


async def test_rejecting(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view, other = await market.ask_one(developer, dataset), await market.ask_one(developer, dataset)
    command = commands.RejectRequest(
        negotiation=view.negotiation, reasons=(TermReason(term="x", code="NO"),), note="No.", idempotency_key=KEY
    )

    first, second = await _nothing_new(market, lambda: reject_request(market.ports, owner.principal, command))

    assert first == second
    assert market.texts() == ["No."]
    with pytest.raises(IdempotencyKeyReusedError):
        await reject_request(
            market.ports,
            owner.principal,
            commands.RejectRequest(negotiation=other.negotiation, reasons=command.reasons, idempotency_key=KEY),
        )


async def test_deciding_a_case(market: Market) -> None:
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    await market.ask_one(developer, await market.offered(owner, sensitive=True))
    (case,) = (await ethics_cases(market.ports, board.principal, first=1)).items
    command = commands.DecideEthicsCase(case=case.case, approved=True, reason="Fine.", idempotency_key=KEY)

    first, second = await _nothing_new(market, lambda: decide_ethics_case(market.ports, board.principal, command))

    assert first == second


async def test_consents_withdrawals_and_objections(market: Market) -> None:
    owner = await market.owner()
    ann = await market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")
    given = commands.RecordConsents(
        platform="bazaar",
        notice=commands.Notice(purposes=(ACADEMIC,), categories=(PD + "GeneralReputation",), text="We share ratings."),
        accounts=("ann", "bob"),
        idempotency_key=KEY,
    )

    first, second = await _nothing_new(market, lambda: record_consents(market.ports, owner.principal, given))

    assert first == second
    withdrawn = commands.WithdrawConsent(idempotency_key="withdraw")
    assert await _nothing_new(market, lambda: withdraw_consent(market.ports, ann.principal, withdrawn)) == ((), ())
    objected = commands.ObjectToUse(idempotency_key="object")
    assert await _nothing_new(market, lambda: object_to_use(market.ports, ann.principal, objected)) == ((), ())


async def test_of_two_calls_at_once_with_one_key_both_get_the_first_result(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    asked = a_request(dataset, idempotency_key=KEY, message="Please.")
    racing = market.racing(lambda: request_licence(market.ports, developer.principal, asked))

    (view,) = await request_licence(racing, developer.principal, asked)

    (same,) = await request_licence(market.ports, developer.principal, asked)
    assert view == same
    assert market.texts() == ["Please."]


async def test_two_parties_may_use_one_key(market: Market) -> None:
    owner, first, second = await market.owner(), await market.developer(), await market.developer()
    dataset = await market.offered(owner)

    one = await market.ask_one(first, dataset, idempotency_key=KEY)
    two = await market.ask_one(second, dataset, idempotency_key=KEY)

    assert one.negotiation != two.negotiation


async def test_a_text_is_erased_again_when_nothing_could_be_recorded(market: Market) -> None:
    reference = market.ports.vault.put("A note.", "urn:x")
    unknown = ObjectionRaised(platform="\ud800", subject="s", recorded_by="p")

    with pytest.raises(Exception, match="surrogate"):
        await append(
            market.ports,
            market.operator.principal,
            commands.ObjectToUse(),
            Draft(events=(unknown,), text=reference),
        )

    assert market.texts() == []
