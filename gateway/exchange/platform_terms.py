"""What the platform's own terms, with the recorded decisions about them, say of a use."""

from typing import assert_never

from connectors.spi import AiUse, PlatformTerms
from gateway.exchange.description import description_of
from gateway.exchange.errors import PlatformTermsForbidError, PlatformTermsUndecidedError
from gateway.exchange.offers import actions_of
from gateway.exchange.reading import Reading
from gateway.exchange.review import PlatformUse
from graph.journal.rows import DatasetRow, TermsDecisionRow
from policies.model import Policy


def platform_use(terms: PlatformTerms, decided: TermsDecisionRow | None) -> PlatformUse:
    """Whether a use is allowed, forbidden or open: a recorded decision settles what the terms leave open.

    It can also forbid what they allow, but what they forbid stays forbidden. Silence is open.
    """
    match terms.ai_use:
        case AiUse.FORBIDDEN:
            return PlatformUse.FORBIDDEN
        case _ if decided is not None:
            return PlatformUse.ALLOWED if decided.allowed else PlatformUse.FORBIDDEN
        case AiUse.ALLOWED:
            return PlatformUse.ALLOWED
        case AiUse.CONTESTED | AiUse.UNKNOWN:
            return PlatformUse.UNDECIDED
        case _:
            assert_never(terms.ai_use)


def use_of_action(reading: Reading, dataset: DatasetRow, action: str) -> PlatformUse:
    """The same of one action on one dataset."""
    decided = reading.view.terms_decisions(dataset.dataset).get(action)
    return platform_use(description_of(dataset, reading.view).terms, decided)


def use_of_terms(reading: Reading, dataset: DatasetRow, terms: Policy) -> PlatformUse:
    """The same of everything that these terms permit: the strictest counts."""
    uses = {use_of_action(reading, dataset, action) for action in actions_of(terms)}
    for strictest in (PlatformUse.FORBIDDEN, PlatformUse.UNDECIDED):
        if strictest in uses:
            return strictest
    return PlatformUse.ALLOWED


def require_use(reading: Reading, dataset: DatasetRow, action: str) -> None:
    """Pass when the platform's terms allow the action.

    Raises:
        PlatformTermsForbidError: They forbid it.
        PlatformTermsUndecidedError: They leave it open.
    """
    use = use_of_action(reading, dataset, action)
    match use:
        case PlatformUse.FORBIDDEN:
            raise PlatformTermsForbidError(dataset.dataset, action)
        case PlatformUse.UNDECIDED:
            raise PlatformTermsUndecidedError(dataset.dataset, action)
        case PlatformUse.ALLOWED:
            return
        case _:
            assert_never(use)


def require_uses(reading: Reading, dataset: DatasetRow, terms: Policy) -> None:
    """Pass when the platform's terms allow everything that these terms permit.

    Raises:
        PlatformTermsForbidError: They forbid a use.
        PlatformTermsUndecidedError: They leave one open.
    """
    for action in sorted(actions_of(terms)):
        require_use(reading, dataset, action)
