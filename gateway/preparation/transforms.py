"""What a licence may ask to be done to a column before it leaves, on whole Arrow arrays."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import polars as pl
import pyarrow as pa

from gateway.preparation.pseudonyms import pseudonyms
from policies.model import Transform
from policies.vocabulary import BUCKET, DROP, KEEP, PSEUDONYMISE, TIME_UNITS, TRANSFORMS, TRUNCATE_TIME, Iri, ValueKind

Apply: TypeAlias = Callable[[pa.Array, Transform, bytes], pa.Array]

_POLARS_UNITS: Final[Mapping[Iri, str]] = dict(zip(TIME_UNITS, ("1s", "1m", "1h", "1d", "1mo", "1y"), strict=True))


def _keep(values: pa.Array, _transform: Transform, _key: bytes) -> pa.Array:
    return values


def _drop(values: pa.Array, _transform: Transform, _key: bytes) -> pa.Array:
    return pa.nulls(len(values), values.type)


def _pseudonymise(values: pa.Array, _transform: Transform, key: bytes) -> pa.Array:
    return pseudonyms(key, "value", values).cast(values.type)


def _truncate_time(values: pa.Array, transform: Transform, _key: bytes) -> pa.Array:
    unit = _POLARS_UNITS[Iri(str(transform.parameter))]
    return _series(values).dt.truncate(unit).to_arrow().cast(values.type)


def _bucket(values: pa.Array, transform: Transform, _key: bytes) -> pa.Array:
    width = int(str(transform.parameter))
    series = _series(values)
    # WHY: floor division keeps decimals exact; a float would not.
    return ((series // width) * width).cast(series.dtype).to_arrow().cast(values.type)


def _series(values: pa.Array) -> pl.Series:
    return pl.Series(pl.from_arrow(values))


_APPLY: Final[Mapping[Iri, Apply]] = {
    KEEP: _keep,
    DROP: _drop,
    PSEUDONYMISE: _pseudonymise,
    TRUNCATE_TIME: _truncate_time,
    BUCKET: _bucket,
}


def supports(transform: Transform, kind: ValueKind) -> bool:
    """Whether the transform can be done to a column of this type. False means that nothing may leave."""
    if transform.term not in _APPLY or kind not in TRANSFORMS[transform.term].fits:
        return False
    match transform.term:
        case term if term == TRUNCATE_TIME:
            return transform.parameter in _POLARS_UNITS
        case term if term == BUCKET:
            return _positive(transform.parameter)
        case _:
            return True


def _positive(parameter: object) -> bool:
    try:
        return int(str(parameter)) > 0
    except ValueError:
        return False


def apply(values: pa.Array, transform: Transform, key: bytes) -> pa.Array:
    """Transform one column.

    Args:
        values: the column; its type is kept.
        transform: one that ``supports`` admits for this type.
        key: of the licence under which the rows leave.
    """
    return _APPLY[transform.term](values, transform, key)
