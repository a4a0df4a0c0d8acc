"""A real Neo4j for the tests: one that is named, one in a container, or one assembled from Maven Central.

The two lines that people run are tested: the long-term one and the current one. A line that cannot be had is skipped,
and says why; with ``CI=true`` it fails.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from tests.testkit.java import find_java

READY_S = 180
FETCH_S = 900
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


class Line(Enum):
    """A line of Neo4j: version, Java versions that run it, entry class."""

    LONG_TERM = ("5.26.25", (17, 21), "org.neo4j.server.CommunityEntryPoint")
    CURRENT = ("2026.08.1", (21, 25), "org.neo4j.server.Neo4jCommunity")

    @property
    def version(self) -> str:
        return self.value[0]

    @property
    def javas(self) -> tuple[int, ...]:
        return self.value[1]

    @property
    def entry(self) -> str:
        return self.value[2]

    def has(self, version: str) -> bool:
        """True when a server of this version belongs to the line."""
        return version.startswith("5.26.") if self is Line.LONG_TERM else version.startswith("2026.")


class ServerUnavailableError(Exception):
    """This way of getting a server is not open here; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server."""

    url: str
    """``bolt://user:password@host:port``"""

    def driver(self) -> Driver:
        parts = urlsplit(self.url)
        auth = (unquote(parts.username or ""), unquote(parts.password or ""))
        return GraphDatabase.driver(f"{parts.scheme}://{parts.hostname}:{parts.port or 7687}", auth=auth)

    def wipe(self) -> None:
        """Remove what our stores write, in batches; another graph in the same database stays."""
        with self.driver() as driver, driver.session(database="neo4j") as session:
            for label in ("Node", "Watermark"):
                while session.run(
                    "MATCH (n) WHERE $label IN labels(n) WITH n LIMIT 10000 DETACH DELETE n RETURN count(*) AS done",
                    label=label,
                ).single(strict=True)["done"]:
                    pass


@contextmanager
def a_server(line: Line) -> Iterator[Server]:
    """A server of the line; skips, or fails with ``CI=true``, when there is no way to one."""
    problems: list[str] = []
    with ExitStack() as stack:
        for way in (_named, _contained, _assembled):
            try:
                server = stack.enter_context(way(line))
            except ServerUnavailableError as problem:
                problems.append(f"{way.__name__.lstrip('_')}: {problem}")
            else:
                break
        else:
            _go_without(line, "; ".join(problems))
        yield server


def _go_without(line: Line, problems: str) -> NoReturn:
    message = f"no Neo4j {line.version} to test with ({problems})"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@contextmanager
def _named(line: Line) -> Iterator[Server]:
    url = os.environ.get("NEO4J_TEST_URI")
    if not url:
        raise ServerUnavailableError("NEO4J_TEST_URI is not set")
    server = Server(url=url)
    with server.driver() as driver, driver.session(database="neo4j") as session:
        version = session.run("CALL dbms.components() YIELD versions RETURN versions[0] AS version").single(strict=True)
    if not line.has(version["version"]):
        raise ServerUnavailableError(f"NEO4J_TEST_URI is a {version['version']}")
    yield server


@contextmanager
def _contained(line: Line) -> Iterator[Server]:
    docker = shutil.which("docker")
    if docker is None:
        raise ServerUnavailableError("no docker command")
    asked = subprocess.run(
        [docker, "version", "--format", "{{.Server.Version}}"], capture_output=True, check=False, timeout=30
    )
    if asked.returncode != 0:
        raise ServerUnavailableError("no Docker engine answers")
    from testcontainers.neo4j import Neo4jContainer  # noqa: PLC0415  # looks for an engine when it is imported

    # WHY: hex, since a password that begins with a dash is an option to the tool that sets it.
    password = secrets.token_hex(18)
    with Neo4jContainer(f"neo4j:{line.version}", password=password, username="neo4j") as container:
        address = urlsplit(container.get_connection_url())
        yield Server(url=f"bolt://neo4j:{password}@{address.hostname}:{address.port}")


@contextmanager
def _assembled(line: Line) -> Iterator[Server]:
    with _own(line) as own:
        own.start()
        yield own.server


class OwnServer:
    """A server assembled for one test, which can be killed and started again on the same data, and be made to hang."""

    def __init__(self, line: Line, java: Path, libraries: Path, home: Path) -> None:
        self._command = _command(java, libraries, line, home)
        self._environment = {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
        self._log = home / "logs" / "console.log"
        self._process: subprocess.Popen[bytes] | None = None
        # WHY: hex, since a password that begins with a dash is an option to the tool that sets it.
        password, port = secrets.token_hex(18), _free_port()
        _configure(home, port)
        admin: list[str | Path] = [java, "-cp", f"{libraries}/*", "org.neo4j.cli.AdminTool"]
        subprocess.run(
            [*admin, "dbms", "set-initial-password", password],
            env=self._environment,
            check=True,
            capture_output=True,
            timeout=READY_S,
        )
        self.server = Server(url=f"bolt://neo4j:{password}@127.0.0.1:{port}")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=subprocess.STDOUT)
        _await(self.server, self._process, self._log)

    @property
    def running(self) -> bool:
        """True from ``start`` until it ended; a server that hangs runs."""
        return self._process is not None and self._process.poll() is None

    def send(self, signalled: signal.Signals) -> None:
        """Send it a signal; after SIGKILL it is gone, and its data is as it left it."""
        assert self._process is not None
        self._process.send_signal(signalled)
        if signalled is signal.SIGKILL:
            self._process.wait()

    def end(self) -> None:
        """End it, whatever state it is in."""
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGCONT)
            _end(self._process)


