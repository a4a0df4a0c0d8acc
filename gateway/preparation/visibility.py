"""Which rows may be seen: consent, objection and self-licensing, decided on whole columns of people.

A row is seen only when it is allowed for every person in it. A person who is not named in a subject column is unknown,
and the row is dropped. Where nobody can be in a row, there is nobody whose consent could be had.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from graph.journal.events import RowScope
from graph.journal.rows import ConsentSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibilityRule:
    """What decides whether the people of a row allow it."""

    scope: RowScope
    consent_required: bool
    """True: only people with a live consent. False: everybody who has not objected."""
    licensor_subject: str = ""
    """Keyed hash of the licensor's own account, for ``RowScope.OWN``."""

    def allows(self, person: str, known: ConsentSnapshot) -> bool:
        """Whether this person (a keyed hash) may be seen."""
        if person in known.objected:
            return False
        if self.consent_required and person not in known.consented:
            return False
        if self.scope is RowScope.OWN:
            return person == self.licensor_subject
        return person not in known.self_licensed


def visible(
    people: Sequence[pa.Array],
    rule: VisibilityRule,
    known: ConsentSnapshot,
    keyed: Callable[[str], str],
    *,
    rows: int,
) -> pa.BooleanArray:
    """Which rows may be seen: one value per row, never null.

    Args:
        people: the subject columns, strings, plain or dictionary-encoded; none when nobody is in a row.
        rule: how people are decided.
        known: consents and objections at one moment.
        keyed: account -> keyed hash; called once per distinct account and column.
        rows: how many rows there are.
    """
    start = pa.repeat(pa.scalar(bool(people) or not rule.consent_required), rows)
    return reduce(pc.and_, (_allowed(column, rule, known, keyed) for column in people), start)


def _allowed(
    people: pa.Array, rule: VisibilityRule, known: ConsentSnapshot, keyed: Callable[[str], str]
) -> pa.BooleanArray:
    column = _encoded(people)
    allowed = pa.array([rule.allows(keyed(account), known) for account in column.dictionary.to_pylist()], pa.bool_())
    return pc.fill_null(pc.take(allowed, column.indices), fill_value=False)


def hashes_of(people: Sequence[pa.Array], keyed: Callable[[str], str]) -> frozenset[str]:
    """Keyed hashes of everybody in the subject columns."""
    return frozenset(
        keyed(account)
        for column in people
        for account in pc.unique(column.cast(pa.string())).to_pylist()
        if account is not None
    )


def _encoded(values: pa.Array) -> pa.DictionaryArray:
    return values if isinstance(values, pa.DictionaryArray) else pc.dictionary_encode(values)
