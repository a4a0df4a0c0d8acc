"""The connector: asks for the fields that are needed, page after page, endpoint after endpoint."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import msgspec
import pyarrow as pa
from yarl import URL

from connectors import checkpoints
from connectors.config import TermsConfig, parse, terms
from connectors.errors import (
    BadResponseError,
    CollectionNotFoundError,
    ConnectorConfigError,
    ConnectorError,
)
from connectors.kinds import KINDS
from connectors.platforms.forum.mapping import COLLECTIONS, LICENCES, Endpoint, ForumCollection
from connectors.platforms.forum.pages import Listing, Page, pages
from connectors.records import assemble, record_ids
from connectors.spi import (
    API_VERSION,
    Accepted,
    AiUse,
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

_TERMS: Final = PlatformTerms(
    ai_use=AiUse.CONTESTED,
    redistribution=AiUse.ALLOWED,
    share_alike=True,
    attribution="name the forum and the author, link the question and the author's page, state what was changed",
    source="https://creativecommons.org/licenses/by-sa/4.0/",
    record_licences=LICENCES,
)
_COMMON: Final = ("record_id", "platform", "derived")


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    base_url: str
    platform: str = "forum"
    page_size: int = 500
    terms: TermsConfig = TermsConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumConnector:
    """Reads a forum over HTTP."""

    api: ClassVar[int] = API_VERSION
    platform: str
    base: URL
    page_size: int
    """Items per page, 1 to 1000."""
    terms: PlatformTerms = field(default_factory=lambda: _TERMS)

    @classmethod
    def parse_config(cls, config: Mapping[str, Any]) -> "ForumConnector":
        """Keys: ``base_url``; ``platform`` (default ``forum``); ``page_size`` (1 to 1000, default 500); ``terms``.

        Raises:
            ConnectorConfigError: a key is missing, unknown or has a wrong value.
        """
        parsed = parse(_Config, config, "forum")
        base = _base(parsed.base_url)
        if not 1 <= parsed.page_size <= 1000:  # noqa: PLR2004  # the API's own bound
            raise ConnectorConfigError("configuration of connector `forum`: `page_size` must be between 1 and 1000")
        return cls(platform=parsed.platform, base=base, page_size=parsed.page_size, terms=terms(_TERMS, parsed.terms))

    @property
    def hosts(self) -> frozenset[str]:
        """The forum's host."""
        return frozenset({str(self.base.host)})

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:
        """The four collections, if the forum answers."""
        await context.http_get(str(self.base / "info"))
        return [
            Collection(
                id=each.id,
                kind=each.kind,
                columns=tuple(c.name for c in KINDS[each.kind] if c.name in each.columns() or c.name in _COMMON),
                title=each.title,
                description=each.description,
                terms=self.terms,
                capabilities=Capabilities(project=True, resume=True),
            )
            for each in COLLECTIONS.values()
        ]

    def negotiate(self, request: ReadRequest) -> Accepted:
        """Takes no filter: the API has none."""
        collection = _collection(request.collection)
        return Accepted(request=request, kind=collection.kind, pushed=EVERYTHING, residual=request.where)

    async def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        """One batch per page; a resume point is the endpoint and how many of its items were passed."""
        request = accepted.request
        collection = _collection(request.collection)
        size = min(self.page_size, context.batch_rows)
        mark = checkpoints.fingerprint(collection.kind, self.base)
        first, passed = checkpoints.read(request.after, request.collection, mark, 2) if request.after else (0, 0)
        for index, endpoint in enumerate(collection.endpoints[first:], start=first):
            listing = self._listing(endpoint, request.columns, size)
            async for page in pages(context, listing, start=passed):
                yield Batch(
                    records=self._records(collection, endpoint, request, page),
                    checkpoint=checkpoints.write(request.collection, mark, index, page.end),
                    source_ref=f"{self.platform}/{endpoint.path}?page={page.number}&pagesize={size}",
                )
            passed = 0

    async def health(self, context: ConnectorContext) -> Health:
        """Whether the forum answers."""
        try:
            await context.http_get(str(self.base / "info"))
        except ConnectorError as problem:
            return Health(status=HealthStatus.UNREACHABLE, detail=problem.message)
        return Health(status=HealthStatus.REACHABLE)

    def _listing(self, endpoint: Endpoint, columns: tuple[str, ...], size: int) -> Listing[msgspec.Struct]:
        return Listing(
            name=self._name(endpoint),
            url=str(self.base / endpoint.path),
            form=endpoint.form,
            key=endpoint.key,
            fields=endpoint.asked(columns),
            size=size,
        )

    def _name(self, endpoint: Endpoint) -> str:
        return f"`{self.platform}` at `/{endpoint.path}`"

    def _records(
        self, collection: ForumCollection, endpoint: Endpoint, request: ReadRequest, page: Page[msgspec.Struct]
    ) -> pa.RecordBatch:
        columns = request.columns
        try:
            values = {"platform": self.platform, "derived": False, **endpoint.values(columns, page.items)}
            if "record_id" in columns:
                keys = pa.array([endpoint.record_key(item) for item in page.items], pa.string())
                values["record_id"] = record_ids(self.platform, collection.id, keys)
            return assemble(collection.kind, columns, values, len(page.items))
        except (BadResponseError, OverflowError, pa.ArrowInvalid) as problem:
            detail = problem.message if isinstance(problem, BadResponseError) else "a number is too long"
            raise BadResponseError(f"{self._name(endpoint)}: page {page.number}: {detail}") from None


def _base(text: str) -> URL:
    try:
        base = URL(text)
    except ValueError:
        base = URL()
    if base.scheme not in {"http", "https"} or not base.host or base.query_string or base.fragment or base.user:
        # WHY: without the text, which may hold a password.
        raise ConnectorConfigError(
            "configuration of connector `forum`: `base_url` is not the address of a forum",
            hint="http or https, host, and perhaps a path; no credentials, no query",
        )
    return base


def _collection(collection: CollectionId) -> ForumCollection:
    try:
        return COLLECTIONS[collection]
    except KeyError:
        raise CollectionNotFoundError(collection) from None
