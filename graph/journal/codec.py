"""Events as canonical bytes, and back.

A leaf is one flat JSON object: the place (``seq``, ``at``, ``tenant``, ``type``) and the event's own fields. Its bytes
are those of RFC 8785. Times are text, UTC, six decimals, ``Z``. Floats do not occur; integers stay within 53 bits.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, get_type_hints

import msgspec

from graph.errors import EntryInvalidError, JournalCorruptError
from graph.journal.events import EVENT_TYPES, Booking, Event, Recorded
from graph.journal.merkle import leaf_hash
from graph.times import instant_text

LARGEST_INTEGER: Final = 2**53 - 1
"""Larger ones are not the same number in every reader of JSON."""


# INVARIANT: no event has a field of one of these names.
class _Place(msgspec.Struct, frozen=True):
    seq: int
    at: datetime
    tenant: str
    type: str


_PLACE: Final = msgspec.json.Decoder(_Place)
_DECODERS: Final = {name: msgspec.json.Decoder(type_) for name, type_ in EVENT_TYPES.items()}
# INVARIANT: members sorted by ASCII names and no floats: then these bytes are RFC 8785; a property test compares them.
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def _fields_of(*hints: object) -> Mapping[type[Event], tuple[str, ...]]:
    return {
        type_: tuple(name for name, hint in get_type_hints(type_).items() if hint in hints)
        for type_ in EVENT_TYPES.values()
    }


_INTEGERS: Final = _fields_of(int)
_TIMES: Final = _fields_of(datetime, datetime | None)


def encode(event: Event, *, seq: int, at: datetime, tenant: str, booked: Sequence[Booking] = ()) -> bytes:
    """The canonical bytes of an event at its place.

    Args:
        event: What happened.
        seq: Its place.
        at: The moment of its transaction.
        tenant: Whose journal it is.
        booked: Units that an access uses up; they stand in the leaf in place of the event's own.

    Raises:
        EntryInvalidError: a value has no canonical form: an integer out of range, a time without offset, a lone
            surrogate.
    """
    kind = type(event)
    members: dict[str, Any] = msgspec.to_builtins(event, builtin_types=(datetime,))
    for name in _INTEGERS[kind]:
        _check_integer(members[name])
    for name in _TIMES[kind]:
        if members[name] is not None:
            members[name] = instant_text(members[name])
    if booked:
        for each in booked:
            _check_integer(each.units)
        members["booked"] = msgspec.to_builtins(booked)
    members["seq"] = seq
    members["at"] = instant_text(at)
    members["tenant"] = tenant
    members["type"] = kind.__name__
    try:
        return _ENCODER.encode(members)
    except UnicodeEncodeError:
        raise EntryInvalidError("a text holds a lone surrogate") from None


def decode(canonical: bytes) -> Recorded:
    """The event that these bytes record.

    Raises:
        JournalCorruptError: they are not an event of the closed set, in its own form.
    """
    try:
        place = _PLACE.decode(canonical)
        event = _DECODERS[place.type].decode(canonical)
    except (msgspec.DecodeError, KeyError) as error:
        raise JournalCorruptError("bytes that are no event") from error
    return Recorded(
        seq=place.seq,
        at=place.at,
        tenant=place.tenant,
        event=event,
        canonical=canonical,
        leaf=leaf_hash(canonical),
    )


def record(event: Event, *, seq: int, at: datetime, tenant: str, booked: Sequence[Booking] = ()) -> Recorded:
    """The event at its place, read back from the bytes that are kept.

    Raises:
        EntryInvalidError: a value has no canonical form, or is of another type than the event declares.
    """
    canonical = encode(event, seq=seq, at=at, tenant=tenant, booked=booked)
    try:
        kept = _DECODERS[type(event).__name__].decode(canonical)
    except msgspec.DecodeError as error:
        raise EntryInvalidError(f"a value of `{type(event).__name__}` is of another type ({error})") from error
    return Recorded(
        seq=seq, at=at.astimezone(UTC), tenant=tenant, event=kept, canonical=canonical, leaf=leaf_hash(canonical)
    )


def _check_integer(value: int) -> None:
    if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise EntryInvalidError(f"`{value}` is beyond the integers of JSON")