@contextmanager
def _own(line: Line) -> Iterator[OwnServer]:
    java = find_java(line.javas)
    if java is None:
        raise ServerUnavailableError(f"no Java {' or '.join(map(str, line.javas))}")
    libraries = _libraries(line, java)
    with tempfile.TemporaryDirectory(prefix="muniment-neo4j-") as folder:
        own = OwnServer(line, java, libraries, Path(folder))
        try:
            yield own
        finally:
            own.end()


def _libraries(line: Line, java: Path) -> Path:
    """The server's jars, fetched once and kept in the user's cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "muniment" / f"neo4j-{line.version}"
    kept = cache / "lib"
    if kept.is_dir():
        return kept
    maven = shutil.which("mvn")
    if maven is None:
        raise ServerUnavailableError("no Maven (mvn) to fetch the server with")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache) as folder:
        project = Path(folder)
        (project / "pom.xml").write_text(_pom(line.version), encoding="utf-8")
        fetch = [maven, "-q", "-B", PLUGIN, "-DincludeScope=runtime", f"-DoutputDirectory={project / 'lib'}"]
        environment = {**os.environ, "JAVA_HOME": str(java.resolve().parent.parent)}
        fetched = subprocess.run(
            fetch, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=FETCH_S
        )
        if fetched.returncode != 0:
            raise ServerUnavailableError(f"Maven could not fetch it: {fetched.stdout[-500:]}")
        # WHY: moved as a whole, so that another run never finds half of it; who comes second uses the first one's.
        if not kept.is_dir():
            (project / "lib").rename(kept)
    return kept


def _pom(version: str) -> str:
    wanted = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        for group, artifact in (("org.neo4j", "neo4j"), ("org.neo4j.app", "neo4j-server"))
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>muniment</groupId>'
        f"<artifactId>neo4j-for-tests</artifactId><version>1</version><packaging>pom</packaging>"
        f"<dependencies>{wanted}</dependencies></project>"
    )


def _configure(home: Path, port: int) -> None:
    for name in ("conf", "data", "logs", "run", "import", "plugins"):
        (home / name).mkdir()
    settings = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.bolt.advertised_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "dbms.security.auth_enabled": "true",
        "server.memory.heap.initial_size": "256m",
        "server.memory.heap.max_size": "512m",
        "server.memory.pagecache.size": "128m",
        "db.tx_log.rotation.retention_policy": "keep_none",
        "db.transaction.timeout": "30s",
        "dbms.usage_report.enabled": "false",
    }
    (home / "conf" / "neo4j.conf").write_text(
        "".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8"
    )


def _command(java: Path, libraries: Path, line: Line, home: Path) -> list[str | Path]:
    opened = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
    return [
        java,
        "-Xms256m",
        "-Xmx512m",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in opened),
        "--enable-native-access=ALL-UNNAMED",
        "--add-modules=jdk.incubator.vector",
        "-Dlog4j2.disable.jmx=true",
        "-Dfile.encoding=UTF-8",
        "-cp",
        f"{libraries}/*",
        line.entry,
        f"--home-dir={home}",
        f"--config-dir={home / 'conf'}",
        "--console-mode",
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_S
    while True:
        try:
            with server.driver() as driver, driver.session(database="neo4j") as session:
                session.run("RETURN 1").consume()
        except (ServiceUnavailable, Neo4jError):
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"Neo4j did not start:\n{log.read_text(errors='replace')[-3000:]}", pytrace=False)
            time.sleep(0.3)
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def neo4j_long_term() -> Iterator[Server]:
    """Neo4j 5.26, one for the whole run."""
    with a_server(Line.LONG_TERM) as server:
        yield server


@pytest.fixture(scope="module")
def neo4j_of_our_own() -> Iterator[OwnServer]:
    """Neo4j 5.26, not started yet: for a test that kills it."""
    with ExitStack() as stack:
        try:
            own = stack.enter_context(_own(Line.LONG_TERM))
        except ServerUnavailableError as problem:
            _go_without(Line.LONG_TERM, str(problem))
        yield own


@pytest.fixture(scope="session")
def neo4j_current() -> Iterator[Server]:
    """Neo4j 2026.x, one for the whole run."""
    with a_server(Line.CURRENT) as server:
        yield server
