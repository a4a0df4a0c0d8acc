"""What the refinements of a target leave: columns, rows, transforms, joint sets.

A condition speaks of columns, of rows, of transforms or of joint sets, never of two at once; a mixture is unknown.
"""

from dataclasses import dataclass
from functools import partial

from policies.deciding.rows import rows_of, together
from policies.model import ColumnFacts, Condition, Constraint, DatasetFacts, Target, Transform, Verdict, atoms, flat
from policies.predicate import EVERYTHING, Predicate
from policies.truth import all_of, compare, judge
from policies.vocabulary import (
    DATA_CATEGORY,
    FIELD,
    SENSITIVITY,
    Grain,
    Iri,
    Operator,
    Vocabulary,
    compact,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The part of the asset that a target describes."""

    dataset: DatasetFacts
    vocabulary: Vocabulary
    columns: tuple[Condition, ...] = ()
    rows: Predicate = EVERYTHING
    transforms: tuple[tuple[str, Transform], ...] = ()
    joints: tuple[frozenset[str], ...] = ()
    unclear: tuple[str, ...] = ()
    """Names of operands in conditions that speak of two things at once."""

    def covers(self, name: str) -> Verdict:
        """Whether the column is in the part; unknown for a column that the dataset does not declare."""
        facts = self.dataset.columns.get(name)
        if facts is None:
            return Verdict.UNKNOWN
        return all_of(judge(each, partial(_column, facts, self.vocabulary)) for each in self.columns)


def scope_of(target: Target, dataset: DatasetFacts, vocabulary: Vocabulary) -> Scope:
    """Sort the refinements of a target by what they speak of."""
    columns: list[Condition] = []
    rows: list[Predicate] = []
    transforms: list[tuple[str, Transform]] = []
    joints: list[frozenset[str]] = []
    unclear: list[str] = []
    for condition in flat(target.refinements):
        grains = {grain_of(atom, vocabulary) for atom in atoms((condition,))}
        if grains == {Grain.COLUMN}:
            columns.append(condition)
        elif grains == {Grain.ROW}:
            rows.append(rows_of(condition, dataset, vocabulary))
        elif grains == {Grain.TRANSFORM} and isinstance(condition, Constraint):
            transform = Transform(term=Iri(str(condition.right[0])), parameter=condition.parameter)
            transforms.append((condition.on_column, transform))
        elif grains == {Grain.JOINT} and isinstance(condition, Constraint):
            joints.append(frozenset(str(value) for value in condition.right))
        else:
            unclear.extend(compact(atom.left) for atom in atoms((condition,)))
    return Scope(
        dataset=dataset,
        vocabulary=vocabulary,
        columns=tuple(columns),
        rows=together(rows),
        transforms=tuple(transforms),
        joints=tuple(joints),
        unclear=tuple(unclear),
    )


def grain_of(constraint: Constraint, vocabulary: Vocabulary) -> Grain | None:
    """What the constraint decides on: columns, rows, columns together, transforms; nothing when nobody knows it."""
    if constraint.operator is Operator.NOT_TOGETHER:
        return Grain.JOINT
    operand = vocabulary.operands.get(constraint.left)
    return None if operand is None else operand.grain


def _column(facts: ColumnFacts, vocabulary: Vocabulary, constraint: Constraint) -> Verdict:
    actual: dict[Iri, str] = {FIELD: facts.name, DATA_CATEGORY: facts.category, SENSITIVITY: facts.sensitivity}
    found = actual.get(constraint.left)
    return compare(constraint, frozenset() if found is None else frozenset({found}), vocabulary)
