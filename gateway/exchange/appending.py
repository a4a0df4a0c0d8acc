"""How every licensing use case writes: one entry, guarded by the versions it read, once per idempotency key."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar, assert_never

from gateway.auth.principal import Principal
from gateway.exchange.commands import Command
from gateway.exchange.errors import IdempotencyKeyReusedError, VersionConflictError
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from graph.errors import RecordError
from graph.journal.documents import Document
from graph.journal.entries import Appended, Entry, Refused
from graph.journal.events import Event, Recorded
from graph.journal.guards import ExpectedVersion, ReleasesCounted

E = TypeVar("E")

_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a use case decided to record."""

    events: tuple[Event, ...]
    expected: tuple[ExpectedVersion | ReleasesCounted, ...] = ()
    """What it read to decide: it must stand as it did."""
    documents: tuple[Document, ...] = ()
    text: str = ""
    """Vault reference that the events hold, or empty; erased again when nothing is recorded."""


async def first_outcome(ports: Ports, principal: Principal, command: Command) -> tuple[Recorded, ...] | None:
    """What was recorded when the same party used the same key before; nothing when it did not."""
    key = command.idempotency_key
    if key is None:
        return None
    return await ports.journal.view(lambda view: view.first_outcome(principal.party, key))


async def recorded_once(
    ports: Ports, principal: Principal, command: Command, drafted: Callable[[Reading], Draft]
) -> tuple[Recorded, ...]:
    """Record what is drafted from one state of the record; of a repeated call, give what the first one recorded.

    Raises:
        VersionConflictError: Somebody acted on one of the streams after it was read.
    """
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        recorded = await append(ports, principal, command, await read(ports, principal, drafted))
    return recorded


async def recorded_persistently(
    ports: Ports, principal: Principal, command: Command, drafted: Callable[[Reading], Draft]
) -> tuple[Recorded, ...]:
    """Like ``recorded_once``, but drafted anew when something moved in between: for what must not be put off.

    Raises:
        VersionConflictError: It kept moving.
    """
    for _ in range(_TRIES):
        try:
            return await recorded_once(ports, principal, command, drafted)
        except VersionConflictError as problem:
            conflict = problem
    raise conflict


async def append(ports: Ports, principal: Principal, command: Command, draft: Draft) -> tuple[Recorded, ...]:
    """Record the draft as a whole, or nothing of it.

    Returns:
        What is on record: of a repeated call, what the first one recorded.

    Raises:
        VersionConflictError: Somebody acted on one of the streams after it was read.
    """
    key = command.idempotency_key
    entry = Entry(
        events=draft.events,
        guards=draft.expected,
        documents=draft.documents,
        idempotency=None if key is None else (principal.party, key),
    )
    try:
        (outcome,) = await ports.journal.append(entry)
    except RecordError:
        await _forget(ports, draft.text)
        raise
    match outcome:
        case Appended(repeated=False):
            return outcome.recorded
        case Appended():
            await _forget(ports, draft.text)
            return outcome.recorded
        case Refused():
            await _forget(ports, draft.text)
            raise VersionConflictError(_stream(outcome))
        case _:
            assert_never(outcome)


async def keep_text(ports: Ports, text: str, about: str) -> str:
    """Put a text where it can be erased again, and give its reference; of an empty one, the empty reference."""
    return await asyncio.to_thread(ports.vault.put, text, about) if text else ""


def the(recorded: Iterable[Recorded], event_type: type[E], command: Command) -> E:
    """The first event of this type.

    Raises:
        IdempotencyKeyReusedError: There is none: the key was used for another kind of call.
    """
    for each in recorded:
        if isinstance(each.event, event_type):
            return each.event
    raise IdempotencyKeyReusedError(command.idempotency_key or "")


def require_same(expected: str, found: str, command: Command) -> None:
    """Check that a repeated call is about the same thing as the first.

    Raises:
        IdempotencyKeyReusedError: It is about another one.
    """
    if expected != found:
        raise IdempotencyKeyReusedError(command.idempotency_key or "")


async def _forget(ports: Ports, reference: str) -> None:
    if reference:
        await asyncio.to_thread(ports.vault.erase, reference)


def _stream(refused: Refused) -> str:
    return refused.guard.stream if isinstance(refused.guard, ExpectedVersion) else ""
