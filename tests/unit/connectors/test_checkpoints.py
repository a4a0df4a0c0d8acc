import pytest

from connectors import checkpoints
from connectors.errors import CheckpointInvalidError
from connectors.kinds import Kind
from connectors.spi import Checkpoint, CollectionId

RATINGS = CollectionId("ratings")
MARK = checkpoints.fingerprint(Kind.RATING, 1, "a")


def test_numbers_come_back() -> None:
    written = checkpoints.write(RATINGS, MARK, 0, 2**63)

    assert checkpoints.read(written, RATINGS, MARK, 2) == (0, 2**63)


def test_fingerprint_changes_with_kind_and_facts() -> None:
    others = {
        checkpoints.fingerprint(Kind.RATING, 1, "b"),
        checkpoints.fingerprint(Kind.RATING, 1),
        checkpoints.fingerprint(Kind.RATING, "1a"),
        checkpoints.fingerprint(Kind.PROFILE, 1, "a"),
    }

    assert MARK not in others
    assert len(others) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "nonsense",
        "::::",
        f"1:ratings:{MARK}:",
        f"1:ratings:{MARK}:x",
        f"1:ratings:{MARK}:-1",
        f"1:ratings:{MARK}:٣",
        f"1:ratings:{MARK}:{'9' * 21}",
        f"1:ratings:{MARK}:1:2",
        f"2:ratings:{MARK}:1",
        f"1:others:{MARK}:1",
        "1:ratings:0000000000000000:1",
    ],
)
def test_anything_else_is_refused(wrong: str) -> None:
    with pytest.raises(CheckpointInvalidError):
        checkpoints.read(Checkpoint(wrong), RATINGS, MARK)
