"""A package leaves only while everything that its rows were chosen and transformed by still holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.exchange.deliver import pack, release, seal
from gateway.exchange.deliver.errors import DeliveryOutdatedError
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.part_state import keep
from gateway.exchange.deliver.prepare import decide_again
from gateway.exchange.deliver.presented import DeliveryView
from gateway.exchange.ports import Ports
from gateway.exchange.read.decide import Permitted
from gateway.exchange.read.model import SourceReport
from graph.journal.events import AccessRecorded, AccessWithheld, DeliveryFailed, RowScope
from graph.journal.rows import DeliveryState
from policies.model import Constraint, Policy, Prohibition, Target, Transform, Usage
from policies.vocabulary import BUCKET, COLUMN, DATE_TIME, FIELD, Iri, Operator
from tests.testkit.clock import NOON
from tests.testkit.delivering import (
    LICENSED,
    SHARD,
    fetched,
    ordered,
    package,
    prepared,
    prepared_again,
    records,
    seen,
    usage,
)
from tests.testkit.reading import CONSENT, PEOPLE, PLATFORM, Exchange, a_read, an_exchange

ONE = NOON + timedelta(hours=1)
EARLY = Constraint(left=DATE_TIME, operator=Operator.LT, right=(ONE,))
LATE = Constraint(left=DATE_TIME, operator=Operator.GTEQ, right=(ONE,))
VALUE = Constraint(left=FIELD, operator=Operator.IS_ANY_OF, right=("value",))
BOB = Constraint(left=COLUMN, operator=Operator.EQ, right=("bob",), on_column="rated")


def forbidding(*refinements: Constraint) -> Callable[[Policy], Policy]:
    """Adds a prohibition that holds from an hour after noon."""

    def change(policy: Policy) -> Policy:
        model = policy.permissions[0]
        late = Prohibition(
            uid=Iri(f"{policy.uid}#late"),
            assigner=model.assigner,
            assignee=model.assignee,
            action=model.action,
            target=Target(source=model.target.source, refinements=refinements),
            constraints=(LATE,),
        )
        return replace(policy, prohibitions=(*policy.prohibitions, late))

    return change


def asking(when: Constraint, policy: Policy) -> Policy:
    """Its duties hold then only."""
    (model,) = policy.permissions
    duties = tuple(replace(each, constraints=(when,)) for each in model.duties)
    return replace(policy, permissions=(replace(model, duties=duties),))


async def asked(exchange: Exchange, licence: str, *columns: str) -> SourceReport:
    """What a query of the same columns is told."""
    return (await exchange.one(a_read(licence, columns=columns))).sources[0]


async def refused(exchange: Exchange, view: DeliveryView, licence: str, outgoing: Outgoing | None = None) -> str:
    """The message of a download that gives nothing: on record as withheld, and the package ended with it."""
    before = await exchange.events()

    with pytest.raises(DeliveryOutdatedError) as outdated:
        await fetched(exchange, view, SHARD, outgoing)

    withheld, *ended = (await exchange.events())[len(before) :]
    assert isinstance(withheld, AccessWithheld)
    assert (withheld.code, withheld.licence) == ("DELIVERY_OUTDATED", licence)
    assert withheld.clause
    assert ended == [DeliveryFailed(delivery=view.delivery, code="DELIVERY_OUTDATED")]
    assert not any(isinstance(each, AccessRecorded) and each.delivery for each in await exchange.events())
    assert not package(exchange, view).exists()
    assert all(each.reserved == 0 for each in await usage(exchange, licence))
    assert "order it again" in outdated.value.hint
    return outdated.value.message


async def test_a_column_that_is_prohibited_by_now_does_not_leave(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED, amended=forbidding(VALUE))
        view = await prepared(exchange, licence, rows=50)
        exchange.clock.advance(7200)

        told = (await asked(exchange, licence, "value")).problem

        assert told is not None
        assert told.code == "COLUMN_NOT_LICENSED"
        assert "not licensed any more: value" in await refused(exchange, view, licence)


async def test_rows_that_are_prohibited_by_now_do_not_leave(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms, amended = replace(LICENSED, transforms={}), forbidding(BOB)
        licence = await exchange.licence(await exchange.dataset(), terms, amended=amended)
        view = await prepared(exchange, licence, rows=50)
        exchange.clock.advance(7200)

        assert (await asked(exchange, licence, "rated")).rows == 3
        assert "something else of rows" in await refused(exchange, view, licence)


async def test_what_is_prohibited_later_leaves_before(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED, amended=forbidding(VALUE))
        view = await prepared(exchange, licence, rows=50)
        exchange.clock.advance(3599)

        assert (await records(exchange, view)).num_rows == 4


async def test_consent_that_is_asked_for_by_now_is_asked_of_a_package_too(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms, amended = replace(LICENSED, consent=True, price=None), partial(asking, LATE)
        licence = await exchange.licence(await exchange.dataset(), terms, amended=amended)
        await exchange.consent("ann", "bob", "cid")
        view = await prepared(exchange, licence, rows=50)
        exchange.clock.advance(7200)

        assert "asks for consent" in await refused(exchange, view, licence)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"transforms": {}}, "other transforms"),
        ({"transforms": {**LICENSED.transforms, "value": Transform(term=BUCKET, parameter=5)}}, "other transforms"),
        ({"limit": 3}, "gives 3 rows now, and 4 are in it"),
    ],
)
async def test_whatever_else_a_decision_gives_must_cover_what_is_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], told: str
) -> None:
    def otherwise(*given: Any) -> tuple[Permitted, ...]:
        (permitted,) = decide_again(*given)
        decision = permitted.decision._replace(**changes)
        return (replace(permitted, record=replace(permitted.record, decision=decision)),)

    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        monkeypatch.setattr(release, "decide_again", otherwise)

        assert told in await refused(exchange, view, licence)


async def test_a_decision_that_gives_more_lets_a_package_leave(tmp_path: Path) -> None:
    """Consent is asked for no more."""
    async with an_exchange(tmp_path) as exchange:
        terms, amended = replace(LICENSED, consent=True, price=None), partial(asking, EARLY)
        licence = await exchange.licence(await exchange.dataset(), terms, amended=amended)
        await exchange.consent("ann", "bob", "cid")
        view = await prepared(exchange, licence, rows=50)
        exchange.clock.advance(7200)

        assert (await records(exchange, view)).num_rows == 4


async def test_a_person_whose_column_nobody_named_does_not_leave_when_it_is_named(tmp_path: Path) -> None:
    """Cid never consented; as long as only raters counted as people, cid was in the package."""
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset(basis=CONSENT)
        published = exchange.datasets[dataset]
        await exchange.append(replace(published, subject_columns=("rater",)))
        await exchange.consent("ann", "bob")
        licence = await exchange.licence(dataset, replace(LICENSED, transforms={}))
        view = await prepared(exchange, licence, rows=50)
        await exchange.append(published)

        assert "published anew" in await refused(exchange, view, licence)


@pytest.mark.parametrize(
    "changes",
    [
        {"lawful_basis": CONSENT},
        {"rows": RowScope.OWN, "licensor_subject": "sha-256:0"},
        {"licensor_subject": "sha-256:0"},
        {"collection": "others"},
    ],
)
async def test_a_dataset_that_declares_its_records_or_people_otherwise_does_not_leave(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": PEOPLE, "others": PEOPLE}}) as exchange:
        dataset = await exchange.dataset()
        await exchange.consent("ann", "bob", "cid")
        licence = await exchange.licence(dataset, LICENSED)
        view = await prepared(exchange, licence, rows=50)
        await exchange.append(replace(exchange.datasets[dataset], **changes))

        assert "published anew" in await refused(exchange, view, licence)


async def test_a_dataset_that_is_published_again_as_it_was_leaves(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset()
        licence = await exchange.licence(dataset, LICENSED)
        view = await prepared(exchange, licence, rows=50)
        await exchange.append(exchange.datasets[dataset])
        await exchange.decide_terms(dataset, allowed=True)

        assert (await records(exchange, view)).num_rows == 4


async def test_a_package_of_before_grounds_were_kept_does_not_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = seal._item
    monkeypatch.setattr(seal, "_item", lambda *given: replace(item(*given), grounds=""))
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)

        assert "does not say what it was prepared on" in await refused(exchange, view, licence)


async def test_what_has_left_in_part_stays_booked_and_the_rest_stays_here(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED, amended=forbidding(VALUE))
        view = await prepared(exchange, licence, rows=50)
        outgoing = Outgoing(exchange.ports)
        await fetched(exchange, view, outgoing=outgoing)
        exchange.clock.advance(7200)

        for _ in range(2):
            with pytest.raises(DeliveryOutdatedError):
                await fetched(exchange, view, SHARD, outgoing)

        assert [each.code for each in await exchange.events() if isinstance(each, AccessWithheld)] == [
            "DELIVERY_OUTDATED"
        ]
        assert (await seen(exchange, view)).state is DeliveryState.RELEASED
        assert await usage(exchange, licence) == [Usage(used=4)]


def in_small_files(ports: Ports) -> Ports:
    return replace(ports, packing=replace(ports.packing, shard_rows=2))


async def stopped(exchange: Exchange, licence: str) -> DeliveryView:
    """An order whose preparation was killed when its first file of two rows was finished."""
    placed = await ordered(exchange, licence, rows=50)
    exchange.sources.failure, exchange.sources.fail_after = KeyboardInterrupt(), 2  # type: ignore[assignment]  # as a kill
    with pytest.raises(KeyboardInterrupt):
        await prepared_again(exchange, placed)
    exchange.sources.failure = None
    return placed


async def test_a_stopped_preparation_keeps_no_file_with_a_column_that_is_prohibited_by_now(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=in_small_files) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED, amended=forbidding(VALUE))
        placed = await stopped(exchange, licence)
        exchange.clock.advance(7200)

        view = await prepared_again(exchange, placed)

        assert exchange.sources.reads[-1].after is None
        assert (await records(exchange, view)).column_names == ["rater", "rated"]
        assert view.items[0].rows == 4


async def test_a_stopped_preparation_keeps_no_file_with_rows_that_are_prohibited_by_now(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=in_small_files) as exchange:
        terms, amended = replace(LICENSED, transforms={}), forbidding(BOB)
        licence = await exchange.licence(await exchange.dataset(), terms, amended=amended)
        placed = await stopped(exchange, licence)
        exchange.clock.advance(7200)

        view = await prepared_again(exchange, placed)

        assert (await records(exchange, view))["rated"].to_pylist() == ["cid", "ann", "cid"]
        assert view.items[0].rows == 3


async def test_a_stopped_preparation_keeps_no_file_with_a_person_whose_column_is_named_by_now(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=in_small_files) as exchange:
        dataset = await exchange.dataset(basis=CONSENT)
        published = exchange.datasets[dataset]
        await exchange.append(replace(published, subject_columns=("rater",)))
        await exchange.consent("ann", "bob")
        licence = await exchange.licence(dataset, replace(LICENSED, transforms={}))
        placed = await stopped(exchange, licence)
        await exchange.append(published)

        view = await prepared_again(exchange, placed)

        assert (await records(exchange, view))["rated"].to_pylist() == ["bob"]


async def test_a_stopped_preparation_keeps_no_file_that_does_not_say_what_it_was_prepared_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_exchange(tmp_path, wrap=in_small_files) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        with monkeypatch.context() as older:
            older.setattr(pack, "keep", lambda folder, number, each: keep(folder, number, replace(each, grounds="")))
            placed = await stopped(exchange, licence)

        view = await prepared_again(exchange, placed)

        assert exchange.sources.reads[-1].after is None
        assert view.items[0].rows == 4
