"""Terms on columns against the columns that a dataset has: their names, and what their types admit."""

from collections.abc import Mapping

from policies.errors import PolicyTermMisplacedError, PolicyTermUnknownError, PolicyValueInvalidError
from policies.lexical import literal
from policies.model import ColumnFacts, Constraint, Policy
from policies.registering.parts import every_constraint
from policies.registering.places import Written
from policies.truth import fits_column
from policies.vocabulary import COLUMN, FIELD, SET_OPERATORS, TRANSFORM, TRANSFORMS, Iri, compact


def require_columns(policy: Policy, columns: Mapping[str, ColumnFacts]) -> None:
    """Refuse a policy that names a column which the dataset does not have, or does not have as the term needs it.

    Raises:
        PolicyTermUnknownError: there is no such column.
        PolicyValueInvalidError: the column holds values of another type than the term compares it with.
        PolicyTermMisplacedError: the transform cannot be done to values of the column's type.
    """
    for constraint, place in every_constraint(policy):
        for name, pointer in _named(constraint, place):
            if name not in columns:
                raise PolicyTermUnknownError("column", name, rule=11, known=columns, pointer=pointer)
        if constraint.left == COLUMN:
            _require_comparable(constraint, columns[constraint.on_column], place)
        if constraint.left == TRANSFORM:
            _require_fitting(constraint, columns[constraint.on_column], place)


def _named(constraint: Constraint, place: Written) -> list[tuple[str, str]]:
    """The columns that the constraint names, each with its place."""
    named = [(constraint.on_column, place.pointer("rep:onColumn"))] if constraint.on_column else []
    if constraint.left == FIELD:
        named += [
            (str(value), place.pointer("rightOperand", "@list", index)) for index, value in enumerate(constraint.right)
        ]
    return named


def _require_comparable(constraint: Constraint, column: ColumnFacts, place: Written) -> None:
    for index, value in enumerate(constraint.right):
        if not fits_column(value, column.type):
            raise PolicyValueInvalidError(
                literal(value)[1],
                f"a value of the column `{column.name}`",
                rule=12,
                hint=f"the column holds values of the type `{column.type}`; compare it with such a value",
                pointer=place.pointer(
                    "rightOperand", *(("@list", index) if constraint.operator in SET_OPERATORS else ())
                ),
            )


def _require_fitting(constraint: Constraint, column: ColumnFacts, place: Written) -> None:
    if column.type not in TRANSFORMS[Iri(str(constraint.right[0]))].fits:
        fitting = sorted(compact(each.iri) for each in TRANSFORMS.values() if column.type in each.fits)
        raise PolicyTermMisplacedError(
            compact(str(constraint.right[0])),
            f"transform of a column of the type `{column.type}`",
            rule=13,
            hint=f"to `{column.name}` can be done: `{'`, `'.join(fitting)}`",
            pointer=place.pointer("rightOperand"),
        )
