"""Parties, policies, offers and datasets as callers see them."""

from collections.abc import Mapping

from connectors.kinds import KINDS, Kind
from gateway.exchange.description import description_of
from gateway.exchange.existing import existing_party
from gateway.exchange.offers import current_offers
from gateway.exchange.reading import Reading
from gateway.exchange.views import (
    ColumnView,
    DatasetView,
    OfferView,
    PartyView,
    PolicyView,
    TermsDecisionView,
)
from graph.journal.rows import DatasetRow, OfferRow
from policies.jsonld import to_document
from policies.model import Policy
from policies.render import summary


def policy_view(policy: Policy, digest: str) -> PolicyView:
    """A policy as the enforced document and as the plain language made from it."""
    return PolicyView(hash=digest, odrl=to_document(policy), summary=summary(policy))


def party_view(reading: Reading, party: str) -> PartyView:
    """A party by IRI.

    Raises:
        NotFoundError: There is none.
    """
    row = existing_party(reading, party)
    return PartyView(party=row.party, kind=row.kind)


def offer_view(row: OfferRow, policy: Policy) -> OfferView:
    """An offer with its terms."""
    return OfferView(offer=row.offer, dataset=row.dataset, policy=policy_view(policy, row.policy))


def dataset_view(reading: Reading, row: DatasetRow) -> DatasetView:
    """A dataset as the catalogue shows it."""
    described = description_of(row, reading.view)
    decisions = reading.view.terms_decisions(row.dataset)
    return DatasetView(
        dataset=row.dataset,
        kind=described.kind,
        title=described.title,
        description=described.description,
        source=row.source,
        platform=row.platform,
        licensor=party_view(reading, row.licensor),
        rows=row.rows,
        lawful_basis=row.lawful_basis,
        sensitive=row.sensitive,
        row_count=described.rows,
        columns=_columns(described.kind, frozenset(described.columns), described.completeness),
        platform_terms=described.terms,
        decided=tuple(
            TermsDecisionView(action=each.action, allowed=each.allowed, at=each.at, source=each.source)
            for _, each in sorted(decisions.items())
        ),
        offers=tuple(offer_view(each, policy) for each, policy in current_offers(reading, row.dataset)),
    )


def _columns(kind: Kind, filled: frozenset[str], completeness: Mapping[str, float]) -> tuple[ColumnView, ...]:
    return tuple(
        ColumnView(column=each, completeness=completeness.get(each.name)) for each in KINDS[kind] if each.name in filled
    )
