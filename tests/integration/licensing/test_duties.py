"""What is owed when a licence has ended: filed with its end, fulfilled by signed statements, in their order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import SCOPES_OF, Scope
from gateway.exchange import commands, lookup
from gateway.exchange.duties.after_end import SETTLE_WITHIN
from gateway.exchange.duties.fulfil import acknowledge_duty, duties, duty, duty_statement, fulfil_duty
from gateway.exchange.errors import (
    DutyClosedError,
    DutyWaitsError,
    IdempotencyKeyReusedError,
    NotFoundError,
    RoleNotAllowedError,
    SignatureRefusedError,
    VersionConflictError,
)
from gateway.exchange.renew import renew_licence
from gateway.exchange.revoke import revoke_licence
from gateway.exchange.usage import usage_report
from gateway.exchange.views import DutyView
from graph.journal.documents import digest_of
from graph.journal.events import DutyFulfilled, DutyKind, PartyKind
from graph.journal.rows import DutyState
from graph.signing import AGREEMENT_TYP, DUTY_TYP, SigningKey, sign, verify
from tests.testkit.licensing import TERMS, Market, Member
from tests.testkit.record import a_release, a_reservation, a_sealing, an_access, an_order

DELIVERY = "urn:muniment:delivery:1"
FREE = replace(TERMS, price=None)


async def ended(market: Market, *, side: str = "owner", free: bool = False) -> "Ended":
    """A licence under which a package and one answer left, and that was ended then."""
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner, terms=FREE if free else TERMS)
    view = await market.ask_one(developer, dataset, **({"price": None} if free else {}))
    await market.accept(owner, view)
    await market.sign(owner, await market.see(owner, view))
    view = await market.sign(developer, await market.see(developer, view))
    assert view.licence is not None
    licence = view.licence.licence
    left = replace(an_access(1, licence=licence), dataset=dataset, party=developer.party, price_micro=70)
    packed = replace(an_access(2, licence=licence), dataset=dataset, delivery=DELIVERY, price_micro=30)
    await market.record(left)
    await market.record(
        replace(an_order(DELIVERY), party=developer.party),
        replace(a_reservation(DELIVERY, licence=licence), dataset=dataset),
    )
    await market.record(
        a_sealing(DELIVERY, licence=licence), replace(a_release(DELIVERY), party=developer.party), packed
    )
    actor = {"owner": owner, "developer": developer}[side]
    view_after = await revoke_licence(
        market.ports, actor.principal, commands.RevokeLicence(licence=licence, code="DONE")
    )
    return Ended(market=market, owner=owner, developer=developer, licence=licence, duties=view_after.duties)


class Ended:
    """The market after the end of a licence."""

    def __init__(
        self, *, market: Market, owner: Member, developer: Member, licence: str, duties: tuple[DutyView, ...]
    ) -> None:
        self.market = market
        self.owner = owner
        self.developer = developer
        self.licence = licence
        self.duties = {each.kind: each for each in duties}

    async def statement(self, kind: DutyKind) -> str:
        return await duty_statement(self.market.ports, self.owner.principal, self.duties[kind].duty)

    async def signature(self, kind: DutyKind, member: Member) -> str:
        statement = (await self.statement(kind)).encode()
        return sign(member.key, {"duty": self.duties[kind].duty, "statement": digest_of(statement)}, typ=DUTY_TYP)

    async def fulfilled(self, kind: DutyKind, member: Member, **changes: Any) -> DutyView:
        command = commands.FulfilDuty(duty=self.duties[kind].duty, signature=await self.signature(kind, member))
        return await fulfil_duty(self.market.ports, member.principal, replace(command, **changes))

    async def acknowledged(self, kind: DutyKind, member: Member, **changes: Any) -> DutyView:
        command = commands.AcknowledgeDuty(duty=self.duties[kind].duty)
        return await acknowledge_duty(self.market.ports, member.principal, replace(command, **changes))


DELETE, CERTIFY, SETTLE = DutyKind.DELETE, DutyKind.CERTIFY_DELETION, DutyKind.SETTLE


@pytest.mark.parametrize("side", ["owner", "developer"])
async def test_the_end_of_a_licence_starts_what_its_agreement_says(market: Market, side: str) -> None:
    world = await ended(market, side=side)
    now = market.clock()

    assert set(world.duties) == {DELETE, CERTIFY, SETTLE}
    assert [world.duties[kind].due for kind in (DELETE, CERTIFY, SETTLE)] == [
        now + timedelta(days=30),
        now + timedelta(days=37),
        now + SETTLE_WITHIN,
    ]
    agreement = (await lookup.licence(market.ports, world.owner.principal, world.licence)).agreement.agreement
    assert [world.duties[kind].clause for kind in (DELETE, CERTIFY, SETTLE)] == [
        f"{agreement}#o2",
        f"{agreement}#o3",
        None,
    ]
    assert {each.deliveries for each in world.duties.values()} == {(DELIVERY,)}
    market.clock.advance(31 * 86_400)
    seen = [await duty(market.ports, world.owner.principal, world.duties[kind].duty) for kind in (DELETE, CERTIFY)]
    assert [each.overdue for each in seen] == [True, False]


async def test_what_left_under_an_earlier_agreement_is_owed_by_that_one(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    view = await market.licensed(owner, developer, await market.offered(owner))
    assert view.licence is not None
    licence = view.licence.licence
    command = commands.RenewLicence(licence=licence, days=9)
    again = await renew_licence(market.ports, owner.principal, command)
    odrl: Any = (await market.see(developer, again)).terms.odrl
    free = {name: value for name, value in odrl.items() if name not in {"@id", "obligation"}}
    free["permission"] = [
        {name: value for name, value in rule.items() if name not in {"duty", "@id"}} for rule in odrl["permission"]
    ]
    await market.counter(developer, again, free)
    await market.accept(owner, await market.see(owner, again))
    await market.sign(owner, await market.see(owner, again))
    await market.sign(developer, await market.see(developer, again))

    ended = await revoke_licence(market.ports, owner.principal, commands.RevokeLicence(licence=licence, code="DONE"))

    assert ended.version == 2
    assert [each.kind for each in ended.duties] == [DELETE, CERTIFY, SETTLE]
    assert {each.clause for each in ended.duties} == {
        f"{view.licence.agreement.agreement}#o2",
        f"{view.licence.agreement.agreement}#o3",
        None,
    }


async def test_what_is_free_is_not_settled(market: Market) -> None:
    assert set((await ended(market, free=True)).duties) == {DELETE, CERTIFY}


@pytest.mark.requirement("R39")
async def test_each_duty_is_followed_until_it_is_fulfilled_and_the_certificate_names_every_delivery(
    market: Market,
) -> None:
    world = await ended(market)
    noted = await world.acknowledged(DELETE, world.developer)
    with pytest.raises(DutyWaitsError):
        await world.fulfilled(CERTIFY, world.developer)
    deleted = await world.fulfilled(DELETE, world.developer)
    certified = await world.fulfilled(CERTIFY, world.developer)
    settled = await world.fulfilled(SETTLE, world.owner)

    assert noted.state is DutyState.ACKNOWLEDGED
    assert {deleted.state, certified.state, settled.state} == {DutyState.FULFILLED}
    certificate = msgspec.json.decode(await world.statement(CERTIFY))
    rows = await market.ports.journal.view(lambda view: view.deliveries_of(world.licence))
    assert certificate["deliveries"] == [
        {"delivery": each.delivery, "manifest": each.manifest, "agreement": each.items[0].agreement} for each in rows
    ]
    assert (certificate["answers"], certificate["rows"], certificate["licence"]) == (1, 18, world.licence)
    paid = msgspec.json.decode(await world.statement(SETTLE))["due"]
    report = await usage_report(market.ports, world.owner.principal, (world.licence,))
    assert paid == [{"amount_micro": each.amount_micro, "currency": each.currency} for each in report.due]
    assert paid == [{"amount_micro": 100, "currency": "EUR"}]
    for event in await market.events(DutyFulfilled):
        assert isinstance(event, DutyFulfilled)
        signer = world.owner if event.by == world.owner.party else world.developer
        assert event.key == signer.key.thumbprint
        assert verify(event.signature, signer.key.public_jwk, typ=DUTY_TYP) == {
            "duty": event.duty,
            "statement": event.statement,
        }
    listed = (await duties(market.ports, world.developer.principal, first=2)).items
    assert [each.state for each in listed] == [DutyState.FULFILLED] * 2


async def test_each_side_says_only_what_is_its_own_to_say(market: Market) -> None:
    world = await ended(market)
    owner = replace(world.owner, principal=replace(world.owner.principal, scopes=frozenset(Scope)))
    developer = replace(world.developer, principal=replace(world.developer.principal, scopes=frozenset(Scope)))

    for act in (
        world.acknowledged(DELETE, owner),
        world.fulfilled(DELETE, owner),
        world.fulfilled(SETTLE, developer),
    ):
        with pytest.raises(RoleNotAllowedError):
            await act
    for act in (
        world.acknowledged(DELETE, world.owner),
        world.fulfilled(SETTLE, replace(world.owner, principal=world.owner.without(Scope.LICENCE_DECIDE))),
        world.fulfilled(DELETE, replace(world.developer, principal=world.developer.without(Scope.USAGE_REPORT))),
    ):
        with pytest.raises(ScopeMissingError):
            await act


async def test_strangers_see_nothing_and_auditors_see_all(market: Market) -> None:
    world = await ended(market)
    stranger = await market.developer()
    auditor = await market.join(PartyKind.AUDITOR)
    iri = world.duties[DELETE].duty

    for look in (
        duty(market.ports, stranger.principal, iri),
        duty_statement(market.ports, stranger.principal, iri),
        duties(market.ports, stranger.principal, first=1, after=iri),
        world.acknowledged(DELETE, stranger),
    ):
        with pytest.raises(NotFoundError):
            await look
    assert (await duty(market.ports, auditor.principal, iri)).duty == iri
    assert SCOPES_OF[PartyKind.AUDITOR] >= {Scope.AUDIT_READ}


async def test_no_move_is_made_twice(market: Market) -> None:
    world = await ended(market)
    await world.acknowledged(DELETE, world.developer)
    with pytest.raises(DutyClosedError):
        await world.acknowledged(DELETE, world.developer)
    await world.fulfilled(DELETE, world.developer, idempotency_key="once")
    with pytest.raises(DutyClosedError):
        await world.fulfilled(DELETE, world.developer)

    again = await world.fulfilled(DELETE, world.developer, idempotency_key="once")
    assert again.state is DutyState.FULFILLED
    with pytest.raises(IdempotencyKeyReusedError):
        await world.fulfilled(CERTIFY, world.developer, idempotency_key="once")


async def test_a_signature_under_something_else_fulfils_nothing(market: Market) -> None:
    world = await ended(market)
    iri, statement = world.duties[DELETE].duty, digest_of((await world.statement(DELETE)).encode())
    payload: Mapping[str, str] = {"duty": iri, "statement": statement}
    key = world.developer.key

    for signature in (
        "no.signature.at-all",
        sign(SigningKey.generate(), payload, typ=DUTY_TYP),
        sign(key, payload, typ=AGREEMENT_TYP),
        sign(key, {**payload, "statement": "sha-256:0"}, typ=DUTY_TYP),
        sign(key, {**payload, "duty": world.duties[CERTIFY].duty}, typ=DUTY_TYP),
        await world.signature(CERTIFY, world.developer),
    ):
        with pytest.raises(SignatureRefusedError):
            await world.fulfilled(DELETE, world.developer, signature=signature)
    assert (await duty(market.ports, world.owner.principal, iri)).state is DutyState.OPEN


async def test_of_two_simultaneous_moves_one_wins(market: Market) -> None:
    world = await ended(market)

    async def first() -> None:
        await world.acknowledged(DELETE, world.developer)

    command = commands.AcknowledgeDuty(duty=world.duties[DELETE].duty)
    with pytest.raises(VersionConflictError):
        await acknowledge_duty(market.racing(first), world.developer.principal, command)


async def test_the_end_is_recorded_although_a_package_leaves_meanwhile(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    view = await market.licensed(owner, developer, await market.offered(owner))
    assert view.licence is not None
    licence, dataset = view.licence.licence, view.dataset.dataset

    async def leaves() -> None:
        await market.record(
            replace(an_order(DELIVERY), party=developer.party),
            replace(a_reservation(DELIVERY, licence=licence), dataset=dataset),
        )
        packed = replace(an_access(2, licence=licence), dataset=dataset, delivery=DELIVERY)
        release = replace(a_release(DELIVERY), party=developer.party)
        await market.record(a_sealing(DELIVERY, licence=licence), release, packed)

    command = commands.RevokeLicence(licence=licence, code="DONE")
    after = await revoke_licence(market.racing(leaves), owner.principal, command)

    assert after.state == "TERMINATED"
    assert {each.deliveries for each in after.duties} == {(DELIVERY,)}
