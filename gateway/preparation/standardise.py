"""Records in the standard form of their kind: the declared types, and text in one Unicode form.

Source: Unicode normalisation form C, UAX 15.
"""

import pyarrow as pa
import pyarrow.compute as pc


def standard(rows: pa.Table) -> pa.Table:
    """The same rows, every text in NFC, every dictionary-encoded column plain: so that any reader can read them."""
    return pa.table(
        [_standard(rows[name]) for name in rows.column_names],
        schema=pa.schema([field.with_type(_plain(field.type)) for field in rows.schema], metadata=rows.schema.metadata),
    )


def _standard(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return pa.chunked_array([_normal_dictionary(each) for each in values.chunks], kind.value_type)
    return pc.utf8_normalize(values, form="NFC") if pa.types.is_string(kind) else values


def _normal_dictionary(values: pa.DictionaryArray) -> pa.Array:
    # WHY: distinct values only; a column of people repeats each of them many times.
    words = values.dictionary
    if pa.types.is_string(words.type):
        words = pc.utf8_normalize(words, form="NFC")
    return pc.take(words, values.indices)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
