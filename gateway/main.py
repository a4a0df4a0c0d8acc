"""The composition root: settings become ports, ports become the application. The only importer of adapters."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from connectors.spi import HealthStatus
from gateway.api.cursors import CursorCodec
from gateway.api.execution.engine import Engine, EngineOptions
from gateway.api.http import GraphQLEndpoint
from gateway.api.limits import Limits
from gateway.api.schema import build_schema
from gateway.auth.bearer import Verifier
from gateway.auth.delivery_tokens import DeliveryTokens
from gateway.auth.profile import audience_of, issuer_of
from gateway.auth.server import authorization_server, bootstrap, load_or_create, public
from gateway.auth.server.metadata import PROTECTED_PATH
from gateway.auth.server.ports import ServerPorts
from gateway.clock import system_clock
from gateway.errors import GatewayError
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.preparations import BackgroundPreparations
from gateway.exchange.held_keys import StoredHeldKeys
from gateway.exchange.ports import PackingLimits, Ports, ReadLimits, UuidIds
from gateway.exchange.read.expired import refuse_expired
from gateway.exchange.read.pipeline import run
from gateway.exchange.sources import ConnectedSources, connected_sources
from gateway.folder_lock import locked
from gateway.logs import configure_logging
from gateway.preparation.pseudonyms import derived_key
from gateway.settings import Profile, Settings
from gateway.web.deliveries import delivery_routes
from gateway.web.health import health_routes
from gateway.web.metrics import metrics_route
from gateway.web.well_known import journal_route
from graph.journal.journal import Journal
from graph.journal.vault import Vault
from graph.provenance.projector import Projector
from graph.signing import SigningKey
from graph.sql.engine import create_engine
from graph.sql.operational import SqlClientStore, SqlInvitationStore, SqlKeyStore, SqlReplayCache
from graph.stores import open_store

Clock = Callable[[], datetime]

JOURNAL_FILE: Final = "journal.db"
GRAPH_FILE: Final = "graph.db"
JOURNAL_KEY: Final = Path("keys/journal.jwk")
DELIVERIES: Final = "deliveries"
MASTER_FILE: Final = Path("keys/master")
_SECRET_BYTES: Final = 32
_log = structlog.get_logger("gateway")


class MasterSecretInvalidError(GatewayError):
    """The file of the master secret was changed, or others can read it."""

    code = "MASTER_SECRET_INVALID"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"`{path}` does not hold a secret that only its owner can read",
            hint="restore it from the backup of the folder, with mode 0600; without it no pseudonym can be made again",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """An open gateway: everything that serves requests."""

    settings: Settings
    ports: Ports
    server: ServerPorts
    sources: ConnectedSources
    projector: Projector
    routes: tuple[BaseRoute, ...]


def build(settings: Settings, clock: Clock = system_clock) -> Starlette:
    """The application. Nothing is opened before its lifespan begins, and everything is closed when it ends.

    Args:
        settings: with the real port, since issuer and audience of tokens name the address.
        clock: the only source of time.
    """
    configure_logging(settings.log_level)

    @asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncIterator[None]:
        async with opened(settings, clock) as gateway:
            application.router.routes.extend(gateway.routes)
            yield

    return Starlette(lifespan=lifespan)


@asynccontextmanager
async def opened(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[Gateway]:
    """Open store, sources and graph; make the first operator on an empty store; start to project.

    Raises:
        CodedError: a setting, a file of the folder or the journal is not as it must be.
    """
    folder = settings.folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        stack.enter_context(locked(folder))
        engine = create_engine(f"sqlite:///{folder / JOURNAL_FILE}")
        stack.callback(engine.dispose)
        key = await asyncio.to_thread(_signing_key, folder / JOURNAL_KEY)
        journal = await stack.enter_async_context(Journal.open(engine, clock=clock, key=key))
        store = open_store(settings.graph.text or f"sqlite:///{folder / GRAPH_FILE}")
        stack.push_async_callback(store.close)
        sources = await stack.enter_async_context(connected_sources(settings, clock))
        ids = UuidIds()
        clients = SqlClientStore(engine)
        invitations = SqlInvitationStore(engine, clock)
        preparations = BackgroundPreparations()
        master = await asyncio.to_thread(_secret, folder / MASTER_FILE)
        ports = Ports(
            journal=journal,
            vault=Vault(engine),
            sources=sources,
            store=store,
            keys=StoredHeldKeys(SqlKeyStore(engine, clock)),
            clients=clients,
            invitations=invitations,
            clock=clock,
            ids=ids,
            master=master,
            limits=ReadLimits(sort_rows=settings.sort_rows),
            preparations=preparations,
            signer=key,
            delivery_tokens=DeliveryTokens(key=derived_key(master, "delivery token"), clock=clock),
            packing=PackingLimits(
                folder=folder / DELIVERIES,
                url=settings.url,
                shard_rows=settings.delivery_shard_rows,
                patience_s=settings.preparation_deadline_s,
                kept=timedelta(days=settings.delivery_kept_days),
            ),
        )
        server = ServerPorts(
            journal=journal,
            clients=clients,
            invitations=invitations,
            replay=SqlReplayCache(engine, clock),
            clock=clock,
            ids=ids,
        )
        await bootstrap(server, folder, token_lifetime_s=settings.token_lifetime_s)
        projector = Projector(journal, store)
        stack.push_async_callback(_ended, asyncio.create_task(projector.run(), name="projector"))
        stack.push_async_callback(_ended, asyncio.create_task(preparations.run(ports), name="preparations"))
        stack.push_async_callback(_ended, asyncio.create_task(_tell_unreachable(sources), name="sources"))
        yield Gateway(
            settings=settings,
            ports=ports,
            server=server,
            sources=sources,
            projector=projector,
            routes=(
                *_routes(settings, ports, server, sources, projector, preparations),
                journal_route(journal.origin, key.public_jwk),
            ),
        )


def _routes(
    settings: Settings,
    ports: Ports,
    server: ServerPorts,
    sources: ConnectedSources,
    projector: Projector,
    preparations: BackgroundPreparations,
) -> list[BaseRoute]:
    keys = load_or_create(settings.folder.resolve())
    dev = settings.profile is Profile.DEV
    limits = Limits.of(settings)
    options = EngineOptions(limits=limits, suggestions=dev)
    if dev:
        options = EngineOptions(limits=limits, suggestions=True, introspection_scope=None)
    endpoint = GraphQLEndpoint(
        engine=Engine(
            build_schema(),
            ports=ports,
            read=run,
            refuse_expired=refuse_expired,
            cursors=CursorCodec(key=derived_key(ports.master, "cursors")),
            options=options,
        ),
        verifier=Verifier(
            issuer=issuer_of(settings.url), audience=audience_of(settings.url), keys=public(keys), clock=ports.clock
        ),
        limits=limits,
        metadata_url=settings.url + PROTECTED_PATH,
        dev=dev,
    )
    return [
        Route("/graphql", endpoint),
        *authorization_server(server, public_url=settings.url, keys=keys, token_lifetime_s=settings.token_lifetime_s),
        *delivery_routes(Outgoing(ports)),
        *health_routes(ports.journal, projector, sources, preparations),
        metrics_route(),
    ]


async def _tell_unreachable(sources: ConnectedSources) -> None:
    """Say once which sources do not answer; the gateway serves the others meanwhile."""
    for name, health in (await sources.health()).items():
        if health.status is HealthStatus.UNREACHABLE:
            _log.warning("source.unreachable", source=name, problem=health.detail)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _signing_key(path: Path) -> SigningKey:
    """The key that signs receipts and heads of the journal; made at the first start."""
    if path.exists():
        return SigningKey.load(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = SigningKey.generate()
    key.save(path)
    return key


def _secret(path: Path) -> bytes:
    """The master secret; made at the first start, readable by its owner only."""
    with suppress(FileExistsError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
    found = path.read_bytes()
    if len(found) != _SECRET_BYTES or path.stat().st_mode & 0o077:
        raise MasterSecretInvalidError(path)
    return found
