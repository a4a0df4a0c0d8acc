"""Resume points: version, collection, fingerprint of what is read, and one or more numbers; nothing personal."""

from hashlib import sha256
from typing import Final

from connectors.errors import CheckpointInvalidError
from connectors.kinds import Kind, schema
from connectors.spi import Checkpoint, CollectionId

_VERSION: Final = "1"
_DIGITS: Final = 20


def fingerprint(kind: Kind, *facts: object) -> str:
    """Sixteen hex digits that change when the kind's columns or one of the facts about the source change."""
    digest = sha256(str(schema(kind).remove_metadata()).encode())
    for fact in facts:
        digest.update(f"\0{fact}".encode())
    return digest.hexdigest()[:16]


def write(collection: CollectionId, mark: str, *numbers: int) -> Checkpoint:
    """A resume point.

    Args:
        collection: where it belongs.
        mark: fingerprint of what was read.
        numbers: the position, not negative; as many as ``read`` is told.
    """
    return Checkpoint(":".join((_VERSION, collection, mark, *map(str, numbers))))


def read(checkpoint: Checkpoint, collection: CollectionId, mark: str, count: int = 1) -> tuple[int, ...]:
    """The numbers of a resume point.

    Raises:
        CheckpointInvalidError: it is not one, or belongs to another collection or another state of the source.
    """
    parts = checkpoint.rsplit(":", count + 1)
    numbers = parts[2:]
    if len(numbers) != count or not all(each.isascii() and each.isdigit() and len(each) <= _DIGITS for each in numbers):
        raise CheckpointInvalidError("that is not a resume point of this source")
    if parts[0] != f"{_VERSION}:{collection}":
        raise CheckpointInvalidError(f"the resume point belongs to another collection than `{collection}`")
    if parts[1] != mark:
        raise CheckpointInvalidError(
            f"the source changed since the resume point in `{collection}` was given", hint="read from the start again"
        )
    return tuple(int(each) for each in numbers)
