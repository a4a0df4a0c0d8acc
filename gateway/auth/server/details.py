"""``authorization_details`` of the type ``data_licence`` (RFC 9396): read strictly, checked against live licences."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.auth import strict
from gateway.auth.errors import DetailsInvalidError
from gateway.auth.profile import DETAIL_TYPE, DETAILS_MAX
from graph.journal.rows import LicenceRow
from policies.model import LicenceStatus

_MEMBERS: Final = frozenset({"type", "identifier", "locations", "actions", "privileges"})
_IDENTIFIER: Final = re.compile(r"[!-~]{1,256}")
_NARROWED_MAX: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One licence that the client wants the token for."""

    licence: str
    actions: tuple[str, ...] | None = None
    """Action IRIs it restricts itself to; ``None``: all the licence allows."""
    privileges: tuple[str, ...] | None = None
    """Purpose IRIs it restricts itself to; ``None``: all the licence allows."""


def asked(parameter: str | None, audience: str) -> tuple[Asked, ...]:
    """Read the parameter of a token request.

    Args:
        parameter: the JSON text, or ``None`` when the request has none.
        audience: identifier of the GraphQL endpoint; ``locations``, if there, must name just this.

    Raises:
        DetailsInvalidError: An unknown type or member, a wrong JSON type, a licence twice, none, or too many.
    """
    if parameter is None:
        return ()
    try:
        elements = strict.loads(parameter)
    except ValueError:
        raise DetailsInvalidError("`authorization_details` is not strict JSON") from None
    if not isinstance(elements, list) or not elements:
        raise DetailsInvalidError("`authorization_details` must be a JSON array with at least one object")
    if len(elements) > DETAILS_MAX:
        raise DetailsInvalidError(f"a token can name {DETAILS_MAX} licences, not {len(elements)}")
    found = tuple(_element(element, position, audience) for position, element in enumerate(elements))
    for position, each in enumerate(found):
        if each.licence in {earlier.licence for earlier in found[:position]}:
            raise DetailsInvalidError(f"licence `{each.licence}` is named twice", position=position)
    return found


def granted(
    wanted: Sequence[Asked], licences: Mapping[str, LicenceRow | None], *, party: str, audience: str
) -> list[dict[str, Any]]:
    """What goes into token and answer: what was asked, with the version and the terms that hold now.

    Args:
        wanted: as ``asked`` read it.
        licences: the live records of all of them, from one view.
        party: the licensee must be this party.
        audience: identifier of the GraphQL endpoint.

    Raises:
        DetailsInvalidError: A licence does not exist, is another's, or is not active: which of them is not told.
    """
    details: list[dict[str, Any]] = []
    for position, each in enumerate(wanted):
        row = licences.get(each.licence)
        if row is None or row.assignee != party or row.state is not LicenceStatus.ACTIVE:
            raise DetailsInvalidError(f"`{each.licence}` is no active licence of this client", position=position)
        detail: dict[str, Any] = {
            "type": DETAIL_TYPE,
            "identifier": row.licence,
            "locations": [audience],
            "licence_version": row.version,
            "terms_digest": row.policy,
        }
        if each.actions is not None:
            detail["actions"] = list(each.actions)
        if each.privileges is not None:
            detail["privileges"] = list(each.privileges)
        details.append(detail)
    return details


def _element(element: object, position: int, audience: str) -> Asked:
    if not isinstance(element, dict):
        raise DetailsInvalidError("not a JSON object", position=position)
    unknown = sorted(element.keys() - _MEMBERS)
    if unknown:
        raise DetailsInvalidError(f"unknown member `{unknown[0][:64]}`", position=position)
    if element.get("type") != DETAIL_TYPE:
        raise DetailsInvalidError(f"`type` must be `{DETAIL_TYPE}`", position=position)
    licence = element.get("identifier")
    if not isinstance(licence, str) or not _IDENTIFIER.fullmatch(licence):
        raise DetailsInvalidError("`identifier` must be the IRI of a licence", position=position)
    if element.get("locations", [audience]) != [audience]:
        raise DetailsInvalidError(f"`locations` must name `{audience}` alone", position=position)
    return Asked(
        licence=licence,
        actions=_narrowed(element, "actions", position),
        privileges=_narrowed(element, "privileges", position),
    )


def _narrowed(element: Mapping[str, object], name: str, position: int) -> tuple[str, ...] | None:
    if name not in element:
        return None
    values = element[name]
    if not isinstance(values, list) or not 0 < len(values) <= _NARROWED_MAX:
        raise DetailsInvalidError(f"`{name}` must be an array of 1 to {_NARROWED_MAX} IRIs", position=position)
    if not all(isinstance(value, str) and _IDENTIFIER.fullmatch(value) for value in values):
        raise DetailsInvalidError(f"`{name}` must hold IRIs", position=position)
    if len(set(values)) != len(values):
        raise DetailsInvalidError(f"`{name}` holds an IRI twice", position=position)
    return tuple(values)
