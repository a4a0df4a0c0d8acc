"""What the record must know for a use case to go on: by IRI, or not found. Who may see it is decided elsewhere."""

from gateway.exchange.errors import NotFoundError
from gateway.exchange.reading import Reading
from graph.journal.rows import DatasetRow, EthicsCaseRow, NegotiationRow, OfferRow, PartyRow


def existing_party(reading: Reading, iri: str) -> PartyRow:
    """A party.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.party(iri)
    if row is None:
        raise NotFoundError("party", iri)
    return row


def existing_dataset(reading: Reading, iri: str) -> DatasetRow:
    """A dataset.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.dataset(iri)
    if row is None:
        raise NotFoundError("dataset", iri)
    return row


def existing_offer(reading: Reading, iri: str) -> OfferRow:
    """An offer, standing or not.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.offer(iri)
    if row is None:
        raise NotFoundError("offer", iri)
    return row


def existing_negotiation(reading: Reading, iri: str) -> NegotiationRow:
    """A negotiation, whoever its sides are.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.negotiation(iri)
    if row is None:
        raise NotFoundError("licence request", iri)
    return row


def existing_case(reading: Reading, iri: str) -> EthicsCaseRow:
    """A case before the ethics board.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.ethics_case(iri)
    if row is None:
        raise NotFoundError("ethics case", iri)
    return row
