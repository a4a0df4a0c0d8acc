"""What ODRL or its drafts have and the profile leaves out on purpose: by which rule, and what says it instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from policies.errors import PolicyTermUnknownError
from policies.vocabulary import ODRL, REP, compact


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Why a term is refused, and what is supported instead."""

    rule: int
    instead: str


_DEPRECATED: Final = (
    *("adHocShare", "append", "appendTo", "attachPolicy", "attachSource", "commercialize", "copy", "export"),
    *("extractChar", "extractPage", "extractWord", "ignore", "lease", "lend", "license", "pay", "preview"),
    *("secondaryUse", "share", "shareAlike", "support", "write", "writeTo"),
)
_NOT_SUPPLIED: Final = LeftOut(
    rule=16, instead="`rep:every` gives a period, `rep:dueBy` a due date, `elapsedTime` the length of use"
)
_EPSILON: Final = LeftOut(
    rule=7, instead="bound `rep:rho` in integer `rep:microRho`; an epsilon without its delta bounds nothing"
)
_NO_MEANING: Final = LeftOut(rule=8, instead="`isAnyOf` and `isNoneOf` take a list, `isA` takes a concept")

LEFT_OUT: Final[Mapping[str, LeftOut]] = {
    ODRL + "inheritFrom": LeftOut(rule=5, instead="write the inherited rules into the policy itself"),
    ODRL + "andSequence": LeftOut(rule=5, instead="`and`, `or` and `xone` combine atomic constraints, without order"),
    ODRL + "neg": LeftOut(rule=34, instead="write `neq`, as the context of the profile defines it"),
    **{ODRL + name: _NO_MEANING for name in ("isAllOf", "isPartOf", "hasPart")},
    **{ODRL + name: _NOT_SUPPLIED for name in ("meteredTime", "timeInterval", "delayPeriod")},
    **{REP + name: _EPSILON for name in ("epsilon", "delta", "privacyBudget")},
    **{
        ODRL + name: LeftOut(rule=10, instead="this action of ODRL is deprecated; use one of the profile")
        for name in _DEPRECATED
    },
    ODRL + "payPercentage": LeftOut(rule=33, instead="`rep:settle` with `rep:revenueShare` says a share of revenue"),
}
"""By IRI."""


def unknown(what: str, iri: str, *, rule: int, known: Iterable[str], pointer: str) -> PolicyTermUnknownError:
    """The refusal of a term that the profile does not have, by the rule that leaves it out or else by ``rule``."""
    left_out = LEFT_OUT.get(iri, LeftOut(rule=rule, instead=""))
    return PolicyTermUnknownError(
        what,
        compact(iri),
        rule=left_out.rule,
        known=[compact(each) for each in known],
        hint=left_out.instead,
        pointer=pointer,
    )
