"""What a state names, against what there is: a name that the terms do not have would be skipped, so it is refused."""

from collections.abc import Collection, Sequence

from policies.counters import counters_of
from policies.errors import CaseInvalidError
from policies.model import Duty, Policy, State, duties_of


def require_named(state: State, policies: Sequence[Policy], columns: Collection[str], *, pointer: str = "") -> None:
    """Check that every name in a state is one of the terms or of the dataset.

    Args:
        state: as read.
        policies: the terms and their mandates: their caps have counters, their duties are shown by evidence.
        columns: those of the dataset.
        pointer: where the state stands in its document.

    Raises:
        CaseInvalidError: a counter, a duty or a column is not there.
    """
    counters = counters_of(policies)
    for name in state.usage:
        if name not in counters:
            place = name.replace("~", "~0").replace("/", "~1")
            raise CaseInvalidError(
                f"no cap of the terms is counted as `{name}`",
                pointer=f"{pointer}/usage/{place}",
                hint=_instead(counters, "the terms have no cap: leave `usage` out"),
            )
    duties = [duty.uid for each in policies for duty in _duties(each)]
    for index, evidence in enumerate(state.evidence):
        if evidence.duty not in duties:
            raise CaseInvalidError(
                f"no duty of the terms is `{evidence.duty}`",
                pointer=f"{pointer}/evidence/{index}/duty",
                hint=_instead(duties, "the terms have no duty: leave `evidence` out"),
            )
    unknown = min(state.released - frozenset(columns), default=None)
    if unknown is not None:
        raise CaseInvalidError(
            f"the dataset has no column `{unknown}`",
            pointer=f"{pointer}/released",
            hint=_instead(sorted(columns), "the dataset has no column: leave `released` out"),
        )


def _duties(policy: Policy) -> list[Duty]:
    return [duty for rule in policy.rules for duty in (*((rule,) if isinstance(rule, Duty) else ()), *duties_of(rule))]


def _instead(there: Collection[str], otherwise: str) -> str:
    return f"there are `{'`, `'.join(there)}`" if there else otherwise
