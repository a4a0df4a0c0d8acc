"""Settle what the platform's own terms leave open: a reasoned decision of the dataset's licensor, on record."""

import re
from typing import Final

from connectors.spi import AiUse
from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, keep_text, require_same, the
from gateway.exchange.commands import DecidePlatformTerms
from gateway.exchange.description import description_of
from gateway.exchange.errors import InputInvalidError, PlatformTermsForbidError
from gateway.exchange.own_dataset import own_dataset
from gateway.exchange.ports import Ports
from gateway.exchange.presented import dataset_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.roles import OWNERS, require_kind
from gateway.exchange.views import DatasetView
from graph.journal.events import PlatformTermsDecided
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DatasetRow
from policies.vocabulary import EVALUATE, FINE_TUNE, GROUND, PRETRAIN

USES: Final = frozenset({PRETRAIN, FINE_TUNE, EVALUATE, GROUND})
"""What a platform's terms of use for AI can speak of."""
MOST_REASON: Final = 4_000
MOST_SOURCE: Final = 1_000
"""Characters."""
_SOURCE: Final = re.compile(rf"(?=.{{1,{MOST_SOURCE}}}$)[a-z][a-z0-9+.-]*:\S+")


async def decide_platform_terms(ports: Ports, principal: Principal, command: DecidePlatformTerms) -> DatasetView:
    """Record how contested or unknown platform terms are read for one use. What they forbid stays forbidden.

    Raises:
        ScopeMissingError: Without ``data:publish``.
        RoleNotAllowedError: The caller is no owner.
        InputInvalidError: The action is unknown, or reason or source are missing or too long.
        NotFoundError: No dataset of the caller's has this IRI.
        PlatformTermsForbidError: The platform's own terms forbid the use: nobody can decide otherwise.
        VersionConflictError: The dataset's terms changed meanwhile.
    """
    principal.require(Scope.DATA_PUBLISH)
    require_kind(principal, OWNERS, "decide platform terms")
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check(command)
        dataset = await read(ports, principal, lambda reading: _decidable(reading, command))
        reason = await keep_text(ports, command.reason, command.dataset)
        decided = PlatformTermsDecided(
            dataset=dataset.dataset,
            action=command.action,
            allowed=command.allowed,
            decided_by=principal.party,
            reason=reason,
            source=command.source,
        )
        expected = (ExpectedVersion(stream=dataset.dataset, version=dataset.version),)
        draft = Draft(events=(decided,), expected=expected, text=reason)
        recorded = await append(ports, principal, command, draft)
    require_same(command.dataset, the(recorded, PlatformTermsDecided, command).dataset, command)

    def shown(reading: Reading) -> DatasetView:
        return dataset_view(reading, own_dataset(reading, command.dataset))

    return await read(ports, principal, shown)


def _check(command: DecidePlatformTerms) -> None:
    if command.action not in USES:
        raise InputInvalidError("action", f"`{command.action}` is no use for AI")
    if not 1 <= len(command.reason.strip()) <= MOST_REASON:
        raise InputInvalidError("reason", f"expected 1 to {MOST_REASON} characters")
    if not _SOURCE.fullmatch(command.source):
        raise InputInvalidError("source", "expected the address where the terms stand")


def _decidable(reading: Reading, command: DecidePlatformTerms) -> DatasetRow:
    dataset = own_dataset(reading, command.dataset)
    if command.allowed and description_of(dataset, reading.view).terms.ai_use is AiUse.FORBIDDEN:
        raise PlatformTermsForbidError(dataset.dataset, command.action)
    return dataset
