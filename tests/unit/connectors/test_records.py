from decimal import Decimal
from hashlib import sha256

import pyarrow as pa
import pytest

from connectors.errors import BadResponseError
from connectors.kinds import KINDS, Kind, Sensitivity, column, schema, subject_columns
from connectors.records import assemble, record_ids
from connectors.spi import CollectionId


def test_columns_come_in_order_typed_and_filled() -> None:
    found = assemble(
        Kind.RATING,
        ("rated", "value", "platform", "observed_at", "derived", "metric"),
        {
            "rated": pa.chunked_array([["7"], ["9", None]]),
            "value": pa.array([1, -10, None], pa.int8()),
            "platform": "bazaar",
            "observed_at": pa.array(["2020-01-01T00:00:00Z", None, "9999-12-31T23:59:59.999999Z"]),
            "derived": False,
            "rater": pa.array(["left", "out", "here"]),
        },
        3,
    )

    assert found.schema.equals(schema(Kind.RATING, tuple(found.schema.names)), check_metadata=False)
    assert found.column("rated").to_pylist() == ["7", "9", None]
    assert found.column("value").to_pylist() == [Decimal(1), Decimal(-10), None]
    assert found.column("platform").to_pylist() == ["bazaar"] * 3
    assert found.column("observed_at").to_pylist()[2].year == 9999
    assert found.column("derived").to_pylist() == [False] * 3
    assert found.column("metric").null_count == 3


def test_constants_of_all_types() -> None:
    found = assemble(
        Kind.REPUTATION_SCORE,
        ("metric", "method", "scale_min", "count"),
        {
            "metric": "points",
            "method": "sum",
            "scale_min": 1,
            "count": 5,
        },
        2,
    )

    assert found.to_pylist() == [{"metric": "points", "method": "sum", "scale_min": Decimal(1), "count": 5}] * 2


def test_values_of_the_right_type_are_not_copied() -> None:
    text = pa.array(["a"])

    assert assemble(Kind.UTTERANCE, ("text",), {"text": text}, 1).column("text") is not None


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("observed_at", pa.array(["yesterday"])),
        ("observed_at", pa.array(["2020-01-01T00:00:00"])),
        ("score", pa.array([2**63], pa.uint64())),
        ("text", pa.array([b"\xff"])),
        ("text", pa.array([[1]])),
    ],
)
def test_value_that_does_not_fit_is_refused_without_being_quoted(name: str, values: pa.Array) -> None:
    with pytest.raises(BadResponseError, match=f"`{name}`") as refused:
        assemble(Kind.UTTERANCE, (name,), {name: values}, 1)

    assert "yesterday" not in refused.value.message


def test_record_ids_depend_on_platform_collection_and_key() -> None:
    keys = pa.array(["1", None, "2"])
    ids = record_ids("bazaar", CollectionId("ratings"), keys).to_pylist()

    assert ids[0] == sha256(b"bazaar\0ratings\x001").hexdigest()
    assert ids[1] is None
    assert len({*ids, *record_ids("bazaar", CollectionId("scores"), keys).to_pylist()}) == 5
    assert len({*ids, *record_ids("grid", CollectionId("ratings"), keys).to_pylist()}) == 5


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_names_its_people_in_columns_of_their_own(kind: Kind) -> None:
    people = subject_columns(kind)

    assert bool(people) is (kind is not Kind.TELEMETRY_SAMPLE)
    for name in people:
        found = column(kind, name)
        assert found is not None
        assert found.sensitivity is Sensitivity.DIRECT_IDENTIFIER
        assert found.type == pa.dictionary(pa.int32(), pa.string())


@pytest.mark.parametrize("kind", list(Kind))
def test_fields_tell_what_they_mean(kind: Kind) -> None:
    for field, each in zip(schema(kind), KINDS[kind], strict=True):
        assert field.metadata[b"description"].decode() == each.description
        assert field.metadata[b"sensitivity"].decode() == each.sensitivity.value
        assert field.metadata[b"category"].startswith(b"https://w3id.org/dpv")


def test_unknown_column_is_nothing() -> None:
    assert column(Kind.RATING, "nonsense") is None
