"""Somebody takes consent back after a package left: it is named, and a take-down is owed for each licence."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from gateway.auth.principal import Principal
from gateway.auth.scopes import SCOPES_OF
from gateway.exchange import commands
from gateway.exchange.consents import object_to_use, withdraw_consent
from gateway.exchange.deliver.errors import DeliveryRefusedError, PeopleChangedError
from gateway.exchange.duties.fulfil import duties, duty, duty_statement
from gateway.exchange.duties.take_down import TAKE_DOWN_WITHIN
from gateway.exchange.errors import NotFoundError
from gateway.exchange.views import DutyView
from graph.journal.events import ConsentWithdrawn, DutyFiled, DutyFulfilled, DutyKind, PartyInvited, PartyKind
from graph.journal.rows import DutyState
from tests.testkit.delivering import LICENSED, fetched, prepared
from tests.testkit.reading import (
    CONSENT,
    DEVELOPER,
    INTEREST,
    OWNER,
    PEOPLE,
    PLATFORM,
    Exchange,
    a_read,
    an_exchange,
    ratings,
)

CATEGORY = "https://w3id.org/dpv#Data"


async def person(exchange: Exchange, account: str) -> Principal:
    """A person of the platform, with a key."""
    party = f"urn:muniment:party:{account}"
    kind = PartyKind.DATA_SUBJECT
    invited = PartyInvited(
        party=party, kind=kind, invited_by=OWNER, subject=exchange.person(account), platform=PLATFORM
    )
    await exchange.append(invited)
    return replace(exchange.principal(party=party), kind=kind, scopes=SCOPES_OF[kind])


async def withdrawn(exchange: Exchange, who: Principal, notice: str | None = None) -> tuple[DutyView, ...]:
    return await withdraw_consent(exchange.ports, who, commands.WithdrawConsent(notice=notice))


async def objected(exchange: Exchange, who: Principal) -> tuple[DutyView, ...]:
    return await object_to_use(exchange.ports, who, commands.ObjectToUse())


Act = Callable[[Exchange, Principal], Awaitable[tuple[DutyView, ...]]]


@pytest.mark.parametrize(("basis", "act"), [(CONSENT, withdrawn), (CONSENT, objected), (INTEREST, objected)])
async def test_the_packages_with_the_person_are_named_and_a_take_down_is_owed(
    tmp_path: Path, basis: str, act: Act
) -> None:
    async with an_exchange(tmp_path) as exchange:
        await exchange.consent("ann", "bob", "cid")
        dataset = await exchange.dataset(basis=basis)
        licence = await exchange.licence(dataset, LICENSED)
        packages = [await prepared(exchange, licence, rows=20) for _ in range(2)]
        for each in packages:
            await fetched(exchange, each)
        waiting = await prepared(exchange, licence, rows=20)
        ann = await person(exchange, "ann")

        (filed,) = await act(exchange, ann)

        assert (filed.kind, filed.state, filed.licence) == (DutyKind.TAKE_DOWN, DutyState.OPEN, licence)
        assert list(filed.deliveries) == [each.delivery for each in packages], "not what nobody has fetched"
        assert (filed.owner.party, filed.developer.party, filed.clause) == (OWNER, DEVELOPER, None)
        assert (filed.due, filed.overdue) == (exchange.clock() + TAKE_DOWN_WITHIN, False)
        for reader in (ann, exchange.principal(), exchange.principal(party=OWNER)):
            assert await duty(exchange.ports, reader, filed.duty) == filed
            assert (await duties(exchange.ports, reader, first=5)).items == (filed,)
        with pytest.raises(NotFoundError):
            await duty(exchange.ports, await person(exchange, "bob"), filed.duty)
        statement = msgspec.json.decode(await duty_statement(exchange.ports, exchange.principal(), filed.duty))
        assert [each["delivery"] for each in statement["deliveries"]] == list(filed.deliveries)
        assert [each["manifest"] for each in statement["deliveries"]] == [each.manifest for each in packages]
        assert (statement["answers"], statement["due"]) == (0, [])
        with pytest.raises(PeopleChangedError):
            await fetched(exchange, waiting)


async def test_what_was_taken_down_stays_shut_and_is_not_filed_again_when_the_person_consents_anew(
    tmp_path: Path,
) -> None:
    async with an_exchange(tmp_path) as exchange:
        await exchange.consent("ann", "bob", "cid")
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        package = await prepared(exchange, licence, rows=20)
        await fetched(exchange, package)
        ann, bob = await person(exchange, "ann"), await person(exchange, "bob")
        assert len(await withdrawn(exchange, ann)) == 1
        await exchange.consent("ann", categories=(CATEGORY,))

        with pytest.raises(PeopleChangedError):
            await fetched(exchange, package)
        assert await withdrawn(exchange, ann) == ()
        assert len(await withdrawn(exchange, bob)) == 1, "somebody else is told as well"


async def test_nobody_is_named_in_what_is_owed(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        await fetched(exchange, await prepared(exchange, licence, rows=20))
        ann = await person(exchange, "ann")
        await objected(exchange, ann)

        filed = await exchange.last()
        assert isinstance(filed, DutyFiled)
        assert ann.party not in msgspec.json.encode(filed).decode(), "the keyed hash alone, which sides cannot resolve"


async def test_who_is_in_no_package_starts_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        await exchange.consent("ann", "bob", "cid", "dora")
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        await fetched(exchange, await prepared(exchange, licence, rows=20))
        await exchange.one(a_read(licence))

        assert await withdrawn(exchange, await person(exchange, "dora")) == ()
        assert isinstance(await exchange.last(), ConsentWithdrawn)


async def test_a_person_who_consented_twice_and_takes_one_back_is_still_covered(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        first = await exchange.consent("ann", "bob", "cid")
        second = await exchange.consent("ann", "bob", "cid", categories=(CATEGORY,))
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        await fetched(exchange, await prepared(exchange, licence, rows=20))
        ann = await person(exchange, "ann")

        assert await withdrawn(exchange, ann, first) == ()
        (filed,) = await withdrawn(exchange, ann, second)
        assert filed.kind is DutyKind.TAKE_DOWN
        assert await withdrawn(exchange, ann) == (), "what is gone cannot be taken back once more"
        assert await objected(exchange, ann) == ()


async def test_a_withdrawal_does_not_touch_what_rests_on_another_basis(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        await exchange.consent("ann", "bob", "cid")
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        await fetched(exchange, await prepared(exchange, licence, rows=20))

        assert await withdrawn(exchange, await person(exchange, "ann")) == ()


async def test_each_licence_has_its_own_take_down(tmp_path: Path) -> None:
    platforms = {
        PLATFORM: {"ratings": PEOPLE, "more": ratings(("ann", "bob", 1)), "others": ratings(("bob", "cid", 1))}
    }
    async with an_exchange(tmp_path, platforms) as exchange:
        licences = [
            await exchange.licence(await exchange.dataset(name), LICENSED) for name in ("ratings", "more", "others")
        ]
        package = await prepared(exchange, *licences, rows=20)
        await fetched(exchange, package)

        filed = await objected(exchange, await person(exchange, "ann"))

        assert {each.licence for each in filed} == set(licences[:2]), "she is not in the third"
        assert {each.deliveries for each in filed} == {(package.delivery,)}


async def test_what_is_deleted_is_not_taken_down(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        package = await prepared(exchange, licence, rows=20)
        await fetched(exchange, package)
        deletion = DutyFiled(
            duty="urn:muniment:duty:1",
            kind=DutyKind.DELETE,
            licence=licence,
            clause="",
            raised_by=OWNER,
            due=exchange.clock(),
            deliveries=(package.delivery,),
        )
        done = DutyFulfilled(duty=deletion.duty, by=DEVELOPER, statement="sha-256:0", key="k", signature="s")
        await exchange.append(deletion, done)

        assert await objected(exchange, await person(exchange, "ann")) == ()


async def test_a_package_that_leaves_at_that_very_moment_is_named(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        package = await prepared(exchange, licence, rows=20)
        ann = await person(exchange, "ann")

        async def leaves() -> None:
            await fetched(exchange, package)

        (filed,) = await object_to_use(exchange.racing(leaves), ann, commands.ObjectToUse())

        assert filed.deliveries == (package.delivery,)
        with pytest.raises((PeopleChangedError, DeliveryRefusedError)):
            await fetched(exchange, package)


async def test_a_repeated_call_files_nothing_again(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        await fetched(exchange, await prepared(exchange, licence, rows=20))
        ann = await person(exchange, "ann")
        command = commands.ObjectToUse(idempotency_key="once")

        first = await object_to_use(exchange.ports, ann, command)
        size = len(await exchange.events())

        assert await object_to_use(exchange.ports, ann, command) == first
        assert len(await exchange.events()) == size
