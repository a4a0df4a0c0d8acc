"""What the record must know for a use case to go on: by IRI, or not found. Who may see it is decided elsewhere.

Each raises NotFoundError when the record does not know the IRI.
"""

from typing import TypeVar

from gateway.exchange.errors import NotFoundError
from gateway.exchange.reading import Reading
from graph.journal.rows import DatasetRow, EthicsCaseRow, NegotiationRow, OfferRow, PartyRow

R = TypeVar("R")


def existing_party(reading: Reading, iri: str) -> PartyRow:
    """A party."""
    return _existing(reading.view.party(iri), "party", iri)


def existing_dataset(reading: Reading, iri: str) -> DatasetRow:
    """A dataset."""
    return _existing(reading.view.dataset(iri), "dataset", iri)


def existing_offer(reading: Reading, iri: str) -> OfferRow:
    """An offer, standing or not."""
    return _existing(reading.view.offer(iri), "offer", iri)


def existing_negotiation(reading: Reading, iri: str) -> NegotiationRow:
    """A negotiation, whoever its sides are."""
    return _existing(reading.view.negotiation(iri), "licence request", iri)


def existing_case(reading: Reading, iri: str) -> EthicsCaseRow:
    """A case before the ethics board."""
    return _existing(reading.view.ethics_case(iri), "ethics case", iri)


def _existing(row: R | None, what: str, iri: str) -> R:
    if row is None:
        raise NotFoundError(what, iri)
    return row
