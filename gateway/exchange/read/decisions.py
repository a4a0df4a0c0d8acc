"""The stored form of a decision: what was asked, which rule decided, and what came out. Both sides read this one."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

import msgspec

from gateway.exchange.read.decide import Denied, Permitted
from gateway.exchange.read.model import ReadCommand
from graph.journal.documents import Document
from policies.lexical import literal
from policies.model import ColumnMode, Effect, Price, Reason, Transform
from policies.predicate import columns_of
from policies.record import Record

DECISION: Final = "application/vnd.muniment.decision+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What went into a decision. Of a filter its columns only: what it compares with may be about people."""

    action: str
    purpose: str
    place: str = ""
    model: str = ""
    columns: tuple[str, ...] = ()
    filtered: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    rows: int | None = None
    """At most so many; nothing when it is not known."""
    mode: ColumnMode = ColumnMode.REFUSE

    @classmethod
    def of(cls, command: ReadCommand) -> Self:
        """What a read asks for."""
        return cls(
            action=command.action,
            purpose=command.purpose,
            place=command.place or "",
            model=command.model or "",
            columns=tuple(sorted(command.columns)),
            filtered=tuple(sorted(columns_of(command.where))),
            ordered=tuple(term.column for term in command.order),
            rows=command.first,
            mode=command.mode,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A decision as it is read back from its document."""

    asked: Asked
    effect: Effect
    profile: str = ""
    """Version of the profile that the terms were read under."""
    policy: str = ""
    """SHA-256 of the agreement's normal form; empty when no agreement was asked."""
    clause: str = ""
    """Uid of the rule that decided; empty when none speaks of it."""
    columns: tuple[str, ...] = ()
    """What may leave."""
    transforms: Mapping[str, Transform] = field(default_factory=dict)
    limit: int = 0
    price: Price | None = None
    reasons: tuple[Reason, ...] = ()


def decision_document(outcome: Permitted | Denied) -> Document:
    """What the agreement decided; of what a gate before or behind it refused, that gate's reason."""
    command = outcome.plan.command
    if isinstance(outcome, Permitted):
        return _decided(outcome.record, command)
    if outcome.record is not None and not outcome.record.decision.permitted:
        return _decided(outcome.record, command)
    problem, licence = outcome.problem, outcome.plan.licence
    reason = Reason(code=problem.code, clause=problem.clause, text=problem.message)
    refused = {
        "effect": Effect.DENY,
        "policy": "" if licence is None else licence.policy,
        "clause": problem.clause,
        "reasons": [asdict(reason)],
    }
    return _document(refused, command)


def decision_of(content: bytes) -> DecisionRecord:
    """The decision of a stored document.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(content, type=DecisionRecord)


def _decided(record: Record, command: ReadCommand) -> Document:
    # WHY: id and time stand in the event; without them reads that are decided alike share one document.
    fixed = {name: getattr(record, name) for name in ("agreement", "profile", "state_version", "request_digest")}
    return _document({**record.decision._asdict(), **fixed}, command)


def _document(decided: Mapping[str, Any], command: ReadCommand) -> Document:
    content = {**decided, "asked": asdict(Asked.of(command))}
    return Document(media_type=DECISION, content=json.dumps(content, default=_plain, sort_keys=True).encode())


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime | timedelta):
        return literal(value)[1]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
