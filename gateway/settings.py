"""The settings of a gateway: read once, frozen, from the environment and an optional ``muniment.toml``.

Precedence: arguments of the command, then environment (``MUNIMENT_<NAME>``), then the file, then the defaults below.
An unknown name or a wrong value is one clear error that says where it stands.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, get_type_hints
from urllib.parse import urlsplit

from typing_extensions import override

from gateway.errors import GatewayError

PREFIX: Final = "MUNIMENT_"
FILE_NAME: Final = "muniment.toml"
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
DEFAULT_FOLDER: Final = Path("muniment")


class SettingInvalidError(GatewayError):
    """A setting is unknown, missing or has a wrong value."""

    code = "SETTING_INVALID"


class SettingsMissingError(GatewayError):
    """The named settings file is not there or cannot be read."""

    code = "SETTINGS_UNREADABLE"


class Profile(StrEnum):
    """How strict the gateway is towards its callers."""

    DEV = "dev"
    """GraphiQL, introspection, suggestions."""
    PRODUCTION = "production"
    """No IDE, no suggestions; introspection only with a scope."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that must never be printed."""

    text: str = field(default="", repr=False)

    @override
    def __str__(self) -> str:
        return "…" if self.text else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """One configured connector instance."""

    id: str
    connector: str
    """Name of an entry point of the group ``muniment.connectors``."""
    config: Mapping[str, Any]
    """What the connector's own ``parse_config`` checks; a ``path`` in it counts from the settings file."""
    private: bool = False
    """Whether the source may be at a loopback or private address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set; each is documented in ``docs/reference/settings.md``."""

    folder: Annotated[Path, "Folder of the embedded store: journal, graph, keys."] = DEFAULT_FOLDER
    host: Annotated[str, "Address to listen on."] = "127.0.0.1"
    port: Annotated[int, "Port to listen on; 0 takes a free one."] = 8040
    public_url: Annotated[str, "Address under which clients reach the gateway; empty: host and port."] = ""
    profile: Annotated[Profile, "`production`, or `dev` with IDE, introspection and suggestions."] = Profile.PRODUCTION
    graph: Annotated[
        Secret, "Provenance graph: empty for a file in the folder, or `bolt://user:password@host:port`."
    ] = Secret()
    token_lifetime_s: Annotated[int, "Longest lifetime of an access token, in seconds; at most 600."] = 600
    source_deadline_s: Annotated[float, "How long one source may take for one operation, in seconds."] = 5.0
    source_concurrency: Annotated[int, "Requests at once to one source."] = 8
    source_max_bytes: Annotated[int, "Largest answer of a source, in bytes."] = 32 * 1024 * 1024
    batch_rows: Annotated[int, "Rows per batch from a source."] = 8192
    sort_rows: Annotated[int, "Rows that one dataset may have for `orderBy`."] = 100_000
    delivery_shard_rows: Annotated[int, "Rows of one file of a delivery."] = 100_000
    preparation_deadline_s: Annotated[float, "How long one dataset of a delivery may take to be read, in seconds."] = (
        3600.0
    )
    delivery_kept_days: Annotated[
        float, "How long the files of a delivery stay after its receipt, in days; it may be fetched again meanwhile."
    ] = 7.0
    page_rows: Annotated[int, "Largest `first`."] = 1000
    body_bytes: Annotated[int, "Largest request body, in bytes."] = 1024 * 1024
    query_tokens: Annotated[int, "Tokens a query may have."] = 4000
    query_depth: Annotated[int, "Depth a query may have, fragments included."] = 15
    query_aliases: Annotated[int, "Aliases a query may have, fragments included."] = 30
    query_record_fields: Annotated[int, "Record connections in one operation."] = 10
    log_level: Annotated[str, "`debug`, `info`, `warning` or `error`."] = "warning"
    sources: Annotated[tuple[SourceSettings, ...], "The platforms: tables `[[sources]]` of the file."] = ()

    @property
    def url(self) -> str:
        """The address under which clients reach the gateway, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """True when only this machine can reach the gateway."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def described() -> Iterator[tuple[str, str, str]]:
    """Name, default and meaning of every setting."""
    hints = get_type_hints(Settings, include_extras=True)
    for each in fields(Settings):
        yield each.name, str(each.default), hints[each.name].__metadata__[0]


