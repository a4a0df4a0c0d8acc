"""What may leave when every permission and prohibition that binds a request is taken together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.deciding.access import Situation
from policies.deciding.grants import Barrier, Grant
from policies.deciding.rows import never_true, together
from policies.model import ColumnMode, DenialCode, Reason, Transform, Verdict
from policies.predicate import Predicate
from policies.transforms import WITHHOLDING, strongest
from policies.vocabulary import KEEP, Iri, local


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The columns, rows and transforms of a plan; nothing may leave when ``denials`` is not empty."""

    columns: frozenset[str]
    rows: Predicate
    transforms: Mapping[str, Transform]
    notes: tuple[Reason, ...]
    """Columns that were left out."""
    denials: tuple[Reason, ...]


def release_of(grants: Sequence[Grant], barriers: Sequence[Barrier], situation: Situation) -> Release:
    """Meet: columns intersect, row filters are conjoined, the stronger transform counts, joint sets unite.

    A column that a filter or the order looks at counts as read. It is refused when it is not licensed, and also when it
    is licensed only transformed: comparing the value as it is would tell what the transform hides.
    """
    request = situation.request
    consulted = request.consulted
    transforms, incomparable = _transforms(grants, request.selected | consulted)
    refusals = {
        name: reason
        for name in sorted(request.selected | consulted)
        if (reason := _refusal(name, grants, barriers, transforms.get(name))) is not None
    }
    columns = request.selected.difference(refusals)
    left_out = tuple(refusals[name] for name in sorted(request.selected & refusals.keys()))
    omitting = request.mode is ColumnMode.OMIT and bool(columns)
    rows = together([*(grant.scope.rows for grant in grants), *(barrier.rows for barrier in barriers)])
    denials = (
        *incomparable,
        *(() if omitting else left_out),
        *(refusals[name] for name in sorted(consulted & refusals.keys())),
        *(_hidden(name, grants[0].clause) for name in sorted((consulted - refusals.keys()) & transforms.keys())),
        # INVARIANT: a column counts as selected even when it is left out, so that no tighter term opens a plan.
        *_joint(grants, request.selected | consulted | situation.state.released),
        *_rowless(grants, rows),
    )
    return Release(
        columns=columns,
        rows=rows,
        transforms={name: transform for name, transform in sorted(transforms.items()) if name in columns},
        notes=left_out if omitting else (),
        denials=tuple(dict.fromkeys(denials)),
    )


def _transforms(grants: Sequence[Grant], columns: frozenset[str]) -> tuple[dict[str, Transform], list[Reason]]:
    """The strongest transform per column that is not ``keep``, and the columns that have none."""
    demanded: dict[str, list[Transform]] = {}
    for grant in grants:
        for name, transform in grant.scope.transforms:
            if name in columns:
                demanded.setdefault(name, []).append(transform)
    chosen: dict[str, Transform] = {}
    incomparable: list[Reason] = []
    for name, several in sorted(demanded.items()):
        found = strongest(several)
        if found is None:
            text = f"The terms ask for transforms of the column `{name}` that cannot be combined."
            incomparable.append(Reason(code=DenialCode.TRANSFORMS_INCOMPARABLE, clause=grants[0].clause, text=text))
        elif found.term != KEEP:
            chosen[name] = found
    return chosen, incomparable


def _refusal(
    name: str,
    grants: Sequence[Grant],
    barriers: Sequence[Barrier],
    transform: Transform | None,
) -> Reason | None:
    """Why the column may not leave; nothing when it may."""
    refusing = [barrier.clause for barrier in barriers if name in barrier.columns]
    refusing += [grant.clause for grant in grants if grant.scope.covers(name) is not Verdict.SATISFIED]
    if refusing:
        text = f"The column `{name}` is not licensed."
        return Reason(code=DenialCode.COLUMN_NOT_LICENSED, clause=min(refusing), text=text)
    if transform is not None and transform.term in WITHHOLDING:
        text = f"The column `{name}` is licensed as `{local(transform.term)}` only."
        return Reason(code=DenialCode.COLUMN_NOT_LICENSED, clause=grants[0].clause, text=text)
    return None


def _hidden(name: str, clause: Iri) -> Reason:
    text = f"The column `{name}` is licensed only transformed; neither filter nor order may look at it."
    return Reason(code=DenialCode.COLUMN_NOT_LICENSED, clause=clause, text=text)


def _joint(grants: Sequence[Grant], visible: frozenset[str]) -> Iterator[Reason]:
    for grant in grants:
        for joint in grant.scope.joints:
            if joint <= visible:
                text = f"The columns `{'`, `'.join(sorted(joint))}` may not all be seen together."
                yield Reason(code=DenialCode.COLUMNS_NOT_TOGETHER, clause=grant.clause, text=text)


def _rowless(grants: Sequence[Grant], rows: Predicate) -> Iterator[Reason]:
    """No row of this dataset can meet the terms on rows: nothing is fetched in vain."""
    if never_true(rows):
        stopping = next((grant for grant in grants if never_true(grant.scope.rows)), grants[0])
        yield Reason(
            code=DenialCode.CONSTRAINT_NOT_MET,
            clause=stopping.clause,
            text="No row of this dataset can meet the terms on rows.",
        )
