"""After the delivery: runs reported and compared, usage counted to the micro-unit, concerns followed to their end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.auth.principal import Principal
from gateway.auth.scopes import SCOPES_OF, Scope
from gateway.exchange import commands, concerns
from gateway.exchange.concerns import answer_concern, close_concern, concern, file_concern
from gateway.exchange.deliver.errors import DeliveryNotReadyError
from gateway.exchange.deliver.presented import DeliveryView
from gateway.exchange.errors import InputInvalidError, NotFoundError, NotYourTurnError, RoleNotAllowedError
from gateway.exchange.presented_reports import ConcernView, RunView
from gateway.exchange.report_run import report_run, training_run, training_runs
from gateway.exchange.usage import usage_report
from graph.journal.events import AccessRecorded, DutyFiled, DutyKind, PartyKind, RunReported
from graph.journal.rows import ConcernState
from policies.vocabulary import EVALUATE, FINE_TUNE
from tests.testkit.clock import NOON
from tests.testkit.delivering import LICENSED, fetched, prepared
from tests.testkit.reading import DEVELOPER, MARKETING, OWNER, RESEARCH, Exchange, a_read, an_exchange

OTHER = "urn:muniment:party:other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """An exchange with one delivery that has left."""

    exchange: Exchange
    view: DeliveryView
    licence: str

    def owner(self, party: str = OWNER) -> Principal:
        return replace(
            self.exchange.principal(party=party), kind=PartyKind.BUSINESS, scopes=SCOPES_OF[PartyKind.BUSINESS]
        )

    def auditor(self) -> Principal:
        return replace(
            self.exchange.principal(party="urn:muniment:party:auditor"),
            kind=PartyKind.AUDITOR,
            scopes=frozenset({Scope.GRAPH_QUERY, Scope.AUDIT_READ}),
        )

    def a_run(self, **changes: Any) -> commands.ReportRun:
        run = commands.ReportRun(
            delivery=self.view.delivery,
            model="urn:model:small-1",
            action=FINE_TUNE,
            purpose=RESEARCH,
            started=NOON,
            ended=NOON + timedelta(hours=3),
            metrics={"loss": 0.25, "examples": 4},
        )
        return replace(run, **changes)

    async def reported(self, **changes: Any) -> RunView:
        return await report_run(self.exchange.ports, self.exchange.principal(), self.a_run(**changes))

    async def filed(self, about: str, **changes: Any) -> ConcernView:
        command = commands.FileConcern(licence=self.licence, about=about, text="Why so many?", **changes)
        return await file_concern(self.exchange.ports, self.owner(), command)

    async def access(self) -> str:
        return next(each for each in await self.exchange.events() if isinstance(each, AccessRecorded)).access


@asynccontextmanager
async def delivered(folder: Path) -> AsyncIterator[Delivered]:
    async with an_exchange(folder) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        await fetched(exchange, view)
        exchange.clock.advance(4 * 3600)
        yield Delivered(exchange=exchange, view=view, licence=licence)


@pytest.mark.requirement("R27")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"purpose": MARKETING}, "PURPOSE_NOT_LICENSED"),
        ({"purpose": "urn:purpose:nobody-knows"}, "PURPOSE_NOT_LICENSED"),
        ({"action": EVALUATE}, "ACTION_NOT_LICENSED"),
    ],
)
async def test_a_run_is_on_record_and_compared_with_what_was_licensed(
    tmp_path: Path, changes: dict[str, Any], code: str | None
) -> None:
    async with delivered(tmp_path) as world:
        run = await world.reported(**changes)

        assert run.code == code
        assert (run.model, run.metrics, run.delivery) == (
            "urn:model:small-1",
            {"loss": 0.25, "examples": 4},
            world.view.delivery,
        )
        event = await world.exchange.last()
        assert isinstance(event, RunReported)
        assert (event.manifest, event.licences, event.code) == (world.view.manifest, (world.licence,), code or "")
        for reader in (world.owner(), world.auditor()):
            assert await training_run(world.exchange.ports, reader, run.run) == run
        with pytest.raises(NotFoundError):
            await training_run(world.exchange.ports, world.owner(OTHER), run.run)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
async def test_a_figure_that_is_no_number_is_refused(tmp_path: Path, value: float) -> None:
    async with delivered(tmp_path) as world:
        before = len(await world.exchange.events())

        with pytest.raises(InputInvalidError, match="finite"):
            await world.reported(metrics={"loss": value})

        assert len(await world.exchange.events()) == before


async def test_a_run_is_over_when_it_is_reported(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        with pytest.raises(InputInvalidError, match="future"):
            await world.reported(ended=NOON + timedelta(days=400))


async def test_a_run_that_no_licence_covers_any_more_says_why(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        exchange = world.exchange
        early = await world.reported(started=NOON - timedelta(days=1), ended=NOON)
        exchange.clock.advance(3600)
        owed = DutyFiled(
            duty="urn:muniment:duty:1",
            kind=DutyKind.TAKE_DOWN,
            licence=world.licence,
            clause="",
            raised_by=exchange.person("ann"),
            due=exchange.clock(),
            deliveries=(world.view.delivery,),
        )
        await exchange.append(owed)
        before = await world.reported(started=exchange.clock(), ended=exchange.clock())
        exchange.clock.advance(3600)
        taken_down = await world.reported(started=exchange.clock(), ended=exchange.clock())
        await exchange.revoke(world.licence)
        exchange.clock.advance(3600)
        revoked = await world.reported(started=exchange.clock(), ended=exchange.clock())

        codes = [each.code for each in (early, before, taken_down, revoked)]
        assert codes == ["DELIVERY_NOT_READY", None, "DELIVERY_OUTDATED", "LICENCE_TERMINATED"]


async def test_the_runs_of_a_model_are_its_developers_and_an_auditor_sees_everybodys(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        first = await world.reported()
        second = await world.reported(purpose=MARKETING)
        await world.reported(model="urn:model:another")
        ports, model = world.exchange.ports, first.model

        for reader in (world.exchange.principal(), world.auditor()):
            assert (await training_runs(ports, reader, model, first=9)).items == (first, second)
        page = await training_runs(ports, world.auditor(), model, first=1)
        rest = await training_runs(ports, world.auditor(), model, first=1, after=first.run)
        assert (page.items, page.has_next, rest.items) == ((first,), True, (second,))
        for reader in (world.owner(), world.exchange.principal(party=OTHER)):
            assert (await training_runs(ports, reader, model, first=9)).items == ()
        with pytest.raises(NotFoundError):
            await training_runs(ports, world.exchange.principal(party=OTHER), model, first=1, after=first.run)


async def test_a_run_that_began_after_the_licence_ended_says_so(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        end = NOON + timedelta(days=1)
        licence = await exchange.licence(await exchange.dataset(), replace(LICENSED, valid_until=end))
        view = await prepared(exchange, licence, rows=50)
        await fetched(exchange, view)
        world = Delivered(exchange=exchange, view=view, licence=licence)

        exchange.clock.advance(2 * 86_400)
        late = await world.reported(started=end + timedelta(hours=1), ended=end + timedelta(hours=2))

        assert late.code == "LICENCE_EXPIRED"


async def test_the_stored_report_is_an_open_lineage_event(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        await world.reported()

        event = await world.exchange.last()
        assert isinstance(event, RunReported)
        content = await world.exchange.ports.journal.view(lambda view: view.document(event.facets))
        document = msgspec.json.decode(content or b"")

        assert document["eventType"] == "COMPLETE"
        assert document["run"]["runId"] == event.run.rsplit(":", 1)[-1]
        assert document["inputs"][0]["facets"]["version"]["datasetVersion"] == world.view.manifest
        assert {"eventTime", "producer", "schemaURL", "job", "outputs"} <= document.keys()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"model": "not an iri"}, "model"),
        ({"ended": NOON - timedelta(seconds=1)}, "ended"),
        ({"metrics": {f"m{number}": 1.0 for number in range(101)}}, "metrics"),
        ({"metrics": {"": 1.0}}, "metrics"),
    ],
)
async def test_a_report_is_well_formed(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    async with delivered(tmp_path) as world:
        with pytest.raises(InputInvalidError) as refused:
            await world.reported(**changes)

        assert refused.value.field == field


async def test_a_run_is_reported_of_ones_own_delivery_that_has_left(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        waiting = await prepared(world.exchange, world.licence, rows=2)

        with pytest.raises(DeliveryNotReadyError):
            await world.reported(delivery=waiting.delivery)
        for party in (OWNER, OTHER):
            principal = world.exchange.principal(party=party)
            with pytest.raises(NotFoundError):
                await report_run(world.exchange.ports, principal, world.a_run())


async def test_usage_is_counted_to_the_micro_unit(tmp_path: Path) -> None:
    """Queries and a delivery: the lines, their sum, and the prices of the recorded accesses are one amount."""
    async with delivered(tmp_path) as world:
        exchange = world.exchange
        await exchange.one(a_read(world.licence, first=3))
        await exchange.one(a_read(world.licence, first=2))
        run = await world.reported()

        report = await usage_report(exchange.ports, world.owner(), (world.licence, world.licence))

        (line,) = report.lines
        assert (line.accesses, line.deliveries, line.rows) == (3, 1, 4 + 3 + 2)
        assert (line.purpose, line.action, line.developer.party) == (RESEARCH, FINE_TUNE, DEVELOPER)
        recorded = [each for each in await exchange.events() if isinstance(each, AccessRecorded)]
        assert line.amount_micro == sum(each.price_micro for each in recorded) == 9 * 10_000
        assert [(each.owner.party, each.amount_micro, each.currency) for each in report.due] == [(OWNER, 90_000, "EUR")]
        assert report.runs == (run,)
        assert await usage_report(exchange.ports, exchange.principal(), (world.licence,)) == report


async def test_a_usage_report_is_of_a_time(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        exchange = world.exchange
        exchange.clock.advance(3600)
        await exchange.one(a_read(world.licence, first=3))
        await world.reported()

        before = await usage_report(exchange.ports, world.owner(), (world.licence,), until=NOON + timedelta(minutes=30))
        after = await usage_report(exchange.ports, world.owner(), (world.licence,), since=NOON + timedelta(minutes=30))
        never = await usage_report(exchange.ports, world.owner(), (world.licence,), since=NOON + timedelta(days=1))

        assert [each.rows for each in before.lines] == [4]
        assert [each.rows for each in after.lines] == [3]
        assert (len(before.runs), len(after.runs)) == (0, 1)
        assert (never.lines, never.due, never.runs) == ((), (), ())


async def test_a_free_licence_has_usage_and_nothing_due(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        await exchange.one(a_read(licence, first=3))

        report = await usage_report(exchange.ports, exchange.principal(), (licence,))

        assert [(each.rows, each.amount_micro) for each in report.lines] == [(3, 0)]
        assert report.due == ()


async def test_usage_is_for_sides_and_auditors_of_named_licences(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        ports = world.exchange.ports

        assert (await usage_report(ports, world.auditor(), (world.licence,))).lines
        with pytest.raises(NotFoundError):
            await usage_report(ports, world.owner(OTHER), (world.licence,))
        with pytest.raises(InputInvalidError):
            await usage_report(ports, world.owner(), ())


@pytest.mark.requirement("R62")
async def test_a_concern_is_filed_answered_and_closed(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        ports, developer = world.exchange.ports, world.exchange.principal()
        run = await world.reported(purpose=MARKETING)
        filed = await world.filed(run.run, idempotency_key="k")
        assert (await world.filed(run.run, idempotency_key="k")).concern == filed.concern
        answer = commands.AnswerConcern(concern=filed.concern, text="A wrong label.", idempotency_key="a")
        answered = await answer_concern(ports, developer, answer)
        assert (await answer_concern(ports, developer, answer)).state is ConcernState.ANSWERED
        close = commands.CloseConcern(concern=filed.concern, code="EXPLAINED", idempotency_key="c")

        closed = await close_concern(ports, world.owner(), close)

        assert (await close_concern(ports, world.owner(), close)) == closed
        assert [each.state for each in (filed, answered, closed)] == list(ConcernState)
        assert (closed.text, closed.answer, closed.code) == ("Why so many?", "A wrong label.", "EXPLAINED")
        for reader in (world.owner(), developer, world.auditor()):
            assert await concern(ports, reader, filed.concern) == closed
        with pytest.raises(NotFoundError):
            await concern(ports, world.owner(OTHER), filed.concern)
        assert (await concerns.concerns(ports, developer, first=5)).items == (closed,)
        assert (await concerns.concerns(ports, world.owner(), first=5, after=filed.concern)).items == ()


async def test_a_concern_is_about_something_under_ones_own_licence(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        ports = world.exchange.ports
        access = await world.access()

        assert (await world.filed(access)).about == access
        with pytest.raises(NotFoundError):
            await world.filed("urn:muniment:access:none")
        command = commands.FileConcern(licence=world.licence, about=access, text="x")
        with pytest.raises(NotFoundError):
            await file_concern(ports, world.owner(OTHER), command)
        for text in ("", "  ", "x" * 4_001):
            with pytest.raises(InputInvalidError):
                await file_concern(ports, world.owner(), replace(command, text=text))


async def test_only_whose_turn_it_is_moves_a_concern(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        ports, developer = world.exchange.ports, world.exchange.principal()
        filed = await world.filed(await world.access())
        both = replace(developer, scopes=frozenset(Scope)), replace(world.owner(), scopes=frozenset(Scope))
        close = commands.CloseConcern(concern=filed.concern, code="DONE")
        answer = commands.AnswerConcern(concern=filed.concern, text="x")

        with pytest.raises(RoleNotAllowedError):
            await close_concern(ports, both[0], close)
        with pytest.raises(RoleNotAllowedError):
            await answer_concern(ports, both[1], answer)
        with pytest.raises(InputInvalidError):
            await close_concern(ports, world.owner(), replace(close, code="no code"))
        await close_concern(ports, world.owner(), close)
        with pytest.raises(NotYourTurnError):
            await answer_concern(ports, developer, answer)
        with pytest.raises(NotYourTurnError):
            await close_concern(ports, world.owner(), close)


async def test_what_people_wrote_can_be_erased(tmp_path: Path) -> None:
    async with delivered(tmp_path) as world:
        filed = await world.filed(await world.access())

        world.exchange.ports.vault.erase_about(filed.concern)

        assert (await concern(world.exchange.ports, world.owner(), filed.concern)).text is None