def load(
    environment: Mapping[str, str] = os.environ,
    *,
    file: Path | None = None,
    given: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings.

    Args:
        environment: variables; those that start with ``MUNIMENT_`` count, each must be known.
        file: the TOML file; must exist when named. Without it ``muniment.toml`` of the folder is read when it is there.
        given: values of the command line; they win.

    Raises:
        SettingInvalidError: a name is unknown, a value has the wrong form, or two settings contradict each other.
        SettingsMissingError: the named file cannot be read.
    """
    values: dict[str, Any] = {}
    from_environment = dict(_from_environment(environment))
    folder = Path((given or {}).get("folder") or from_environment.get("folder") or DEFAULT_FOLDER)
    path = file or folder / FILE_NAME
    if file is not None or path.exists():
        values.update(_from_file(path))
    values.update(from_environment)
    values.update({name: _parse(name, value, "the command line") for name, value in (given or {}).items()})
    settings = Settings(**values)
    _check(settings)
    return settings


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in _FOR_TESTS:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name == "sources":
            raise SettingInvalidError(
                f"`{variable}` cannot be set in the environment", hint="name the sources in muniment.toml"
            )
        yield name, _parse(name, text, f"environment variable `{variable}`")


_FOR_TESTS: Final = frozenset({"MUNIMENT_KILLS", "MUNIMENT_LAW_CASES", "MUNIMENT_SHARED"})
"""Variables of the test suite that are not settings."""


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise SettingsMissingError(f"settings file `{path}` cannot be read: {problem.strerror}") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SettingInvalidError(f"settings file `{path}` is not TOML: {problem}") from None
    sources = document.pop("sources", [])
    values = {name: _parse(name, value, f"`{path}`") for name, value in document.items()}
    if sources:
        values["sources"] = tuple(_source(entry, index, path) for index, entry in enumerate(sources))
    return values


def _source(entry: Any, index: int, path: Path) -> SourceSettings:
    where = f"`{path}`, source {index + 1}"
    if not isinstance(entry, dict):
        raise SettingInvalidError(f"a source must be a table, in {where}")
    rest = dict(entry)
    try:
        source = SourceSettings(
            id=rest.pop("id"),
            connector=rest.pop("connector"),
            config=_placed(rest.pop("config", {}), path.parent),
            private=rest.pop("private", False) is True,
        )
    except KeyError as missing:
        raise SettingInvalidError(f"`{missing.args[0]}` is missing, in {where}") from None
    if rest:
        raise SettingInvalidError(
            f"unknown key `{min(rest)}`, in {where}", hint="known: id, connector, config, private"
        )
    return source


def _placed(config: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The configuration, with a ``path`` that counts from the settings file wherever the gateway is started."""
    if not isinstance(config, dict) or not isinstance(config.get("path"), str):
        return config
    return {**config, "path": str(folder.resolve() / config["path"])}


def _unknown(name: str, where: str) -> NoReturn:
    known = ", ".join(each.name for each in fields(Settings))
    raise SettingInvalidError(f"unknown setting `{name}` in {where}", hint=f"known settings: {known}")


def _parse(name: str, value: Any, where: str) -> Any:
    """Turn a text or TOML value into the setting's type."""
    defaults = {each.name: each.default for each in fields(Settings)}
    if name not in defaults or name == "sources":
        _unknown(name, where)
    default = defaults[name]
    try:
        match default:
            case Secret():
                return Secret(str(value))
            case Profile():
                return Profile(value)
            case Path():
                return Path(value)
            case float():
                return float(value)
            case int():
                return int(value)
            case _:
                return str(value)
    except (TypeError, ValueError):
        raise SettingInvalidError(
            f"`{name}` cannot be `{value}`, in {where}", hint=f"{_about(name)} Default: {default}."
        ) from None


def _about(name: str) -> str:
    return next(about for known, _, about in described() if known == name)


def _check(settings: Settings) -> None:
    bounds: Mapping[str, tuple[float, float]] = {
        "port": (0, 65535),
        "token_lifetime_s": (1, 600),
        "source_deadline_s": (0.05, 600),
        "preparation_deadline_s": (1, 86_400),
        "delivery_kept_days": (0, 3650),
        "source_concurrency": (1, 256),
        "batch_rows": (1, 65536),
        "page_rows": (1, 10_000),
    }
    for name, (low, high) in bounds.items():
        value = getattr(settings, name)
        if not low <= value <= high:
            raise SettingInvalidError(f"`{name}` must be between {low} and {high}, not `{value}`", hint=_about(name))
    for name in (
        "sort_rows",
        "body_bytes",
        "query_tokens",
        "query_depth",
        "query_aliases",
        "query_record_fields",
        "source_max_bytes",
        "delivery_shard_rows",
    ):
        if getattr(settings, name) < 1:
            raise SettingInvalidError(f"`{name}` must be at least 1", hint=_about(name))
    if settings.log_level not in LOG_LEVELS:
        raise SettingInvalidError(f"`log_level` cannot be `{settings.log_level}`", hint=_about("log_level"))
    url = urlsplit(settings.url)
    if url.scheme not in {"http", "https"} or not url.netloc or url.query or url.fragment:
        raise SettingInvalidError(f"`public_url` is not the address of a site: `{settings.public_url}`")
    if not settings.loopback and not settings.public_url:
        raise SettingInvalidError(
            "a gateway that others can reach needs its `public_url`",
            hint="set MUNIMENT_PUBLIC_URL to the https address of the proxy in front, or listen on 127.0.0.1",
        )
    if not settings.loopback and url.scheme != "https":
        raise SettingInvalidError(
            "a gateway that others can reach must be reached by https", hint="set MUNIMENT_PUBLIC_URL"
        )
    names = [source.id for source in settings.sources]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise SettingInvalidError(f"two sources are called `{min(repeated)}`")
