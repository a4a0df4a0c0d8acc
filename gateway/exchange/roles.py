"""Which kinds of party may do what, beyond what their token's scopes open."""

from typing import Final

from gateway.auth.principal import Principal
from gateway.exchange.errors import PlatformNotYoursError, RoleNotAllowedError
from graph.journal.events import PartyKind
from graph.journal.rows import PartyRow
from graph.journal.view import View

OWNERS: Final = frozenset(
    {
        PartyKind.AVATAR_OWNER,
        PartyKind.CONTENT_CREATOR,
        PartyKind.BUSINESS,
        PartyKind.ADVERTISER,
        PartyKind.PLATFORM_DEVELOPER,
        PartyKind.INFRASTRUCTURE_PROVIDER,
    }
)
"""Those who can be licensors."""

PEOPLE: Final = frozenset({PartyKind.DATA_SUBJECT, PartyKind.AVATAR_OWNER, PartyKind.CONTENT_CREATOR})
"""Those who can have rows about themselves on a platform."""


def require_kind(principal: Principal, kinds: frozenset[PartyKind], act: str) -> None:
    """Pass when the caller is of one of these kinds.

    Args:
        principal: The caller.
        kinds: Who may.
        act: What the caller wants, to go on after "may not".

    Raises:
        RoleNotAllowedError: It is of another kind.
    """
    if principal.kind not in kinds:
        raise RoleNotAllowedError(principal.kind, act)


def require_platform(principal: Principal, platform: str, view: View) -> None:
    """Pass when the caller was invited as the one who speaks for the platform as a whole.

    Raises:
        PlatformNotYoursError: The caller speaks for another one, for none, or for one account on it only.
    """
    party = view.party(principal.party)
    if party is None or party.platform != platform or party.subject:
        raise PlatformNotYoursError(platform)


def require_account(principal: Principal, platform: str, subject: str, view: View) -> None:
    """Pass when the caller was invited as this very person on the platform.

    Args:
        principal: The caller.
        platform: Id of the platform.
        subject: Keyed hash of the account.
        view: The record.

    Raises:
        PlatformNotYoursError: The caller is somebody else there.
    """
    party = view.party(principal.party)
    if party is None or party.platform != platform or not subject or party.subject != subject:
        raise PlatformNotYoursError(platform)


def require_person(principal: Principal, view: View) -> PartyRow:
    """The caller as a person on a platform.

    Raises:
        RoleNotAllowedError: The caller was not invited as one.
    """
    party = view.party(principal.party)
    if party is None or not party.subject or not party.platform:
        raise RoleNotAllowedError(principal.kind, "speak for a person on a platform")
    return party
