"""Terms of closed lists in a case: one that is misspelt would count as unknown, so it is refused with the nearest."""

from collections.abc import Collection

from policies.errors import CaseInvalidError, instead
from policies.vocabulary import PROFILE, Iri, Operand, absolute, compact


def require_action(action: Iri, pointer: str) -> None:
    """Refuse what is no action of the profile."""
    if action not in PROFILE.actions:
        raise _unknown("action", action, PROFILE.actions, pointer)


def require_value(operand: Operand, value: Iri, pointer: str) -> None:
    """Refuse what the operand cannot have as a value."""
    if not PROFILE.knows(operand, value):
        under = () if operand.root is None else PROFILE.taxonomy.broader
        known = [*map(Iri, operand.choices), *(each for each in under if PROFILE.knows(operand, each))]
        raise _unknown(f"value of `{compact(operand.iri)}`", value, known, pointer)


def require_unit(operand: Operand, unit: Iri, pointer: str) -> None:
    """Refuse what is no unit of the operand."""
    named = operand.unit if absolute(operand.unit) else ""
    if not unit.startswith(named):
        raise _unknown(f"unit of `{compact(operand.iri)}`", unit, [Iri(named)], pointer)


def require_column(name: str, columns: Collection[str], pointer: str) -> None:
    """Refuse what is no column of the dataset."""
    if name not in columns:
        raise CaseInvalidError(f"the dataset has no column `{name}`", pointer=pointer, hint=instead(name, columns))


def _unknown(what: str, term: Iri, known: Collection[Iri], pointer: str) -> CaseInvalidError:
    return CaseInvalidError(
        f"`{compact(term)}` is no {what} of the profile",
        pointer=pointer,
        hint=instead(compact(term), [compact(each) for each in known]),
    )
