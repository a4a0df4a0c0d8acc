"""Whether a use needs the ethics board, and how far the board is with it."""

from typing import assert_never

from gateway.exchange.review import EthicsStatus
from graph.journal.rows import NegotiationRow
from policies.match import contain
from policies.model import Policy, duties_of
from policies.termset import PRICE
from policies.vocabulary import OBTAIN_ETHICS_DECISION


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
