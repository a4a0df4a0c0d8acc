"""Whether a use needs the ethics board, and how far the board is with it; whether it needs consent."""

from typing import Final, assert_never

from gateway.exchange.review import EthicsStatus
from graph.journal.rows import DatasetRow, NegotiationRow
from policies.match import contain
from policies.model import Policy, duties_of
from policies.termset import PRICE
from policies.vocabulary import DPV, OBTAIN_CONSENT, OBTAIN_ETHICS_DECISION, PROFILE, Iri

CONSENT: Final = Iri(DPV + "Consent")


def ethics_duties(policy: Policy) -> frozenset[str]:
    """Uids of the duties to obtain an ethics decision."""
    return frozenset(
        duty.uid
        for permission in policy.permissions
        for duty in duties_of(permission)
        if duty.action.term == OBTAIN_ETHICS_DECISION
    )


def ethics_needed(policy: Policy, *, sensitive: bool) -> bool:
    """Whether anybody may agree only after the board did: the dataset is declared sensitive, or the terms say so."""
    return sensitive or bool(ethics_duties(policy))


def ethics_status(row: NegotiationRow, policy: Policy, *, sensitive: bool) -> EthicsStatus:
    """How far the board is with a negotiation whose last terms these are."""
    if row.ethics_case and row.ethics_approved is None:
        return EthicsStatus.OPEN
    if not ethics_needed(policy, sensitive=sensitive):
        return EthicsStatus.NOT_NEEDED
    match row.ethics_approved:
        case None:
            return EthicsStatus.NEEDED
        case True:
            return EthicsStatus.APPROVED
        case False:
            return EthicsStatus.REFUSED
        case _:
            assert_never(row.ethics_approved)


def widened(before: Policy, after: Policy) -> bool:
    """Whether the later terms allow anything that the earlier ones did not, or nobody can tell; the price is no matter.

    An approval covers the terms that the board saw, and whatever lies inside them.
    """
    return any(term.term != PRICE for term in contain(after, before).unmet)


def consent_is_basis(dataset: DatasetRow) -> bool:
    """Whether a dataset rests on consent; one whose basis the vocabulary does not know counts as if it did."""
    return PROFILE.is_a(Iri(dataset.lawful_basis), CONSENT) is not False


def rests_on_consent(dataset: DatasetRow, policy: Policy) -> bool:
    """Whether rows leave with a live consent only: the dataset rests on it, or the agreement asks for it."""
    return consent_is_basis(dataset) or any(
        duty.action.term == OBTAIN_CONSENT for permission in policy.permissions for duty in permission.duties
    )
