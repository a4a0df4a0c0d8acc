"""Which offers of a dataset stand now: the newest per use, as long as it has not run out."""

from gateway.exchange.agreement import valid_until
from gateway.exchange.reading import Reading
from graph.journal.rows import OfferRow
from policies.model import Policy

Standing = tuple[OfferRow, Policy]
"""An offer with its terms."""


def actions_of(policy: Policy) -> frozenset[str]:
    """The uses that the policy permits."""
    return frozenset(permission.action.term for permission in policy.permissions)


def current_offers(reading: Reading, dataset: str) -> tuple[Standing, ...]:
    """The standing offers, the newest first. A newer one for a use takes the older's place, even when it ran out."""
    taken: set[str] = set()
    standing: list[Standing] = []
    for row in sorted(reading.view.offers(dataset), key=lambda each: each.seq, reverse=True):
        policy = reading.policy(row.policy)
        actions = actions_of(policy)
        if actions & taken:
            continue
        taken |= actions
        end = valid_until(policy)
        if end is None or end > reading.now:
            standing.append((row, policy))
    return tuple(standing)


def current_offer(reading: Reading, dataset: str, action: str) -> Standing | None:
    """The standing offer for one use, or nothing."""
    return next((each for each in current_offers(reading, dataset) if action in actions_of(each[1])), None)
