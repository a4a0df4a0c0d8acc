"""Policies as callers write them: flat terms, or a whole ODRL document."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final

import strawberry

from gateway.api.enums import ACTION_IRIS, UseAction
from gateway.api.scalars import BigInt, Json
from gateway.exchange.commands import OfferedPrice
from gateway.exchange.commands import PolicyInput as Given
from gateway.exchange.errors import InputInvalidError
from policies.model import Transform
from policies.terms import Rate, Terms
from policies.vocabulary import (
    AGGREGATE_ONLY,
    BUCKET,
    DROP,
    GENERALISE,
    KEEP,
    PSEUDONYMISE,
    REDACT_TEXT,
    REP,
    TIME_UNITS,
    TRUNCATE_TIME,
    Iri,
)

_MOST_DIGITS: Final = 18


@strawberry.enum(description="What must happen to a column before it leaves.")
class TransformKind(Enum):
    """The transform terms of the profile."""

    KEEP = strawberry.enum_value("KEEP", description="Nothing.")
    DROP = strawberry.enum_value("DROP", description="Its values are removed.")
    PSEUDONYMISE = strawberry.enum_value("PSEUDONYMISE", description="Values become pseudonyms, one set per licence.")
    GENERALISE = strawberry.enum_value("GENERALISE", description="Values become coarser; parameter: the level.")
    TRUNCATE_TIME = strawberry.enum_value(
        "TRUNCATE_TIME", description="Times are cut; parameter: `second`, `minute`, `hour`, `day`, `month` or `year`."
    )
    BUCKET = strawberry.enum_value(
        "BUCKET", description="Numbers become the start of their bucket; parameter: the width."
    )
    REDACT_TEXT = strawberry.enum_value("REDACT_TEXT", description="Personal details are removed from texts.")
    AGGREGATE_ONLY = strawberry.enum_value("AGGREGATE_ONLY", description="Values leave in aggregates only.")


_TERMS: Final[dict[TransformKind, Iri]] = {
    TransformKind.KEEP: KEEP,
    TransformKind.DROP: DROP,
    TransformKind.PSEUDONYMISE: PSEUDONYMISE,
    TransformKind.GENERALISE: GENERALISE,
    TransformKind.TRUNCATE_TIME: TRUNCATE_TIME,
    TransformKind.BUCKET: BUCKET,
    TransformKind.REDACT_TEXT: REDACT_TEXT,
    TransformKind.AGGREGATE_ONLY: AGGREGATE_ONLY,
}


@strawberry.input(description="What must happen to one column before it leaves.")
class TransformInput:
    """What must happen to one column."""

    column: str = strawberry.field(description="Canonical name of the column.")
    transform: TransformKind = strawberry.field(description="What happens.")
    parameter: str | None = strawberry.field(
        default=None, description="Level, time unit or width, as the transform asks; nothing when it asks for none."
    )

    def value(self) -> Transform:
        """The term.

        Raises:
            InputInvalidError: the parameter is missing, is not wanted, or has a wrong form.
        """
        parameter: Iri | int | None = None
        match self.transform:
            case TransformKind.TRUNCATE_TIME:
                parameter = Iri(REP + (self.parameter or ""))
                if parameter not in TIME_UNITS:
                    raise InputInvalidError("transforms.parameter", "a time unit is needed, such as `day`")
            case TransformKind.GENERALISE | TransformKind.BUCKET:
                text = self.parameter or ""
                if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
                    raise InputInvalidError("transforms.parameter", "a whole number is needed")
                parameter = int(text)
            case _:
                if self.parameter is not None:
                    raise InputInvalidError("transforms.parameter", "this transform takes no parameter")
        return Transform(term=_TERMS[self.transform], parameter=parameter)


@strawberry.input(description="A price.")
class PriceInput:
    """A price."""

    amount_micro: BigInt = strawberry.field(description="For one unit, in millionths of the currency unit.")
    currency: str = strawberry.field(description="ISO 4217 code.")
    unit: Iri = strawberry.field(description="What is paid for: the profile's `perRecord` or `perQuery`.")

    def offered(self) -> OfferedPrice:
        """What a developer would pay."""
        return OfferedPrice(amount_micro=self.amount_micro, currency=self.currency, unit=self.unit)

    def rate(self) -> Rate:
        """What an owner asks."""
        return Rate(amount_micro=self.amount_micro, currency=self.currency, unit=self.unit)


@strawberry.input(description="Flat terms. The usual prohibitions and duties are always added.")
class TermsInput:
    """Flat terms."""

    action: UseAction = strawberry.field(description="What may be done.")
    purposes: list[Iri] = strawberry.field(description="What for: any of these, or something narrower.")
    columns: list[str] = strawberry.field(description="Canonical names of the columns that may leave.")
    max_records: int | None = strawberry.field(default=None, description="Records that may leave in all.")
    max_queries: int | None = strawberry.field(default=None, description="Queries in all.")
    days: int | None = strawberry.field(default=None, description="Days from the first delivery.")
    valid_until: datetime | None = strawberry.field(default=None, description="Fixed end.")
    places: list[Iri] | None = strawberry.field(default=None, description="Where it may be done: ISO 3166 IRIs.")
    price: PriceInput | None = strawberry.field(default=None, description="What it costs; without it: nothing.")
    transforms: list[TransformInput] | None = strawberry.field(
        default=None, description="What happens to columns first."
    )
    consent: bool | None = strawberry.field(default=None, description="True: only rows of persons who consented.")
    ethics: bool | None = strawberry.field(
        default=None, description="True: an ethics decision must be on record first."
    )
    models: list[Iri] | None = strawberry.field(default=None, description="For which models only.")
    record_licences: list[Iri] | None = strawberry.field(
        default=None, description="Only rows that carry one of these licences of the platform."
    )
    observed_from: datetime | None = strawberry.field(default=None, description="Only rows observed from then on.")
    not_together: list[list[str]] | None = strawberry.field(
        default=None, description="Sets of columns that must never be complete in one hand."
    )
    attribution: bool | None = strawberry.field(default=None, description="True: the licensor must be named.")

    def terms(self) -> Terms:
        """The terms.

        Raises:
            InputInvalidError: a transform is malformed, or a column has two.
        """
        transforms = {each.column: each.value() for each in self.transforms or ()}
        if len(transforms) < len(self.transforms or ()):
            raise InputInvalidError("transforms", "a column has two transforms")
        return Terms(
            action=ACTION_IRIS[self.action],
            purposes=frozenset(self.purposes),
            columns=frozenset(self.columns),
            max_records=self.max_records,
            max_queries=self.max_queries,
            days=self.days,
            valid_until=self.valid_until,
            places=frozenset(self.places or ()),
            models=frozenset(self.models or ()),
            price=None if self.price is None else self.price.rate(),
            transforms=transforms,
            consent=bool(self.consent),
            ethics=bool(self.ethics),
            record_licences=frozenset(self.record_licences or ()),
            observed_from=self.observed_from,
            not_together=frozenset(frozenset(each) for each in self.not_together or ()),
            attribution=bool(self.attribution),
        )


@strawberry.input(description="A policy: flat terms, or a whole ODRL document; exactly one of them.", one_of=True)
class PolicyInput:
    """A policy, written in one of two ways."""

    terms: TermsInput | None = strawberry.field(default=strawberry.UNSET, description="Flat terms.")
    odrl: Json | None = strawberry.field(default=strawberry.UNSET, description="An ODRL 2.2 document of the profile.")

    def value(self) -> Given:
        """The policy as use cases take it.

        Raises:
            InputInvalidError: the terms are malformed, or the document is not an object.
        """
        if self.terms:
            return self.terms.terms()
        return document(self.odrl, "policy.odrl")


def document(value: object, field: str) -> Mapping[str, object]:
    """A JSON value that must be an object.

    Raises:
        InputInvalidError: it is something else.
    """
    if not isinstance(value, dict):
        raise InputInvalidError(field, "an object is needed: an ODRL document")
    return value
