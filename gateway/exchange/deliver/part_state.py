"""What is known of a dataset's finished files: written beside each, so that a preparation can go on after a crash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gateway.preparation.shards import Shard, write_whole

_EXAMPLES = 20


class Tally(msgspec.Struct, kw_only=True):
    """What was seen of one file's rows, while it is written."""

    fetched: int = 0
    by_terms: int = 0
    by_people: int = 0
    duplicates: int = 0
    filled: dict[str, int] = msgspec.field(default_factory=dict)
    record_licences: dict[str, int] = msgspec.field(default_factory=dict)
    people: set[str] = msgspec.field(default_factory=set)
    broken: dict[str, int] = msgspec.field(default_factory=dict)
    """Rows that break a rule, by its name."""
    examples: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """Opaque ids of some of them."""

    def add(self, counts: dict[str, int], more: Mapping[str, int]) -> None:
        """Count on."""
        for name, count in more.items():
            counts[name] = counts.get(name, 0) + count

    def note(self, rule: str, rows: int, ids: Iterable[str]) -> None:
        """Rows break a rule."""
        self.add(self.broken, {rule: rows})
        kept = self.examples.setdefault(rule, [])
        kept.extend(list(ids)[: _EXAMPLES - len(kept)])

    def merge(self, other: "Tally") -> None:
        """Take in what was seen of another file."""
        self.fetched += other.fetched
        self.by_terms += other.by_terms
        self.by_people += other.by_people
        self.duplicates += other.duplicates
        self.people |= other.people
        self.add(self.filled, other.filled)
        self.add(self.record_licences, other.record_licences)
        for rule, rows in other.broken.items():
            self.note(rule, rows, other.examples.get(rule, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedShard:
    """One finished file of a dataset."""

    shard: Shard
    tally: Tally
    after: str
    """Checkpoint from which reading goes on."""
    last: bool
    """Nothing comes after it."""
    epoch: int
    """Of the platform's consents when its rows were chosen."""
    notices: tuple[str, ...]
    grounds: str = ""
    """Digest of what its rows were chosen and transformed by; empty in files that are older than this."""


def keep(folder: Path, number: int, finished: FinishedShard) -> None:
    """Write down a finished file."""
    write_whole(folder / f"{number:05}.json", msgspec.json.encode(finished, order="deterministic"))


def kept(folder: Path) -> tuple[FinishedShard, ...]:
    """The finished files of a dataset, in order."""
    found: list[FinishedShard] = []
    while (path := folder / f"{len(found):05}.json").exists():
        found.append(msgspec.json.decode(path.read_bytes(), type=FinishedShard))
    return tuple(found)
