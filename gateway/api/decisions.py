"""Decisions about accesses, as owner, developer and auditor all read them: the rule, what went in, what came out."""

from datetime import datetime
from enum import Enum
from typing import Self

import strawberry

from gateway.api.enums import ACTION_IRIS, ACTIONS_BY_IRI, UseAction
from gateway.exchange.foresee import Foreseen
from gateway.exchange.read.decisions import Asked, DecisionRecord
from policies.model import Reason, Transform
from policies.phrases import transformed
from policies.vocabulary import Iri


@strawberry.enum(description="What a decision came to.")
class Effect(Enum):
    """The effects of ``policies.model.Effect``."""

    PERMIT = strawberry.enum_value("PERMIT", description="Records may leave.")
    DENY = strawberry.enum_value("DENY", description="Nothing may leave.")


@strawberry.type(description="What went into a decision. No value that a filter compares with is told.")
class DecisionInput:
    """What went into a decision."""

    action: UseAction | None = strawberry.field(description="What was to be done.")
    purpose: Iri = strawberry.field(description="What for.")
    place: Iri | None = strawberry.field(description="Where, as far as it was declared.")
    model: Iri | None = strawberry.field(description="For which model, as far as it was declared.")
    columns: list[str] = strawberry.field(description="Canonical columns that were asked for.")
    filtered: list[str] = strawberry.field(description="Columns that the read filtered by.")
    ordered: list[str] = strawberry.field(description="Columns that the read sorted by.")
    rows: int | None = strawberry.field(description="How many records were asked for at most.")

    @classmethod
    def of(cls, asked: Asked) -> Self:
        """The input as the schema shows it."""
        return cls(
            action=ACTIONS_BY_IRI.get(asked.action),
            purpose=Iri(asked.purpose),
            place=Iri(asked.place) if asked.place else None,
            model=Iri(asked.model) if asked.model else None,
            columns=list(asked.columns),
            filtered=list(asked.filtered),
            ordered=list(asked.ordered),
            rows=asked.rows,
        )


@strawberry.type(description="What is done to a column before it leaves.")
class ColumnTransform:
    """What is done to a column."""

    column: str = strawberry.field(description="The canonical column.")
    does: str = strawberry.field(description="What is done to it, in plain words.")

    @classmethod
    def of(cls, column: str, transform: Transform) -> Self:
        """The transform as the schema shows it."""
        return cls(column=column, does=transformed(transform.term, transform.parameter))


@strawberry.type(description="Why a decision came out as it did.")
class DecisionReason:
    """Why a decision came out as it did."""

    code: str = strawberry.field(description="Stable code; each denial has a page in the documentation.")
    clause: str | None = strawberry.field(description="The rule of the agreement; nothing when none speaks of it.")
    text: str = strawberry.field(description="For people; may change.")

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """The reason as the schema shows it."""
        return cls(code=reason.code, clause=reason.clause or None, text=reason.text)


@strawberry.type(description="What was decided about an access. Both sides of a licence read the same.")
class Decision:
    """What was decided about an access."""

    effect: Effect = strawberry.field(description="What it came to.")
    policy: str | None = strawberry.field(description="Hash of the agreement's policy; nothing when none was asked.")
    clause: str | None = strawberry.field(description="The rule that decided; nothing when none speaks of it.")
    asked: DecisionInput = strawberry.field(description="What went in.")
    columns: list[str] = strawberry.field(description="Canonical columns that may leave.")
    transforms: list[ColumnTransform] = strawberry.field(description="What is done to them before, by column.")
    limit: int = strawberry.field(description="How many records may leave at most.")
    reasons: list[DecisionReason] = strawberry.field(description="Why, the deciding one first.")

    @classmethod
    def of(cls, record: DecisionRecord) -> Self:
        """The decision as the schema shows it."""
        return cls(
            effect=Effect[record.effect.name],
            policy=record.policy or None,
            clause=record.clause or None,
            asked=DecisionInput.of(record.asked),
            columns=sorted(record.columns),
            transforms=[ColumnTransform.of(name, each) for name, each in sorted(record.transforms.items())],
            limit=record.limit,
            reasons=[DecisionReason.of(each) for each in record.reasons],
        )


@strawberry.input(description="A read that might be asked for at a time to come.")
class ForeseenRead:
    """A read that might be asked for."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    at: datetime = strawberry.field(description="The time; not past.")
    action: UseAction = strawberry.field(description="What would be done.")
    purpose: Iri = strawberry.field(description="What for.")
    columns: list[str] = strawberry.field(description="Canonical columns that would be asked for.")
    place: Iri | None = strawberry.field(default=None, description="Where.")
    model: Iri | None = strawberry.field(default=None, description="For which model.")
    rows: int = strawberry.field(default=1, description="How many records would be asked for.")

    def command(self) -> Foreseen:
        """The read as the use case takes it."""
        return Foreseen(
            licence=self.licence,
            at=self.at,
            action=ACTION_IRIS[self.action],
            purpose=self.purpose,
            place=self.place,
            model=self.model,
            columns=tuple(self.columns),
            rows=self.rows,
        )
