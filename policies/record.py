"""The record of a decision: what was decided, when, under which terms, about which request, on which state."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from policies.lexical import literal
from policies.model import AccessRequest, Actuals, Decision, Quantity, State
from policies.vocabulary import PROFILE_IRI, Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One decision with everything that fixes it: the same policy, request, state and time decide the same again."""

    id: str
    """SHA-256 over policy, request, state version and time, ``sha-256:<hex>``: one decision has one id."""
    time: datetime
    agreement: Iri
    """Uid of the policy."""
    policy: str
    """Its hash."""
    profile: Iri
    """The version of the profile that the terms were read under."""
    state_version: int
    request_digest: str
    """SHA-256 of the request in a canonical form, ``sha-256:<hex>``."""
    hypothetical: bool
    """Whether it is about an agreement that nobody signed."""
    decision: Decision


def record(
    decision: Decision,
    *,
    agreement: Iri,
    request: AccessRequest,
    state: State,
    now: datetime,
    hypothetical: bool = False,
) -> Record:
    """Put on record what was decided about a request, on a state, at a moment."""
    asked = request_digest(request)
    fixed = f"{decision.policy} {asked} {state.version} {now.isoformat()} {hypothetical}"
    return Record(
        id=_digest(fixed),
        time=now,
        agreement=agreement,
        policy=decision.policy,
        profile=PROFILE_IRI,
        state_version=state.version,
        request_digest=asked,
        hypothetical=hypothetical,
        decision=decision,
    )


_dumps: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def request_digest(request: AccessRequest) -> str:
    """``sha-256:<hex>`` of what was asked; of the dataset only its name, since its facts are on record with it."""
    form = {
        "party": request.party,
        "action": request.action,
        "target": request.target,
        "selected": sorted(request.selected),
        "filtered": sorted(request.filtered),
        "ordered": sorted(request.ordered),
        "values": {left: _written(actuals) for left, actuals in request.values.items() if actuals},
        "rows": request.rows,
        "mode": request.mode,
    }
    return _digest(_dumps(form))


def _digest(text: str) -> str:
    return "sha-256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _written(actuals: Actuals) -> list[list[str]]:
    return sorted(
        [*literal(each.number), each.unit] if isinstance(each, Quantity) else list(literal(each)) for each in actuals
    )
