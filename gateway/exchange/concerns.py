"""Concerns: an owner questions an access or a run, the developer answers, the owner closes it."""

from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, keep_text, require_same, the
from gateway.exchange.commands import AnswerConcern, CloseConcern, FileConcern
from gateway.exchange.errors import InputInvalidError, NotFoundError, NotYourTurnError, RoleNotAllowedError
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented_reports import ConcernView, concern_view, visible_concern
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import Page
from gateway.exchange.wording import require_code
from graph.journal.events import AccessRecorded, ConcernAnswered, ConcernClosed, ConcernFiled
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import ConcernRow, ConcernState

MOST_TEXT: Final = 4_000


async def file_concern(ports: Ports, principal: Principal, command: FileConcern) -> ConcernView:
    """Question an access or a run under a licence of one's own.

    Raises:
        ScopeMissingError: Without ``licence:decide``.
        InputInvalidError: The text is empty or too long.
        NotFoundError: No licence of the caller's has this IRI, or it knows no such access or run.
    """
    principal.require(Scope.LICENCE_DECIDE)
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check_text(command.text)
        await read(ports, principal, lambda reading: _require_known(reading, command))
        concern = ports.ids.new("concern")
        text = await keep_text(ports, command.text, concern)
        filed = ConcernFiled(
            concern=concern, about=command.about, licence=command.licence, by=principal.party, text=text
        )
        recorded = await append(ports, principal, command, Draft(events=(filed,), text=text))
    found = the(recorded, ConcernFiled, command)
    require_same(found.about, command.about, command)
    return await read(ports, principal, lambda reading: concern_view(ports, reading, found.concern))


async def answer_concern(ports: Ports, principal: Principal, command: AnswerConcern) -> ConcernView:
    """Answer a concern about one's own use.

    Raises:
        ScopeMissingError: Without ``usage:report``.
        InputInvalidError: The text is empty or too long.
        NotFoundError: No concern of the caller's has this IRI.
        RoleNotAllowedError: The caller is not the licensee.
        NotYourTurnError: It was answered or closed.
        VersionConflictError: It changed meanwhile.
    """
    principal.require(Scope.USAGE_REPORT)
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check_text(command.text)
        row = await read(ports, principal, lambda reading: visible_concern(reading, command.concern))
        if row.assignee != principal.party:
            raise RoleNotAllowedError(principal.kind, "answer a concern about another's use")
        _require(row, {ConcernState.OPEN})
        text = await keep_text(ports, command.text, row.concern)
        answered = ConcernAnswered(concern=row.concern, by=principal.party, text=text)
        recorded = await append(ports, principal, command, Draft(events=(answered,), expected=_at(row), text=text))
    found = the(recorded, ConcernAnswered, command)
    require_same(found.concern, command.concern, command)
    return await read(ports, principal, lambda reading: concern_view(ports, reading, found.concern))


async def close_concern(ports: Ports, principal: Principal, command: CloseConcern) -> ConcernView:
    """Close a concern of one's own, with its outcome.

    Raises:
        ScopeMissingError: Without ``licence:decide``.
        InputInvalidError: The code is not one.
        NotFoundError: No concern of the caller's has this IRI.
        RoleNotAllowedError: The caller is not the licensor.
        NotYourTurnError: It was closed.
        VersionConflictError: It changed meanwhile.
    """
    principal.require(Scope.LICENCE_DECIDE)
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        require_code(command.code, "code")
        row = await read(ports, principal, lambda reading: visible_concern(reading, command.concern))
        if row.assigner != principal.party:
            raise RoleNotAllowedError(principal.kind, "close a concern of another")
        _require(row, {ConcernState.OPEN, ConcernState.ANSWERED})
        closed = ConcernClosed(concern=row.concern, by=principal.party, code=command.code)
        recorded = await append(ports, principal, command, Draft(events=(closed,), expected=_at(row)))
    found = the(recorded, ConcernClosed, command)
    require_same(found.concern, command.concern, command)
    return await read(ports, principal, lambda reading: concern_view(ports, reading, found.concern))


async def concern(ports: Ports, principal: Principal, iri: str) -> ConcernView:
    """One concern, to its sides and to auditors.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: concern_view(ports, reading, iri))


async def concerns(ports: Ports, principal: Principal, *, first: int, after: str | None = None) -> Page[ConcernView]:
    """The caller's own concerns, on either side, the oldest first.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: ``after`` is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[ConcernView]:
        start = None if after is None else visible_concern(reading, after).seq
        rows = reading.view.concerns(principal.party, after=start, limit=first + 1)
        return page(rows, first, lambda row: concern_view(ports, reading, row.concern))

    return await read(ports, principal, found)


def _check_text(text: str) -> None:
    if not 1 <= len(text.strip()) <= MOST_TEXT:
        raise InputInvalidError("text", f"say it in 1 to {MOST_TEXT} characters")


def _require_known(reading: Reading, command: FileConcern) -> None:
    licence = reading.view.licence(command.licence)
    if licence is None or licence.assigner != reading.reader.party:
        raise NotFoundError("licence", command.licence)
    runs = {each.run for each in reading.view.runs_under(command.licence)}
    accesses = (
        each.event
        for each in reading.view.events_about(command.about, limit=1, types=(AccessRecorded,))
        if command.about not in runs
    )
    known = any(isinstance(each, AccessRecorded) and each.licence == command.licence for each in accesses)
    if command.about not in runs and not known:
        raise NotFoundError("access", command.about)


def _require(row: ConcernRow, states: set[ConcernState]) -> None:
    if row.state not in states:
        raise NotYourTurnError(row.concern, row.state.value)


def _at(row: ConcernRow) -> tuple[ExpectedVersion, ...]:
    return (ExpectedVersion(stream=row.concern, version=row.version),)
