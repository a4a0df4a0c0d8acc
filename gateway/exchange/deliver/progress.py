"""How far the preparation of a delivery is, for whoever waits. Told, not recorded."""

from dataclasses import dataclass
from enum import StrEnum


class PreparationStage(StrEnum):
    """What is being done."""

    WAITING = "WAITING"
    READING = "READING"
    SEALING = "SEALING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A moment of a preparation."""

    stage: PreparationStage
    dataset: str = ""
    """Being read now."""
    done: int = 0
    """Rows that were read of all datasets."""
    total: int = 0
    """Rows that the order may take, at most."""

    @property
    def writing(self) -> bool:
        """Whether files are being written: they are the preparation's to remove."""
        return self.stage is not PreparationStage.WAITING
