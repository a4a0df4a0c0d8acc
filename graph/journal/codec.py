"""Events as canonical bytes, and back.

A leaf is one flat JSON object: the place (``seq``, ``at``, ``tenant``, ``type``) and the event's own fields. Its bytes
are those of RFC 8785. Times are text, UTC, six decimals, ``Z``. Floats do not occur; integers stay within 53 bits.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from graph.errors import EntryInvalidError, JournalCorruptError
from graph.journal.events import EVENT_TYPES, Event, Recorded
from graph.journal.merkle import leaf_hash
from graph.times import instant_text

_Json: TypeAlias = dict[str, Any]

LARGEST_INTEGER: Final = 2**53 - 1
"""Larger ones are not the same number in every reader of JSON."""


class _Place(msgspec.Struct, frozen=True):
    seq: int
    at: datetime
    tenant: str
    type: str


_PLACE: Final = msgspec.json.Decoder(_Place)
_DECODERS: Final = {name: msgspec.json.Decoder(type_) for name, type_ in EVENT_TYPES.items()}
# INVARIANT: members sorted by ASCII names and no floats: then these bytes are RFC 8785; a property test compares them.
_ENCODER: Final = msgspec.json.Encoder(order="sorted")

_CLASHES: Final = {
    field.name for type_ in EVENT_TYPES.values() for field in fields(type_) if field.name in _Place.__struct_fields__
}
if _CLASHES:
    raise TypeError(f"fields of events are named as the place of an event: {_CLASHES}")


def encode(event: Event, *, seq: int, at: datetime, tenant: str) -> bytes:
    """The canonical bytes of an event at its place.

    Raises:
        EntryInvalidError: a value has no canonical form: an integer out of range, a time without offset, a lone
            surrogate.
    """
    members: _Json = msgspec.to_builtins(event, builtin_types=(datetime,))
    for name, value in members.items():
        if isinstance(value, datetime):
            members[name] = instant_text(value)
        elif isinstance(value, list):
            for part in value:
                _check(part)
        else:
            _check(value)
    members |= {"seq": seq, "at": instant_text(at), "tenant": tenant, "type": type(event).__name__}
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


def _check(value: object) -> None:
    match value:
        case int():
            if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
                raise EntryInvalidError(f"`{value}` is beyond the integers of JSON")
        case dict():
            for part in value.values():
                _check(part)
        case _:
            return
