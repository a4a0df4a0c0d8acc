"""The catalogue: datasets, their columns, the platforms' own terms, offers. No protected value is in it."""

from datetime import datetime
from typing import Self

import strawberry

from connectors.spi import PlatformTerms as Terms
from gateway.api.context import Context
from gateway.api.enums import ACTIONS_BY_IRI, AiUse, RecordKind, RowScope, UseAction
from gateway.api.kinds import field_name
from gateway.api.parties import Party
from gateway.api.policy_documents import PolicyDocument
from gateway.api.relay import Node
from gateway.exchange.views import ColumnView, DatasetView, OfferView, TermsDecisionView
from policies.vocabulary import Iri

Info = strawberry.Info[Context, None]


@strawberry.type(description="A column of a dataset that its source fills.")
class DatasetColumn:
    """A column of a dataset that its source fills."""

    name: str = strawberry.field(description="Canonical name, as policies use it.")
    field: str = strawberry.field(description="Name of the field that shows it.")
    type: str = strawberry.field(description="Arrow type.")
    description: str = strawberry.field(description="What it holds.")
    category: Iri = strawberry.field(description="Category of personal data, of the Data Privacy Vocabulary.")
    sensitivity: str = strawberry.field(description="How it can harm, from `none` to `secret`.")
    unit: str | None = strawberry.field(description="Unit of the values.")
    completeness: float | None = strawberry.field(description="Share of records that have a value, 0 to 1.")

    @classmethod
    def of(cls, view: ColumnView) -> Self:
        """The column as the schema shows it."""
        column = view.column
        return cls(
            name=column.name,
            field=field_name(column.name),
            type=str(column.type),
            description=column.description,
            category=Iri(column.category),
            sensitivity=column.sensitivity.value,
            unit=column.unit or None,
            completeness=view.completeness,
        )


@strawberry.type(description="How many records of a dataset have a value in one column.")
class ColumnCompleteness:
    """How complete one column is."""

    column: str = strawberry.field(description="Canonical name of the column.")
    share: float = strawberry.field(description="Share of records that have a value, 0 to 1.")


@strawberry.type(description="A recorded decision about what a platform's own terms leave open.")
class TermsDecision:
    """A recorded decision about platform terms."""

    action: UseAction = strawberry.field(description="The use that was decided.")
    allowed: bool = strawberry.field(description="What was decided.")
    at: datetime = strawberry.field(description="When.")
    source: str = strawberry.field(description="Where the terms stand.")

    @classmethod
    def of(cls, view: TermsDecisionView) -> Self:
        """The decision as the schema shows it."""
        return cls(action=ACTIONS_BY_IRI[view.action], allowed=view.allowed, at=view.at, source=view.source)


@strawberry.type(description="A platform's own terms, as far as they bind whoever passes its records on.")
class PlatformTerms:
    """A platform's own terms."""

    ai_use: AiUse = strawberry.field(description="What they say of use for AI training.")
    share_alike: bool = strawberry.field(description="True when what is derived must carry the same licence.")
    attribution: str | None = strawberry.field(description="How the platform must be named; nothing when it need not.")
    source: str = strawberry.field(description="Where they stand.")
    record_licences: list[str] = strawberry.field(description="Licences that may travel with single records.")
    decided: list[TermsDecision] = strawberry.field(description="What was decided where they leave it open.")

    @classmethod
    def of(cls, terms: Terms, decided: tuple[TermsDecisionView, ...]) -> Self:
        """The terms as the schema shows them."""
        return cls(
            ai_use=AiUse(terms.ai_use.value),
            share_alike=terms.share_alike,
            attribution=terms.attribution or None,
            source=terms.source,
            record_licences=list(terms.record_licences),
            decided=[TermsDecision.of(each) for each in decided],
        )


@strawberry.type(description="Terms under which a licensor offers a dataset.")
class Offer(Node):
    """Terms under which a licensor offers a dataset."""

    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    policy: PolicyDocument = strawberry.field(description="The terms.")

    @classmethod
    def of(cls, view: OfferView) -> Self:
        """The offer as the schema shows it."""
        return cls(
            id=strawberry.ID(view.offer), dataset=strawberry.ID(view.dataset), policy=PolicyDocument.of(view.policy)
        )


@strawberry.type(description="One collection of one kind on one source, offered by one licensor.")
class Dataset(Node):
    """A dataset as the catalogue shows it."""

    kind: RecordKind = strawberry.field(description="The kind of its records.")
    title: str = strawberry.field(description="Short name.")
    description: str = strawberry.field(description="What it holds.")
    source: str = strawberry.field(description="Id of the source it is read from.")
    platform: str = strawberry.field(description="The platform it comes from.")
    licensor: Party = strawberry.field(description="Whoever licenses it.")
    rows: RowScope = strawberry.field(description="Which rows of the collection it holds.")
    lawful_basis: Iri = strawberry.field(description="Lawful basis of the processing, of the Data Privacy Vocabulary.")
    sensitive: bool = strawberry.field(description="True when an ethics board decides before the owner may answer.")
    row_count: int | None = strawberry.field(description="Rows when it was published.")
    completeness: list[ColumnCompleteness] | None = strawberry.field(description="How complete its columns are.")
    columns: list[DatasetColumn] = strawberry.field(description="The columns that the source fills.")
    platform_terms: PlatformTerms = strawberry.field(description="The platform's own terms.")
    offers: list[Offer] | None = strawberry.field(description="The licensor's current offers, the newest first.")

    @classmethod
    def of(cls, view: DatasetView) -> Self:
        """The dataset as the schema shows it."""
        return cls(
            id=strawberry.ID(view.dataset),
            kind=RecordKind[view.kind.name],
            title=view.title,
            description=view.description,
            source=view.source,
            platform=view.platform,
            licensor=Party.of(view.licensor),
            rows=RowScope[view.rows.name],
            lawful_basis=Iri(view.lawful_basis),
            sensitive=view.sensitive,
            row_count=view.row_count,
            completeness=[
                ColumnCompleteness(column=each.column.name, share=each.completeness)
                for each in view.columns
                if each.completeness is not None
            ],
            columns=[DatasetColumn.of(each) for each in view.columns],
            platform_terms=PlatformTerms.of(view.platform_terms, view.decided),
            offers=[Offer.of(each) for each in view.offers],
        )
