"""A connector that is too slow is cut off by its deadline; of what it gave before, only what may leave leaves."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connectors.platforms.memory import MemoryConnector
from connectors.spi import Connector
from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.ports import Ports
from gateway.exchange.read.model import OrderTerm, SourceStatus
from graph.journal.documents import subjects_of
from graph.journal.events import AccessRecorded, DeliveryFailed, DeliveryReleased
from policies.model import Transform
from policies.predicate import Comparator, Compare
from policies.vocabulary import PSEUDONYMISE
from tests.testkit.delivering import prepared
from tests.testkit.reading import CONSENT, TERMS, Exchange, a_read, an_exchange, ratings
from tests.testkit.sources import StallingConnector

DEADLINE_S = 0.2
RATINGS = ratings(("ann", "bob", 1), ("ann", "cid", 2), ("bob", "ann", 3), ("bob", "ann", 4))
LICENSED = replace(
    TERMS,
    columns=frozenset({"rater", "rated", "value"}),
    transforms={"rater": Transform(term=PSEUDONYMISE), "rated": Transform(term=PSEUDONYMISE)},
)


@dataclass(kw_only=True)
class Slow:
    """A platform that gets stuck and one that does not, both licensed; `ann` and `bob` consented on the first."""

    exchange: Exchange
    connector: StallingConnector
    stuck: str
    quick: str


@asynccontextmanager
async def a_slow_source(
    folder: Path, *, after: int, wrap: Callable[[Ports], Ports] = lambda ports: ports
) -> AsyncIterator[Slow]:
    made: list[StallingConnector] = []

    def connect(real: MemoryConnector) -> Connector:
        if real.platform != "bazaar":
            return real
        made.append(StallingConnector(real=real, after=after))
        return made[0]

    platforms = {"bazaar": {"ratings": RATINGS}, "forum": {"ratings": ratings(("eve", "fay", 9))}}
    async with an_exchange(folder, platforms, connect=connect, deadline_s=DEADLINE_S, wrap=wrap) as exchange:
        stuck = await exchange.licence(await exchange.dataset(basis=CONSENT, platform="bazaar"), LICENSED)
        quick = await exchange.licence(await exchange.dataset(platform="forum"), TERMS)
        await exchange.consent("ann", "bob")
        yield Slow(exchange=exchange, connector=made[0], stuck=stuck, quick=quick)


@pytest.mark.requirement("R76")
async def test_of_a_source_that_gets_stuck_half_way_only_what_may_leave_leaves(tmp_path: Path) -> None:
    async with a_slow_source(tmp_path, after=1) as slow:
        where = Compare(column="value", comparator=Comparator.LT, value=100)

        result = await slow.exchange.one(a_read(slow.stuck, slow.quick, where=where))

        reports = {each.licence: each for each in result.sources}
        cut = reports[slow.stuck]
        assert (slow.connector.stuck, slow.connector.cut_off) == (1, 1)
        assert (cut.status, cut.rows, cut.withheld) == (SourceStatus.PARTIAL, 1, 1)
        assert cut.problem is not None
        assert cut.problem.code == "SOURCE_TIMEOUT"
        assert (reports[slow.quick].status, reports[slow.quick].rows) == (SourceStatus.OK, 1)
        assert sorted(result.rows["value"].to_pylist()) == [1, 9]
        left = {name for column in ("rater", "rated") for name in result.rows[column].to_pylist()}
        assert left.isdisjoint({"ann", "bob", "cid"})
        recorded = {each.licence: each for each in await slow.exchange.events() if isinstance(each, AccessRecorded)}
        access = recorded[slow.stuck]
        assert (access.rows, access.units, access.withheld) == (1, 1, 1)
        content = await slow.exchange.ports.journal.view(lambda view: view.document(access.subjects))
        assert set(subjects_of(content or b"")) == {slow.exchange.person("ann"), slow.exchange.person("bob")}


@pytest.mark.requirement("R76")
@pytest.mark.parametrize(("after", "order"), [(0, ()), (1, (OrderTerm(column="value"),))])
async def test_where_a_part_would_tell_nothing_or_too_much_nothing_leaves(
    tmp_path: Path, after: int, order: tuple[OrderTerm, ...]
) -> None:
    """Nothing came yet; or the first rows of an order cannot be known before all rows came."""
    async with a_slow_source(tmp_path, after=after) as slow:
        result = await slow.exchange.one(a_read(slow.stuck, slow.quick, order=order))

        reports = {each.licence: each for each in result.sources}
        assert slow.connector.cut_off == 1
        assert reports[slow.stuck].status is SourceStatus.TIMEOUT
        assert reports[slow.stuck].receipt is None
        assert result.rows["value"].to_pylist() == [9]
        events = await slow.exchange.events()
        assert {each.licence for each in events if isinstance(each, AccessRecorded)} == {slow.quick}


@pytest.mark.requirement("R76")
async def test_a_package_of_a_source_that_gets_stuck_is_not_made(tmp_path: Path) -> None:
    def impatient(ports: Ports) -> Ports:
        return replace(ports, packing=replace(ports.packing, patience_s=DEADLINE_S))

    async with a_slow_source(tmp_path, after=1, wrap=impatient) as slow:
        view = await prepared(slow.exchange, slow.quick, slow.stuck, rows=50)

        assert (slow.connector.cut_off, view.code) == (1, "SOURCE_TIMEOUT")
        assert not Workspace.of(slow.exchange.ports.packing.folder, view.delivery).folder.exists()
        events = await slow.exchange.events()
        assert [each.code for each in events if isinstance(each, DeliveryFailed)] == ["SOURCE_TIMEOUT"]
        assert not any(isinstance(each, DeliveryReleased | AccessRecorded) for each in events)
