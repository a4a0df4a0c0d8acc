"""The connector: the ledger's lines as ratings, and the reputation derived from all of them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from connectors import checkpoints
from connectors.config import TermsConfig, parse, terms
from connectors.errors import CollectionNotFoundError, SourceUnavailableError
from connectors.kinds import KINDS, Kind
from connectors.platforms.trust_ledger.lines import Lines, Place, identity, read_lines, state
from connectors.platforms.trust_ledger.scores import METHOD, derive
from connectors.records import Values, assemble, record_ids
from connectors.spi import (
    API_VERSION,
    Accepted,
    Batch,
    Capabilities,
    Collection,
    CollectionId,
    ConnectorContext,
    Health,
    HealthStatus,
    PlatformTerms,
    ReadRequest,
)
from policies.predicate import EVERYTHING

RATINGS: Final = CollectionId("ratings")
REPUTATION: Final = CollectionId("reputation")
_KINDS: Final = {RATINGS: Kind.RATING, REPUTATION: Kind.REPUTATION_SCORE}
_SCALE: Final = {"scale_min": -10, "scale_max": 10, "metric": "trust"}
_TERMS: Final = PlatformTerms(attribution="cite the publisher of the ledger")
_UNFILLED: Final = frozenset({"licence_hint"})


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    platform: str = "trust-ledger"
    terms: TermsConfig = TermsConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustLedgerConnector:
    """Reads one ledger file."""

    api: ClassVar[int] = API_VERSION
    platform: str
    path: Path
    terms: PlatformTerms = field(default_factory=lambda: _TERMS)
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse_config(cls, config: Mapping[str, Any]) -> "TrustLedgerConnector":
        """Keys: ``path`` of the CSV file; ``platform`` (default ``trust-ledger``); ``terms``.

        Raises:
            ConnectorConfigError: a key is missing, unknown or has a wrong value.
        """
        parsed = parse(_Config, config, "trust_ledger")
        return cls(platform=parsed.platform, path=Path(parsed.path), terms=terms(_TERMS, parsed.terms))

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:  # noqa: ARG002  # part of the contract
        """Both collections, if the file is there."""
        await asyncio.to_thread(identity, self.path)
        return [
            self._collection(
                RATINGS, "Ratings", "Who rated whom, in the order of the ledger.", Capabilities(resume=True)
            ),
            self._collection(
                REPUTATION, "Reputation", "Per rated member the mean of the ratings received; derived.", Capabilities()
            ),
        ]

    def negotiate(self, request: ReadRequest) -> Accepted:
        """Takes no filter: a file has none."""
        kind = _KINDS.get(request.collection)
        if kind is None:
            raise CollectionNotFoundError(request.collection)
        return Accepted(request=request, kind=kind, pushed=EVERYTHING, residual=request.where)

    def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        """Lines in the order of the file, or scores in the order of the members' ids."""
        ratings = accepted.request.collection == RATINGS
        return self._ratings(accepted.request, context) if ratings else self._scores(accepted.request, context)

    async def health(self, context: ConnectorContext) -> Health:  # noqa: ARG002  # part of the contract
        """Whether the file can be read."""
        try:
            await asyncio.to_thread(identity, self.path)
        except SourceUnavailableError as problem:
            return Health(status=HealthStatus.UNREACHABLE, detail=problem.message)
        return Health(status=HealthStatus.REACHABLE)

    async def _ratings(self, request: ReadRequest, context: ConnectorContext) -> AsyncIterator[Batch]:
        mark = checkpoints.fingerprint(Kind.RATING, *await asyncio.to_thread(identity, self.path))
        place = Place()
        if request.after is not None:
            offset, line = checkpoints.read(request.after, RATINGS, mark, 2)
            place = Place(offset=offset, line=line)
        while True:
            lines = await asyncio.to_thread(read_lines, self.path, place, context.batch_rows)
            if lines.end == place:
                return
            values = self._rating_values(lines, request.columns)
            yield Batch(
                records=assemble(Kind.RATING, request.columns, values, len(lines.rater)),
                checkpoint=checkpoints.write(RATINGS, mark, lines.end.offset, lines.end.line),
                source_ref=f"{self.platform}/{self.path.name}#{place.line + 1}",
            )
            place = lines.end

    def _rating_values(self, lines: Lines, columns: tuple[str, ...]) -> dict[str, Values]:
        values: dict[str, Values] = {
            **_SCALE,
            "platform": self.platform,
            "derived": False,
            "observed_at": lines.time,
            "rater": lines.rater,
            "rated": lines.rated,
            "value": lines.rating,
        }
        if "record_id" in columns or "source_id" in columns:
            values["source_id"] = pc.call_function(
                "binary_join_element_wise", [lines.rater, lines.rated, pa.scalar(",")]
            )
        if "record_id" in columns:
            values["record_id"] = record_ids(self.platform, RATINGS, values["source_id"])
        return values

    async def _scores(self, request: ReadRequest, context: ConnectorContext) -> AsyncIterator[Batch]:
        mark = checkpoints.fingerprint(Kind.REPUTATION_SCORE, *await asyncio.to_thread(state, self.path))
        first = checkpoints.read(request.after, REPUTATION, mark)[0] if request.after else 0
        scores = await asyncio.to_thread(derive, self.path)
        for start in range(first, scores.num_rows, context.batch_rows):
            part = scores.slice(start, context.batch_rows)
            yield Batch(
                records=assemble(
                    Kind.REPUTATION_SCORE, request.columns, self._score_values(part, request.columns), part.num_rows
                ),
                checkpoint=checkpoints.write(REPUTATION, mark, start + part.num_rows),
                source_ref=f"{self.platform}/{self.path.name}, derived, #{start}",
            )

    def _score_values(self, part: pa.Table, columns: tuple[str, ...]) -> dict[str, Values]:
        values: dict[str, Values] = {
            **_SCALE,
            **{name: part.column(name) for name in part.column_names},
            "platform": self.platform,
            "derived": True,
            "method": METHOD,
            "source_id": part.column("subject"),
        }
        if "record_id" in columns:
            values["record_id"] = record_ids(self.platform, REPUTATION, part.column("subject"))
        return values

    def _collection(self, name: CollectionId, title: str, description: str, claims: Capabilities) -> Collection:
        kind = _KINDS[name]
        return Collection(
            id=name,
            kind=kind,
            columns=tuple(each.name for each in KINDS[kind] if each.name not in _UNFILLED),
            title=title,
            description=description,
            terms=self.terms,
            capabilities=claims,
        )
